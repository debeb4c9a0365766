import { type SumHalves, sumOf } from './summable-bytes.ts';

/** Fewer are added up sooner than WebAssembly is called. */
const FEW_WORDS = 16;

/**
 * The Internet checksum's sum (RFC 1071) of whole packets, by 32-bit words: several times as fast as byte by byte,
 * which matters where every payload byte of a tunnel passes. Little-endian machines only, which Node's are.
 *
 * Holds a view of the bytes it was last used on, which is made anew for others: keep one for each kind of buffer.
 */
export class WordSum {
  #bytes: Uint8Array | undefined;
  #buffer: ArrayBufferLike | undefined;
  #words: Int32Array = new Int32Array(0);
  #sumHalves: SumHalves | undefined;

  /**
   * The ones' complement sum of bytes[start..end) as big-endian 16-bit words, folded but not complemented, 0 to
   * 0xffff. An odd last byte counts as a word's upper one. At most 64 KiB.
   */
  of(bytes: Uint8Array, start: number, end: number): number {
    if (bytes !== this.#bytes) this.#look(bytes);
    const offset = bytes.byteOffset;
    let sum = 0;
    let at = start;
    // RFC 1071 §2(B): a sum of words that are read the other way round is the sum the other way round. Words of
    // memory are little-endian; behind an odd number of leading bytes that makes them right as they are.
    let swapped = true;
    while (at < end && ((at + offset) & 3) !== 0) {
      sum += swapped ? (bytes[at] ?? 0) << 8 : (bytes[at] ?? 0);
      swapped = !swapped;
      at += 1;
    }
    const count = (end - at) >> 2;
    if (count > 0) {
      const words =
        this.#sumHalves === undefined || count < FEW_WORDS
          ? this.#sumWords((at + offset) >> 2, count)
          : fold(this.#sumHalves(at + offset, count) >>> 0);
      sum += swapped ? ((words & 0xff) << 8) | (words >>> 8) : words;
      at += count << 2;
    }
    for (; at < end; at += 1) {
      sum += swapped ? (bytes[at] ?? 0) << 8 : (bytes[at] ?? 0);
      swapped = !swapped;
    }
    return fold(sum);
  }

  /** Folded; halves of words in memory order. */
  #sumWords(from: number, count: number): number {
    const words = this.#words;
    const end = from + count;
    const unrolled = from + (count & ~7);
    // The upper halves, and everything modulo 2^32: the lower halves are what is left, for there are few enough.
    let high = 0;
    let all = 0;
    let i = from;
    for (; i < unrolled; i += 8) {
      const a = words[i] ?? 0;
      const b = words[i + 1] ?? 0;
      const c = words[i + 2] ?? 0;
      const d = words[i + 3] ?? 0;
      const e = words[i + 4] ?? 0;
      const f = words[i + 5] ?? 0;
      const g = words[i + 6] ?? 0;
      const h = words[i + 7] ?? 0;
      high = (high + (a >>> 16) + (b >>> 16) + (c >>> 16) + (d >>> 16)) | 0;
      high = (high + (e >>> 16) + (f >>> 16) + (g >>> 16) + (h >>> 16)) | 0;
      all = (((all + a) | 0) + ((b + c) | 0)) | 0;
      all = (((all + d) | 0) + ((e + f) | 0)) | 0;
      all = (((all + g) | 0) + h) | 0;
    }
    for (; i < end; i += 1) {
      const word = words[i] ?? 0;
      high = (high + (word >>> 16)) | 0;
      all = (all + word) | 0;
    }
    return fold((high >>> 0) + ((all - (high << 16)) >>> 0));
  }

  #look(bytes: Uint8Array): void {
    this.#bytes = bytes;
    const { buffer } = bytes;
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.#words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
    this.#sumHalves = sumOf(buffer);
  }
}

/** A sum of 16-bit words back to one of them. `sum` below 2^48. */
export function fold(sum: number): number {
  let folded = sum;
  if (folded > 0xffff_ffff) folded = (folded >>> 0) + Math.floor(folded / 0x1_0000_0000);
  if (folded > 0xffff_ffff) folded = (folded >>> 0) + 1;
  let small = folded >>> 0;
  small = (small & 0xffff) + (small >>> 16);
  return (small & 0xffff) + (small >>> 16);
}
