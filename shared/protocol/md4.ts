/*
 * MD4 (RFC 1320). Broken as a hash; MS-CHAP is defined with it, and today's OpenSSL has none.
 * Three rounds of sixteen steps over 64-byte blocks, little-endian.
 */

const ROUND_2 = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
const ROUND_3 = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];

interface Round {
  readonly mix: (x: number, y: number, z: number) => number;
  readonly constant: number;
  readonly order: readonly number[];
  readonly shifts: readonly number[];
}

const ROUNDS: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    constant: 0,
    order: ROUND_2.map((_, i) => i),
    shifts: [3, 7, 11, 19],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    constant: 0x5a827999,
    order: ROUND_2,
    shifts: [3, 5, 9, 13],
  },
  { mix: (x, y, z) => x ^ y ^ z, constant: 0x6ed9eba1, order: ROUND_3, shifts: [3, 9, 11, 15] },
];

type Words = readonly [number, number, number, number];

/** The 16-byte digest. */
export function md4(message: Uint8Array): Uint8Array {
  const padded = pad(message);
  let state: Words = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let at = 0; at < padded.byteLength; at += 64) state = addBlock(state, padded, at);
  const digest = new DataView(new ArrayBuffer(16));
  state.forEach((word, i) => digest.setUint32(4 * i, word, true));
  return new Uint8Array(digest.buffer);
}

/** RFC 1320 §3.1, §3.2: one bit, zeros, the length in bits as 64 bits. */
function pad(message: Uint8Array): DataView {
  const bytes = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
  bytes.set(message);
  bytes[message.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(bytes.length - 8, message.length << 3, true);
  view.setUint32(bytes.length - 4, Math.floor(message.length / 0x20000000), true);
  return view;
}

function addBlock(state: Words, block: DataView, at: number): Words {
  let [a, b, c, d] = state;
  for (const { mix, constant, order, shifts } of ROUNDS) {
    order.forEach((word, step) => {
      const sum = (a + mix(b, c, d) + block.getUint32(at + 4 * word, true) + constant) | 0;
      const shift = shifts[step % 4] ?? 0;
      [a, b, c, d] = [d, (sum << shift) | (sum >>> (32 - shift)), b, c];
    });
  }
  return [(a + state[0]) | 0, (b + state[1]) | 0, (c + state[2]) | 0, (d + state[3]) | 0];
}
