import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { checksumPart, internetChecksum, updateChecksum } from './checksum.ts';

/** RFC 1071 §4.1, said the slow way. */
function slowly(bytes: Uint8Array): number {
  let sum = 0n;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += BigInt((bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0));
  }
  while (sum > 0xffffn) {
    sum = (sum & 0xffffn) + (sum >> 16n);
  }
  return Number(0xffffn - sum);
}

test('RFC 1071 §3: the worked example', () => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  expect(checksumPart(bytes, 0, bytes.length)).toBe(0xddf2);
  expect(internetChecksum(bytes, 0, bytes.length)).toBe(0x220d);
});

test('a known IPv4 header', () => {
  const header = Uint8Array.from(Buffer.from('45000073000040004011b861c0a80001c0a800c7', 'hex'));
  expect(internetChecksum(header, 0, header.length)).toBe(0);
});

test('any bytes, cut anywhere at an even offset, summed piece by piece', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(150), fc.nat(7), (bytes, pair, before) => {
      const cut = Math.min(pair * 2, bytes.length & ~1);
      const within = new Uint8Array(before + bytes.length + 3).fill(0xa5);
      within.set(bytes, before);
      const first = checksumPart(within, before, before + cut);
      expect(internetChecksum(within, before + cut, before + bytes.length, first)).toBe(slowly(bytes));
    }),
  );
});

test('long inputs do not overflow', () => {
  for (const length of [0x7fff, 0x8000, 0x8001, 0x10003, 300_001]) {
    const bytes = new Uint8Array(length).fill(0xff);
    expect(internetChecksum(bytes, 0, length)).toBe(slowly(bytes));
  }
});

test('RFC 1624: the example, and any changed word', () => {
  expect(updateChecksum(0xdd2f, 0x5555, 0x3285)).toBe(0x0000);
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 20, maxLength: 20 }),
      fc.nat(9),
      fc.nat(0xffff),
      (bytes, word, value) => {
        bytes[0] = 0x45; // all zeros is the one header with two checksums
        const at = word === 0 ? 2 : word * 2;
        const before = internetChecksum(bytes, 0, 20);
        const oldWord = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
        bytes[at] = value >>> 8;
        bytes[at + 1] = value;
        expect(updateChecksum(before, oldWord, value)).toBe(internetChecksum(bytes, 0, 20));
      },
    ),
  );
});
