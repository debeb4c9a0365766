import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase32, encodeBase32 } from './base32.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('RFC 4648 §10 vectors', () => {
  test.each([
    ['', ''],
    ['f', 'MY======'],
    ['fo', 'MZXQ===='],
    ['foo', 'MZXW6==='],
    ['foob', 'MZXW6YQ='],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI======'],
  ])('%j is %j', (plain, encoded) => {
    expect(encodeBase32(ascii(plain), { padding: true })).toBe(encoded);
    expect(encodeBase32(ascii(plain))).toBe(encoded.replace(/=+$/, ''));
    expect(decodeBase32(encoded)).toEqual({ ok: true, value: ascii(plain) });
  });
});

test('what people paste: lower case, groups, hyphens, no padding', () => {
  expect(decodeBase32(' mzxw 6ytb-oi\n')).toEqual({ ok: true, value: ascii('foobar') });
});

test.each(['MZXW1', 'MZ=XW', 'MZXW6YTB!', 'ÄÖ', 'M', 'MZX', 'MZ', 'MZXW6YTBO'])(
  'refuses %j in words',
  (text) => {
    const decoded = decodeBase32(text);
    expect(decoded.ok).toBe(false);
    expect(decoded.ok || decoded.error).toMatch(/^(Use only|The text is cut off)/);
  },
);

test('decode(encode(x)) = x, padded or not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, padding) => {
      expect(decodeBase32(encodeBase32(bytes, { padding }))).toEqual({ ok: true, value: bytes });
    }),
  );
});

test('any text decodes to bytes that encode to the same text, or is refused', () => {
  const characters = fc.constantFrom(...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abc018=- \u0130'));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: characters })), (text) => {
      const decoded = decodeBase32(text);
      if (!decoded.ok) return;
      const canonical = text.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
      expect(encodeBase32(decoded.value)).toBe(canonical);
    }),
  );
});
