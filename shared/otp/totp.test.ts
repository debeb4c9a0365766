import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hotpCode, totpCode, totpCodeSchema, totpCounter, type TotpHash } from './totp.ts';

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe('RFC 4226 Appendix D', () => {
  const codes = [
    '755224',
    '287082',
    '359152',
    '969429',
    '338314',
    '254676',
    '287922',
    '162583',
    '399871',
    '520489',
  ];
  test.each(codes.map((code, counter) => [counter, code] as const))('counter %i → %s', (counter, code) => {
    expect(hotpCode(counter, ascii('12345678901234567890'))).toBe(code);
  });
});

describe('RFC 6238 Appendix B', () => {
  // the appendix's keys are as long as each hash's output (its reference code says so)
  const digits = '1234567890'.repeat(7);
  const keys: Record<TotpHash, Uint8Array> = {
    SHA1: ascii(digits.slice(0, 20)),
    SHA256: ascii(digits.slice(0, 32)),
    SHA512: ascii(digits.slice(0, 64)),
  };
  test.each([
    [59, 'SHA1', '94287082'],
    [59, 'SHA256', '46119246'],
    [59, 'SHA512', '90693936'],
    [1111111109, 'SHA1', '07081804'],
    [1111111109, 'SHA256', '68084774'],
    [1111111109, 'SHA512', '25091201'],
    [1111111111, 'SHA1', '14050471'],
    [1111111111, 'SHA256', '67062674'],
    [1111111111, 'SHA512', '99943326'],
    [1234567890, 'SHA1', '89005924'],
    [1234567890, 'SHA256', '91819424'],
    [1234567890, 'SHA512', '93441116'],
    [2000000000, 'SHA1', '69279037'],
    [2000000000, 'SHA256', '90698825'],
    [2000000000, 'SHA512', '38618901'],
    [20000000000, 'SHA1', '65353130'],
    [20000000000, 'SHA256', '77737706'],
    [20000000000, 'SHA512', '47863826'],
  ] as const)('Unix second %i with %s → %s', (seconds, hash, code) => {
    expect(totpCode(seconds * 1000, keys[hash], { digits: 8, hash })).toBe(code);
  });
});

test('six digits of SHA-1 and thirty seconds unless told otherwise', () => {
  const secret = ascii('12345678901234567890');
  expect(totpCode(59_000, secret)).toBe('287082');
  expect(totpCode(59_999, secret)).toBe('287082');
  expect(totpCode(60_000, secret)).toBe('359152');
  expect(totpCode(60_000, secret, { step: 60 })).toBe('287082');
});

test('counters beyond 32 bits reach the upper bytes', () => {
  const secret = ascii('12345678901234567890');
  expect(hotpCode(2 ** 32, secret)).not.toBe(hotpCode(0, secret));
  expect(totpCounter(20_000_000_000_000)).toBe(666_666_666);
});

test('every code is six digits, and is what the code field takes', () => {
  fc.assert(
    fc.property(fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 64 }), (counter, secret) => {
      const code = hotpCode(counter, secret);
      expect(code).toMatch(/^[0-9]{6}$/);
      expect(totpCodeSchema.parse(` ${code.slice(0, 3)} ${code.slice(3)} `)).toBe(code);
    }),
  );
});

test.each(['', '12345', '1234567', '12345a', '١٢٣٤٥٦'])('code %j is refused', (code) => {
  expect(totpCodeSchema.safeParse(code).success).toBe(false);
});
