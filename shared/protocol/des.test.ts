import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import forge from 'node-forge';
import { expect, test } from 'vitest';
import { desEncryptBlock } from './des.ts';

// NBS Special Publication 500-20, and the worked example that textbooks share.
test.each([
  ['0101010101010101', '8000000000000000', '95f8a5e5dd31d900'],
  ['8001010101010101', '0000000000000000', '95a8d72813daa94d'],
  ['7ca110454a1a6e57', '01a1d6d039776742', '690f5b0d9a26939b'],
  ['0131d9619dc1376e', '5cd54ca83def57da', '7a389d10354bd271'],
  ['133457799bbcdff1', '0123456789abcdef', '85e813540f0ab405'],
  ['0e329232ea6d0d73', '8787878787878787', '0000000000000000'],
])('DES under %s of %s', (key, block, expected) => {
  expect(bytesToHex(desEncryptBlock(hexToBytes(key), hexToBytes(block)))).toBe(expected);
});

function forgeDes(key: Uint8Array, block: Uint8Array): string {
  const binary = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
  const cipher = forge.cipher.createCipher('DES-ECB', binary(key));
  cipher.start({});
  cipher.update(forge.util.createBuffer(binary(block)));
  cipher.finish();
  // The second block is padding.
  return cipher.output.toHex().slice(0, 16);
}

test('any key and block as node-forge has it', () => {
  const eight = fc.uint8Array({ minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(eight, eight, (key, block) => {
      expect(bytesToHex(desEncryptBlock(key, block))).toBe(forgeDes(key, block));
    }),
  );
});
