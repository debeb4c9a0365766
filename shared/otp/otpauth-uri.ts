import { z } from 'zod';
import { err, ok, type Result } from '../result.ts';
import { decodeBase32, encodeBase32 } from './base32.ts';
import { TOTP_DIGITS, TOTP_HASHES, TOTP_STEP_SECONDS, type TotpHash } from './totp.ts';
import { decodeUriText, readQuery } from './uri-text.ts';

/**
 * What an `otpauth://totp/ISSUER:ACCOUNT?secret=BASE32&issuer=ISSUER` QR code holds
 * (the "Key Uri Format" that authenticator apps share).
 */
export interface TotpKey {
  readonly issuer: string;
  readonly account: string;
  readonly secret: Uint8Array;
  readonly digits: number;
  /** Seconds. */
  readonly step: number;
  readonly hash: TotpHash;
}

const FORM = /^otpauth:\/\/totp\/([^?#]*)\?([^#]*)/i;

const parametersSchema = z.object({
  digits: z.coerce.number().int().min(6).max(8).default(TOTP_DIGITS),
  period: z.coerce.number().int().min(1).max(3600).default(TOTP_STEP_SECONDS),
  algorithm: z.string().toUpperCase().pipe(z.enum(TOTP_HASHES)).default('SHA1'),
});

/** The error is a sentence that never holds the secret. */
export function parseOtpauthUri(text: string): Result<TotpKey, string> {
  const match = FORM.exec(text.trim());
  if (match === null) return err('This is not a TOTP address of the form otpauth://totp/NAME?secret=SECRET');
  const [, path = '', query = ''] = match;
  const label = decodeUriText(path);
  const parameters = readQuery(query);
  if (label === undefined || parameters === undefined) {
    return err('This TOTP address is damaged: one of its % codes cannot be read');
  }
  const secret = decodeBase32(parameters.get('secret') ?? '');
  if (!secret.ok || secret.value.length === 0) {
    return err('This TOTP address has no secret that can be read');
  }
  const settings = parametersSchema.safeParse(Object.fromEntries(parameters));
  if (!settings.success) {
    return err('This TOTP address asks for a kind of code that is not supported here');
  }
  // The issuer parameter counts; the one in front of the account is for older apps.
  const colon = label.indexOf(':');
  const issuer = parameters.get('issuer') ?? (colon < 0 ? '' : label.slice(0, colon));
  const account = (colon < 0 ? label : label.slice(colon + 1)).trimStart();
  const { digits, period, algorithm } = settings.data;
  return ok({ issuer, account, secret: secret.value, digits, step: period, hash: algorithm });
}

/** Settings that equal the defaults are left out: some apps refuse to read them. */
export function formatOtpauthUri(key: TotpKey): string {
  const label = `${encodeURIComponent(key.issuer)}:${encodeURIComponent(key.account)}`;
  const query = [`secret=${encodeBase32(key.secret)}`, `issuer=${encodeURIComponent(key.issuer)}`];
  if (key.hash !== 'SHA1') query.push(`algorithm=${key.hash}`);
  if (key.digits !== TOTP_DIGITS) query.push(`digits=${key.digits}`);
  if (key.step !== TOTP_STEP_SECONDS) query.push(`period=${key.step}`);
  return `otpauth://totp/${label}?${query.join('&')}`;
}
