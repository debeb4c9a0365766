import { decodeBase32 } from '../shared/otp/base32.ts';
import {
  MOTP_STEP_MILLISECONDS,
  motpCode,
  motpCounter,
  motpSecretSchema,
  motpStepStart,
} from '../shared/otp/motp.ts';
import { parseMotpUri } from '../shared/otp/motp-uri.ts';
import { parseOtpauthUri } from '../shared/otp/otpauth-uri.ts';
import { TOTP_STEP_SECONDS, type TotpOptions, totpCode, totpCounter } from '../shared/otp/totp.ts';
import { type Result, err, ok } from '../shared/result.ts';
import { firstIssue } from './zod-text.ts';

/** A code and the time it is good for, in Unix milliseconds. */
export interface Code {
  readonly kind: 'motp' | 'totp';
  readonly text: string;
  readonly counter: number;
  readonly validFrom: number;
  readonly validUntil: number;
}

export type CodeGenerator = (unixMilliseconds: number) => Code;

/** What a secret makes: TOTP codes at once, mOTP codes together with a PIN. */
export type OtpKey =
  | { readonly kind: 'totp'; readonly generator: CodeGenerator }
  | { readonly kind: 'motp'; readonly secret: string; withPin(pin: string): CodeGenerator };

/** Takes the bare secret or a key address, whose kind counts. The error is a sentence without its full stop. */
export function readKey(text: string, totp: boolean): Result<OtpKey, string> {
  const trimmed = text.trim();
  if (/^otpauth:/i.test(trimmed)) {
    const key = parseOtpauthUri(trimmed);
    return key.ok ? ok(totpKey(key.value.secret, key.value)) : key;
  }
  if (/^motp:/i.test(trimmed)) {
    const key = parseMotpUri(trimmed);
    return key.ok ? ok(motpKey(key.value.secret)) : key;
  }
  if (totp) {
    const secret = decodeBase32(trimmed);
    if (!secret.ok) return secret;
    return secret.value.length === 0 ? err('Enter the secret') : ok(totpKey(secret.value, {}));
  }
  const secret = motpSecretSchema.safeParse(trimmed);
  return secret.success ? ok(motpKey(secret.data)) : err(firstIssue(secret.error));
}

/** The secret of an mOTP token, alone or as a key address, normalised. The error is a sentence without its full stop. */
export function readMotpKey(text: string): Result<string, string> {
  const key = readKey(text, false);
  if (!key.ok) return key;
  return key.value.kind === 'motp' ? ok(key.value.secret) : err('That is a TOTP secret, not one for mOTP');
}

function totpKey(secret: Uint8Array, options: TotpOptions): OtpKey {
  const step = options.step ?? TOTP_STEP_SECONDS;
  return {
    kind: 'totp',
    generator: (now) => {
      const counter = totpCounter(now, step);
      const validFrom = counter * step * 1000;
      const text = totpCode(now, secret, options);
      return { kind: 'totp', text, counter, validFrom, validUntil: validFrom + step * 1000 };
    },
  };
}

function motpKey(secret: string): OtpKey {
  return {
    kind: 'motp',
    secret,
    withPin: (pin) => (now) => {
      const counter = motpCounter(now);
      const validFrom = motpStepStart(counter);
      const text = motpCode(counter, secret, pin);
      return { kind: 'motp', text, counter, validFrom, validUntil: validFrom + MOTP_STEP_MILLISECONDS };
    },
  };
}
