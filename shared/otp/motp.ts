import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';

/**
 * Mobile-OTP (motp.sourceforge.net): a password that holds for ten seconds.
 *
 *   code = first 6 hex digits of MD5( decimal(floor(unixSeconds / 10)) + secret + pin )
 *
 * all three as ASCII text. The secret is hashed as text, not as the bytes its digits stand for, so
 * its letter case matters: it is lower case everywhere.
 */
export const MOTP_STEP_MILLISECONDS = 10_000;

/** What separates groups when a secret is read from a screen or a printed page. */
const GROUPING = /[\s-]/g;

/** Normalised to lower case without grouping. Classic tokens have 16 digits, DrayTek's 20 or 32. */
export const motpSecretSchema = z
  .string()
  .transform((text) => text.replace(GROUPING, '').toLowerCase())
  .pipe(
    z
      .string()
      .min(1, 'Enter the secret, as it stands in the router')
      .regex(/^[0-9a-f]*$/, 'A secret has only the digits 0 to 9 and the letters a to f')
      .max(32, 'A secret has at most 32 digits'),
  );

export const motpPinSchema = z
  .string()
  .trim()
  .regex(/^[0-9]{4,7}$/, 'A PIN has 4 to 7 digits');

/** A code as it is typed from a token: lower-cased, because the router compares text. */
export const motpCodeSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[0-9a-f]{6}$/, 'A one-time password has six characters: the digits 0 to 9 and the letters a to f');

/** The number of the ten-second step that `unixMilliseconds` falls in. */
export function motpCounter(unixMilliseconds: number): number {
  return Math.floor(unixMilliseconds / MOTP_STEP_MILLISECONDS);
}

/** Unix milliseconds at which the step `counter` begins. */
export function motpStepStart(counter: number): number {
  return counter * MOTP_STEP_MILLISECONDS;
}

/** Six lower-case hex digits. `counter` counts steps, not seconds. */
export function motpCode(counter: number, secret: string, pin: string): string {
  const digest = md5(utf8ToBytes(`${counter}${secret.toLowerCase()}${pin}`));
  return bytesToHex(digest).slice(0, 6);
}

/** A secret as DrayTek's own generator makes it: 32 hex digits. `random` returns secure random bytes. */
export function generateMotpSecret(random: (length: number) => Uint8Array): string {
  return bytesToHex(random(16));
}
