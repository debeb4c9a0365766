import type { RouterConfigInput } from '../../emulator/config.ts';
import { decodeBase32 } from '../../shared/otp/base32.ts';
import { motpCode, motpCounter } from '../../shared/otp/motp.ts';
import { totpCode } from '../../shared/otp/totp.ts';

/** Worth nothing outside these tests, and found in no file by chance. */
export const ANNA = {
  userName: 'anna',
  pin: '90417',
  secret: 'f00dc0de5eed4a11be11d0d0cab1e5af',
} as const;
export const BEN = { userName: 'ben', password: 'Korrekt-Pferd-Batterie-88' } as const;
export const TINA = {
  userName: 'tina',
  password: 'Tinas-Tulpen-Topf-31',
  totpSecret: 'JBSWY3DPEHPK3PXPKRUGKICB',
} as const;

/** Those three may dial in; hosts behind it where there are devices. */
export function routerConfig(changes: RouterConfigInput = {}): RouterConfigInput {
  const users = [
    { userName: ANNA.userName, motp: { pin: ANNA.pin, secret: ANNA.secret } },
    { ...BEN },
    { userName: TINA.userName, password: TINA.password, totp: { secret: TINA.totpSecret } },
  ];
  // Between a code on the token and its way to the router there are pictures to be taken, on machines that may be busy.
  return { users, motpWindowSteps: 30, ...changes };
}

/** What Anna's token and Tina's telephone show. */
export class Tokens {
  /** mOTP steps ago; each code is newer than the one before. */
  #codeAge = 3;

  /** Anna's, as the six digits of a fresh step each time. */
  code(): string {
    this.#codeAge -= 1;
    if (this.#codeAge < -3) throw new Error('no fresh code left within the window of the router');
    return motpCode(motpCounter(Date.now()) - this.#codeAge, ANNA.secret, ANNA.pin);
  }

  totp(): string {
    const secret = decodeBase32(TINA.totpSecret);
    if (!secret.ok) throw new Error(secret.error);
    return totpCode(Date.now(), secret.value);
  }
}
