import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checksumPart } from '../shared/ip/checksum.ts';
import { WordSum, fold } from './word-sum.ts';

/** 0 and 0xffff are the same number in ones' complement. */
const canonical = (sum: number): number => sum % 0xffff;

test('the sum is that of RFC 1071, wherever the bytes begin and end', () => {
  const sum = new WordSum();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(9), fc.nat(9), fc.nat(9), (bytes, offset, a, b) => {
      const buffer = new Uint8Array(400).fill(0xee);
      const view = buffer.subarray(offset);
      view.set(bytes, a);
      const end = a + Math.max(0, bytes.length - b);
      expect(canonical(sum.of(view, a, end))).toBe(canonical(checksumPart(view, a, end)));
    }),
    { numRuns: 500 },
  );
});

test('64 KiB of the largest bytes do not overflow', () => {
  const bytes = new Uint8Array(65_535).fill(0xff);
  for (const start of [0, 1, 2, 3])
    expect(canonical(new WordSum().of(bytes, start, 65_535))).toBe(
      canonical(checksumPart(bytes, start, 65_535)),
    );
});

test.each([0, 0xffff, 0x10000, 0xffff_ffff, 0x1_0000_0000, 0xffff_ffff_ffff])('fold(%i)', (sum) => {
  expect(fold(sum)).toBeLessThanOrEqual(0xffff);
  expect(fold(sum) % 0xffff).toBe(sum % 0xffff);
});
