import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { StoredSecret } from './token-profile.ts';

/**
 * A secret sealed with the PIN. Each hex digit is combined (XOR) with one digit of a key stream that
 * PBKDF2 (RFC 8018, HMAC-SHA-256) makes of PIN and salt. There is no check value, on purpose: a wrong PIN opens
 * to another secret that looks as good, and so to a wrong code. Whoever steals the device's storage cannot try
 * PINs out without asking the router.
 */

const ITERATIONS = 600_000;
const STREAM_BYTES = 16;
/** What WebCrypto takes: bytes in memory of their own. */
type Bytes = Uint8Array<ArrayBuffer>;

export async function sealSecret(
  secret: string,
  pin: string,
  random: (length: number) => Bytes,
  iterations = ITERATIONS,
): Promise<StoredSecret> {
  const salt = random(16);
  const digits = combine(secret, await keyStream(pin, salt, iterations));
  return { kind: 'sealed', digits, salt: bytesToHex(salt), iterations };
}

/** The secret in lower-case hex digits. Of a sealed one with a wrong PIN: another one. */
export async function openSecret(stored: StoredSecret, pin: string): Promise<string> {
  if (stored.kind === 'plain') return stored.digits;
  return combine(
    stored.digits,
    await keyStream(pin, new Uint8Array(hexToBytes(stored.salt)), stored.iterations),
  );
}

async function keyStream(pin: string, salt: Bytes, iterations: number): Promise<string> {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(utf8ToBytes(pin)), 'PBKDF2', false, [
    'deriveBits',
  ]);
  const bits = await crypto.subtle.deriveBits(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations },
    key,
    STREAM_BYTES * 8,
  );
  return bytesToHex(new Uint8Array(bits));
}

/** Its own inverse. */
function combine(digits: string, stream: string): string {
  return Array.from(digits, (digit, place) =>
    (Number.parseInt(digit, 16) ^ Number.parseInt(stream.charAt(place), 16)).toString(16),
  ).join('');
}
