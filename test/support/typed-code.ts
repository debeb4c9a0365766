import { motpCode, motpCounter } from '../../shared/otp/motp.ts';

/** A dial-in user with a token: what it shows is typed. */
export const TOKEN_USER = { userName: 'alice', pin: '1234', secret: 'e3152afee62599c8' } as const;

/** What the token shows now. */
export function typedCode(): string {
  return motpCode(motpCounter(Date.now()), TOKEN_USER.secret, TOKEN_USER.pin);
}
