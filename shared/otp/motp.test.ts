import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  generateMotpSecret,
  motpCode,
  motpCodeSchema,
  motpCounter,
  motpPinSchema,
  motpSecretSchema,
  motpStepStart,
} from './motp.ts';

describe('published vectors by counter (privacyIDEA)', () => {
  test.each([
    [129612120, '0123456789abcdef', '6666', '6ed4e4'],
    [129612130, '0123456789abcdef', '6666', '502a59'],
    [0, '0123456789abcdef', '1', 'bd94a4'],
    [4, '0123456789abcdef', '1', 'fb596e'],
    [129612244, '0123456789abcdef', '77777777', '7abf75'],
    [129612253, '0123456789abcdef', '77777777', '4d4ac4'],
  ])('counter %i, secret %s, PIN %s → %s', (counter, secret, pin, code) => {
    expect(motpCode(counter, secret, pin)).toBe(code);
  });
});

describe('published vectors by time (Aegis)', () => {
  test.each([
    [165892298, 'e3152afee62599c8', '1234', 'e7d8b6'],
    [123456789, 'e3152afee62599c8', '1234', '4ebfb2'],
    [1659540020, 'bbb1912bb5c515be', '9999', 'ced7b1'],
    [1659540022, 'bbb1912bb5c515be', '9999', 'ced7b1'],
    [1659539870, 'bbb1912bb5c515be', '9999', '1a14f8'],
    [1659539878, 'bbb1912bb5c515be', '9999', '1a14f8'],
  ])('Unix second %i, secret %s, PIN %s → %s', (seconds, secret, pin, code) => {
    expect(motpCode(motpCounter(seconds * 1000), secret, pin)).toBe(code);
  });
});

test('a step begins at a multiple of ten seconds and lasts to the millisecond before the next', () => {
  expect(motpCounter(1_659_540_020_000)).toBe(165_954_002);
  expect(motpCounter(1_659_540_029_999)).toBe(165_954_002);
  expect(motpCounter(1_659_540_030_000)).toBe(165_954_003);
  expect(motpStepStart(165_954_003)).toBe(1_659_540_030_000);
});

test('the letter case in which a secret is given does not change the code', () => {
  expect(motpCode(129612120, '0123456789ABCDEF', '6666')).toBe('6ed4e4');
});

test('every code is six lower-case hex digits, and is what the code field takes', () => {
  const secret = fc.string({
    unit: fc.constantFrom(...Array.from('0123456789abcdef')),
    minLength: 1,
    maxLength: 32,
  });
  const pin = fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), minLength: 4, maxLength: 7 });
  fc.assert(
    fc.property(fc.nat(), secret, pin, (counter, secret, pin) => {
      const code = motpCode(counter, secret, pin);
      expect(code).toMatch(/^[0-9a-f]{6}$/);
      expect(motpCodeSchema.parse(code.toUpperCase())).toBe(code);
    }),
  );
});

describe('secrets', () => {
  test.each([
    ['ABCDEF', 'abcdef'],
    [' 0123 4567-89AB cdef ', '0123456789abcdef'],
    ['f', 'f'],
    ['0123456789abcdef0123456789ABCDEF', '0123456789abcdef0123456789abcdef'],
  ])('%j becomes %j', (typed, stored) => {
    expect(motpSecretSchema.parse(typed)).toBe(stored);
  });

  test.each(['', '   ', 'xyz', '0x12', '0123456789abcdef0123456789abcdef0', '١٢'])('refuses %j', (typed) => {
    expect(motpSecretSchema.safeParse(typed).success).toBe(false);
  });

  test('a generated one is 32 digits made of 16 random bytes', () => {
    const asked: number[] = [];
    const secret = generateMotpSecret((length) => {
      asked.push(length);
      return new Uint8Array(length).map((_, index) => index * 17);
    });
    expect(asked).toEqual([16]);
    expect(secret).toBe('00112233445566778899aabbccddeeff');
    expect(motpSecretSchema.parse(secret)).toBe(secret);
  });
});

test.each(['1234', '0000', '1234567', ' 4321 '])('PIN %j is taken', (pin) => {
  expect(motpPinSchema.parse(pin)).toBe(pin.trim());
});

test.each(['', '123', '12345678', '12a4', '١٢٣٤'])('PIN %j is refused', (pin) => {
  expect(motpPinSchema.safeParse(pin).success).toBe(false);
});

test.each(['', '12345', '1234567', '12345g', 'ab cd12'])('code %j is refused', (code) => {
  expect(motpCodeSchema.safeParse(code).success).toBe(false);
});
