import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { z } from 'zod';

/** HOTP (RFC 4226) and TOTP (RFC 6238). DrayTek routers use the defaults: SHA-1, 6 digits, 30 s. */
export interface TotpOptions {
  /** 6 to 8. */
  readonly digits?: number;
  /** Seconds. */
  readonly step?: number;
  readonly hash?: TotpHash;
}

export const TOTP_HASHES = ['SHA1', 'SHA256', 'SHA512'] as const;
export type TotpHash = (typeof TOTP_HASHES)[number];

export const TOTP_STEP_SECONDS = 30;
export const TOTP_DIGITS = 6;

const HASHES = { SHA1: sha1, SHA256: sha256, SHA512: sha512 } as const;

/** A code as it is typed: apps show it in two groups, so spaces inside are left out. */
export const totpCodeSchema = z
  .string()
  .transform((text) => text.replace(/\s/g, ''))
  .pipe(z.string().regex(/^[0-9]{6}$/, 'A code has six digits'));

/** RFC 4226 §5.3. `counter` is hashed as eight bytes, big-endian. */
export function hotpCode(
  counter: number,
  secret: Uint8Array,
  digits: number = TOTP_DIGITS,
  hash: TotpHash = 'SHA1',
): string {
  const message = new Uint8Array(8);
  new DataView(message.buffer).setBigUint64(0, BigInt(counter));
  const digest = hmac(HASHES[hash], secret, message);
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  // dynamic truncation: the low four bits of the last byte say where the number is read
  const offset = view.getUint8(digest.length - 1) & 0x0f;
  const number = view.getUint32(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/** The number of the step that `unixMilliseconds` falls in (RFC 6238 §4.2, T0 = 0). */
export function totpCounter(unixMilliseconds: number, step: number = TOTP_STEP_SECONDS): number {
  return Math.floor(unixMilliseconds / (step * 1000));
}

export function totpCode(unixMilliseconds: number, secret: Uint8Array, options: TotpOptions = {}): string {
  return hotpCode(totpCounter(unixMilliseconds, options.step), secret, options.digits, options.hash);
}
