import { err, ok, type Result } from '../result.ts';

/**
 * Base 32 (RFC 4648 §6), as TOTP secrets are written down.
 *
 *   5 bytes = 8 characters:  |11111222|22333334|44445555|56666677|77788888|
 */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const VALUES: ReadonlyMap<string, number> = new Map(
  Array.from(ALPHABET, (character, value) => [character, value]),
);

/** Without padding by default: key URIs leave it out. `padding` adds the `=` of RFC 4648. */
export function encodeBase32(bytes: Uint8Array, options: { padding?: boolean } = {}): string {
  let text = '';
  let held = 0;
  let heldBits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    heldBits += 8;
    while (heldBits >= 5) {
      heldBits -= 5;
      text += ALPHABET.charAt((held >> heldBits) & 31);
    }
    held &= (1 << heldBits) - 1;
  }
  if (heldBits > 0) text += ALPHABET.charAt((held << (5 - heldBits)) & 31);
  return options.padding === true ? text.padEnd(Math.ceil(text.length / 8) * 8, '=') : text;
}

/**
 * Takes what people paste: either letter case, spaces and hyphens between groups, padding or none.
 * The error is a sentence. A last character whose spare bits are set is refused (RFC 4648 §3.5), so
 * that one secret has one spelling.
 */
export function decodeBase32(text: string): Result<Uint8Array<ArrayBuffer>, string> {
  const characters = text
    .replace(/[\s-]/g, '')
    .replace(/={0,6}$/, '')
    .toUpperCase();
  const bytes = new Uint8Array(Math.floor((characters.length * 5) / 8));
  let length = 0;
  let held = 0;
  let heldBits = 0;
  for (const character of characters) {
    const value = VALUES.get(character);
    if (value === undefined) return err('Use only the letters A to Z and the digits 2 to 7');
    held = (held << 5) | value;
    heldBits += 5;
    if (heldBits >= 8) {
      heldBits -= 8;
      bytes[length] = held >> heldBits;
      length += 1;
    }
    held &= (1 << heldBits) - 1;
  }
  if (heldBits >= 5 || held !== 0) return err('The text is cut off: characters are missing at its end');
  return ok(bytes);
}
