import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import { md4 } from './md4.ts';

// RFC 1320 §A.5.
test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['a', 'bde52cb31de33e46245e05fbdbd6fb24'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  ['message digest', 'd9130a8164549fe818874806e1c7014b'],
  ['abcdefghijklmnopqrstuvwxyz', 'd79e1c308aa5bbcdeea8ed63df412da9'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '043f8582f241db351ce627e153e7f0e4'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    'e33b4ddc9c38f2199c3e7b164fcc0536',
  ],
])('md4 of "%s"', (message, digest) => {
  expect(bytesToHex(md4(utf8ToBytes(message)))).toBe(digest);
});

// The padding has its edges where message, one bit and length just fit into a block, or just don't.
test('lengths around a block give different digests', () => {
  const digests = [55, 56, 57, 63, 64, 65].map((length) => bytesToHex(md4(new Uint8Array(length))));
  expect(new Set(digests).size).toBe(6);
});
