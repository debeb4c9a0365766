import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatOtpauthUri, parseOtpauthUri } from './otpauth-uri.ts';
import { TOTP_HASHES } from './totp.ts';

const SECRET = Uint8Array.from([0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x21, 0xde, 0xad, 0xbe, 0xef]);

test('the published example', () => {
  expect(
    parseOtpauthUri('otpauth://totp/Example:alice@google.com?secret=JBSWY3DPEHPK3PXP&issuer=Example'),
  ).toEqual({
    ok: true,
    value: {
      issuer: 'Example',
      account: 'alice@google.com',
      secret: SECRET,
      digits: 6,
      step: 30,
      hash: 'SHA1',
    },
  });
});

test('every setting given, encoded colon, space after it, lower-case algorithm', () => {
  const text =
    'OTPAUTH://TOTP/Big%20Corp%3A%20al?secret=jbswy3dpehpk3pxp&issuer=Big+Corp&algorithm=sha256&digits=8&period=60';
  expect(parseOtpauthUri(text)).toEqual({
    ok: true,
    value: { issuer: 'Big Corp', account: 'al', secret: SECRET, digits: 8, step: 60, hash: 'SHA256' },
  });
});

test('defaults are left out of what is written', () => {
  const key = { issuer: 'Vigor', account: 'al', secret: SECRET, digits: 6, step: 30, hash: 'SHA1' } as const;
  expect(formatOtpauthUri(key)).toBe('otpauth://totp/Vigor:al?secret=JBSWY3DPEHPK3PXP&issuer=Vigor');
});

test.each([
  ['', /^This is not a TOTP address/],
  ['motp://a:b?secret=12', /^This is not a TOTP address/],
  ['otpauth://hotp/a?secret=AA&counter=0', /^This is not a TOTP address/],
  ['otpauth://totp/a?issuer=b', /has no secret/],
  ['otpauth://totp/a?secret=0189', /has no secret/],
  ['otpauth://totp/%?secret=AA', /is damaged/],
  ['otpauth://totp/a?secret=JBSWY3DP&digits=12', /not supported/],
  ['otpauth://totp/a?secret=JBSWY3DP&period=0', /not supported/],
  ['otpauth://totp/a?secret=JBSWY3DP&algorithm=MD5', /not supported/],
])('%j is refused in words', (text, message) => {
  const parsed = parseOtpauthUri(text);
  expect(parsed.ok).toBe(false);
  expect(parsed.ok || parsed.error).toMatch(message);
});

const key = fc.record({
  issuer: fc.string({ unit: 'grapheme' }),
  account: fc.string({ unit: 'grapheme' }).map((text) => text.trimStart()),
  secret: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  digits: fc.integer({ min: 6, max: 8 }),
  step: fc.integer({ min: 1, max: 3600 }),
  hash: fc.constantFrom(...TOTP_HASHES),
});

test('parse(format(x)) = x', () => {
  fc.assert(
    fc.property(key, (key) => {
      // a colon in the issuer would end it where the label is split
      const plain = { ...key, issuer: key.issuer.replaceAll(':', '') };
      expect(parseOtpauthUri(formatOtpauthUri(plain))).toEqual({ ok: true, value: plain });
    }),
  );
});

test('any text is parsed or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (label, query) => {
      expect(typeof parseOtpauthUri(`otpauth://totp/${label}?${query}`).ok).toBe('boolean');
      expect(typeof parseOtpauthUri(`otpauth://totp/a?secret=JBSWY3DP&${query}`).ok).toBe('boolean');
    }),
  );
});
