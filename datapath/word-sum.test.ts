import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checksumPart } from '../shared/ip/checksum.ts';
import { allocateSummable, sumOf } from './summable-bytes.ts';
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

test('so it is of bytes that are added up by SIMD', () => {
  const bytes = allocateSummable(70_000);
  expect(sumOf(bytes.buffer)).toBeDefined();
  const sum = new WordSum();
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.nat(9),
      fc.nat(2000),
      (pattern, from, length) => {
        for (let i = 0; i < from + length + 9; i += 1) bytes[i] = pattern[i % pattern.length] ?? 0;
        expect(canonical(sum.of(bytes, from, from + length))).toBe(
          canonical(checksumPart(bytes, from, from + length)),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('a view of other bytes of the same buffer, and other buffers in between, are not mistaken', () => {
  const sum = new WordSum();
  const bytes = Uint8Array.from({ length: 400 }, (_, i) => i & 0xff);
  const others = [bytes, bytes.subarray(40), bytes.slice(3), bytes.subarray(7), bytes];
  for (const view of others)
    expect(canonical(sum.of(view, 5, 305))).toBe(canonical(checksumPart(view, 5, 305)));
});

test.each([
  ['', new Uint8Array(65_535)],
  [', added up by SIMD', allocateSummable(70_000)],
])('64 KiB of the largest bytes do not overflow%s', (_, bytes) => {
  bytes.fill(0xff);
  for (const start of [0, 1, 2, 3])
    expect(canonical(new WordSum().of(bytes, start, 65_535))).toBe(
      canonical(checksumPart(bytes, start, 65_535)),
    );
});

test.each([0, 0xffff, 0x10000, 0xffff_ffff, 0x1_0000_0000, 0xffff_ffff_ffff])('fold(%i)', (sum) => {
  expect(fold(sum)).toBeLessThanOrEqual(0xffff);
  expect(fold(sum) % 0xffff).toBe(sum % 0xffff);
});
