import { assertNever } from '../../shared/assert-never.ts';
import { motpCodeSchema, motpPinSchema } from '../../shared/otp/motp.ts';
import { userNameSchema } from '../../shared/profile.ts';
import type { CredentialsAsked } from './model.ts';

/**
 * Why what was typed cannot be right. Said before it is sent: a wrong login counts towards the
 * router's lock.
 */
export type CredentialsProblem =
  | 'no-user-name'
  | 'bad-user-name'
  | 'no-password'
  /** A PIN or a password where a code of six hex digits belongs, for example. */
  | 'not-a-code'
  | 'not-a-pin'
  /** This code was sent before; the router takes each once. */
  | 'code-used';

export interface TypedCredentials {
  readonly userName: string;
  readonly secret: string;
}

export type CheckedCredentials =
  | { readonly problem: CredentialsProblem }
  | { readonly problem: undefined; readonly userName: string; readonly secret: string };

/** The secret comes back as it is to be used: codes lower-cased and trimmed, passwords untouched. */
export function checkCredentials(
  typed: TypedCredentials,
  asks: CredentialsAsked,
  spentCodes: readonly string[],
): CheckedCredentials {
  const userName = typed.userName.trim();
  if (userName === '') return { problem: 'no-user-name' };
  if (!userNameSchema.safeParse(userName).success) return { problem: 'bad-user-name' };
  switch (asks) {
    case 'password':
      if (typed.secret === '') return { problem: 'no-password' };
      return { problem: undefined, userName, secret: typed.secret };
    case 'motp-pin': {
      const pin = motpPinSchema.safeParse(typed.secret);
      return pin.success ? { problem: undefined, userName, secret: pin.data } : { problem: 'not-a-pin' };
    }
    case 'motp-code': {
      const code = motpCodeSchema.safeParse(typed.secret);
      if (!code.success) return { problem: 'not-a-code' };
      if (spentCodes.includes(code.data)) return { problem: 'code-used' };
      return { problem: undefined, userName, secret: code.data };
    }
    default:
      return assertNever(asks);
  }
}
