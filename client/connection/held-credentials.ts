import { assertNever } from '../../shared/assert-never.ts';
import type { SessionCredentials } from '../session/session-types.ts';
import type { TypedCredentials } from './credentials-check.ts';
import type { ConnectionModel, CredentialsAsked, HeldCredentials, StoredSecrets } from './model.ts';

/**
 * A code is good for about thirty seconds at the router; what is left after this must do for the
 * way there.
 */
const CODE_KEEPS_MILLISECONDS = 20_000;

/** What needs no typing: a password that was kept, unless it was refused or is to be asked for. */
export function credentialsFromStore(
  { profile, refusal }: ConnectionModel,
  { password }: StoredSecrets,
): HeldCredentials | undefined {
  const { authentication, alwaysPrompt, userName } = profile;
  if (authentication !== 'password' || alwaysPrompt || refusal !== undefined) return undefined;
  if (password === undefined || userName === '') return undefined;
  return { kind: 'password', userName, password, isKept: true };
}

export function credentialsWanted({ profile, motpSecret }: ConnectionModel): CredentialsAsked {
  if (profile.authentication === 'password') return 'password';
  return motpSecret === undefined ? 'motp-code' : 'motp-pin';
}

export function credentialsFromTyping(
  { motpSecret }: ConnectionModel,
  asks: CredentialsAsked,
  { userName, secret }: TypedCredentials,
  now: number,
): HeldCredentials {
  if (asks === 'password') return { kind: 'password', userName, password: secret, isKept: false };
  if (asks === 'motp-pin' && motpSecret !== undefined) {
    return { kind: 'motp', userName, secret: motpSecret, pin: secret };
  }
  return { kind: 'code', userName, code: secret, typedAt: now, isSpent: false };
}

/** Whether they may be sent at that time: a code that has left the machine never again. */
export function areUsable(held: HeldCredentials, at: number): boolean {
  if (held.kind !== 'code') return true;
  const age = at - held.typedAt;
  return !held.isSpent && age >= 0 && age < CODE_KEEPS_MILLISECONDS;
}

/** The generator's next code must be of a later step than its last one. */
export function credentialsForSession(
  held: HeldCredentials,
  spentCounter: number | undefined,
): SessionCredentials {
  const { userName } = held;
  switch (held.kind) {
    case 'password':
      return { kind: 'password', userName, password: held.password };
    case 'code':
      return { kind: 'code', userName, code: held.code };
    case 'motp': {
      const notBeforeCounter = spentCounter === undefined ? 0 : spentCounter + 1;
      return { kind: 'motp', userName, secret: held.secret, pin: held.pin, notBeforeCounter };
    }
    default:
      return assertNever(held);
  }
}
