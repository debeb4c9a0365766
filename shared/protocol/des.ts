/*
 * One DES block encryption (FIPS 46-3), which MS-CHAP's responses are made of (RFC 2433 §A.5). Here
 * because shared/ has neither Node's OpenSSL, where DES is gone by default, nor node-forge's types.
 * Bits are numbered from 1 at the left, as in the standard; a word of bits is an array of 0 and 1:
 * three blocks per sign-in need no speed.
 */

type Bits = readonly number[];

const INITIAL_PERMUTATION = [58, 60, 62, 64, 57, 59, 61, 63].flatMap((last) =>
  Array.from({ length: 8 }, (_, i) => last - 8 * i),
);

const FINAL_PERMUTATION = Array.from({ length: 64 }, (_, i) => INITIAL_PERMUTATION.indexOf(i + 1) + 1);

/** E: each group of four with its two neighbours. */
const EXPANSION = Array.from({ length: 48 }, (_, i) => {
  const group = Math.floor(i / 6);
  return ((group * 4 + (i % 6) + 31) % 32) + 1;
});

const PERMUTATION = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22,
  11, 4, 25,
];

const KEY_CHOICE_1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];

const KEY_CHOICE_2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52, 31, 37, 47,
  55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];

const KEY_SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];

/** S1 to S8, four rows of sixteen each, a hexadecimal digit per entry. */
const SUBSTITUTIONS = [
  'e4d12fb83a6c59070f74e2d1a6cb953841e8d62bfc973a50fc8249175b3ea06d',
  'f18e6b34972dc05a3d47f28ec01a69b50e7ba4d158c6932fd8a13f42b67c05e9',
  'a09e63f51dc7b428d709346a285ecbf1d6498f30b12c5ae71ad069874fe3b52c',
  '7de3069a1285bc4fd8b56f03472c1ae9a690cb7df13e52843f06a1d8945bc72e',
  '2c417ab6853fd0e9eb2c47d150fa3986421bad78f9c5630eb8c71e2d6f09a453',
  'c1af92680d34e75baf427c9561de0b389ef528c3704a1db6432c95fabe17608d',
  '4b2ef08d3c975a61d0b7491ae35c2f8614bdc37eaf6805926bd814a7950fe23c',
  'd2846fb1a93e50c71fd8a374c56b0e927b419ce206adf35821e74a8dfc90356b',
];

/** `block` of 8 bytes under `key` of 8 bytes; the key's parity bits are ignored. */
export function desEncryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  const schedule = keySchedule(toBits(key));
  const start = choose(toBits(block), INITIAL_PERMUTATION);
  let left: Bits = start.slice(0, 32);
  let right: Bits = start.slice(32);
  for (const roundKey of schedule) {
    [left, right] = [right, xor(left, cipherFunction(right, roundKey))];
  }
  return toBytes(choose([...right, ...left], FINAL_PERMUTATION));
}

function keySchedule(key: Bits): readonly Bits[] {
  const chosen = choose(key, KEY_CHOICE_1);
  let c = chosen.slice(0, 28);
  let d = chosen.slice(28);
  return KEY_SHIFTS.map((shift) => {
    c = [...c.slice(shift), ...c.slice(0, shift)];
    d = [...d.slice(shift), ...d.slice(0, shift)];
    return choose([...c, ...d], KEY_CHOICE_2);
  });
}

function cipherFunction(right: Bits, roundKey: Bits): Bits {
  const mixed = xor(choose(right, EXPANSION), roundKey);
  const substituted = SUBSTITUTIONS.flatMap((box, i) => {
    const [b1 = 0, b2 = 0, b3 = 0, b4 = 0, b5 = 0, b6 = 0] = mixed.slice(6 * i, 6 * i + 6);
    const row = 2 * b1 + b6;
    const column = 8 * b2 + 4 * b3 + 2 * b4 + b5;
    const value = Number.parseInt(box.charAt(16 * row + column), 16);
    return [(value >>> 3) & 1, (value >>> 2) & 1, (value >>> 1) & 1, value & 1];
  });
  return choose(substituted, PERMUTATION);
}

function choose(bits: Bits, positions: readonly number[]): number[] {
  return positions.map((position) => bits[position - 1] ?? 0);
}

function xor(a: Bits, b: Bits): Bits {
  return a.map((bit, i) => bit ^ (b[i] ?? 0));
}

function toBits(bytes: Uint8Array): Bits {
  return Array.from({ length: bytes.length * 8 }, (_, i) => ((bytes[i >>> 3] ?? 0) >>> (7 - (i & 7))) & 1);
}

function toBytes(bits: Bits): Uint8Array {
  const bytes = new Uint8Array(bits.length / 8);
  bits.forEach((bit, i) => {
    bytes[i >>> 3] = ((bytes[i >>> 3] ?? 0) << 1) | bit;
  });
  return bytes;
}
