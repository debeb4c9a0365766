import { assertNever } from '../../shared/assert-never.ts';
import type { FailureCause } from '../../shared/connection.ts';
import { motpCode, motpCounter, motpStepStart } from '../../shared/otp/motp.ts';
import type { SessionCredentials } from './session-types.ts';

/** What goes into the Basic header and then into PPP: the same in both. */
export interface SignIn {
  readonly userName: string;
  readonly password: string;
  /** The step that the generator's code was made for. */
  readonly motpCounter: number | undefined;
}

/** The steps before this one are spent, and a step is ten seconds: nobody waits longer for a fresh one. */
const LONGEST_WAIT_MILLISECONDS = 20_000;

/**
 * Milliseconds until the generator has a code that was not used yet. Bounded: a clock that was set back
 * must not make an attempt wait for hours.
 */
export function millisecondsToFreshCode(credentials: SessionCredentials, now: number): number {
  if (credentials.kind !== 'motp') return 0;
  const wait = motpStepStart(credentials.notBeforeCounter) - now;
  return Math.min(Math.max(wait, 0), LONGEST_WAIT_MILLISECONDS);
}

/** Computed at the moment of sending: a code made earlier may be stale when it arrives. */
export function signInWith(credentials: SessionCredentials, now: number): SignIn {
  const { userName } = credentials;
  switch (credentials.kind) {
    case 'password':
      return { userName, password: credentials.password, motpCounter: undefined };
    case 'code':
      return { userName, password: credentials.code, motpCounter: undefined };
    case 'motp': {
      // Never a spent step, even if the clock was set back meanwhile.
      const counter = Math.max(motpCounter(now), credentials.notBeforeCounter);
      return {
        userName,
        password: motpCode(counter, credentials.secret, credentials.pin),
        motpCounter: counter,
      };
    }
    default:
      return assertNever(credentials);
  }
}

/** The router said no to these credentials. */
export function refusal(
  credentials: SessionCredentials,
  clockDifferenceSeconds: number | undefined,
): FailureCause {
  return credentials.kind === 'password'
    ? { kind: 'credentials-refused' }
    : { kind: 'code-refused', code: 'motp', clockDifferenceSeconds };
}
