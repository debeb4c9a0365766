/** Keeps the running sum far below 2^31, where a number would stop being a small integer. */
const FOLD_EVERY = 0x8000;

/** Brings a sum of 16-bit words back into 16 bits by adding the carries (RFC 1071 §2.1). */
function fold(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}

/**
 * One's complement sum of 16-bit words (RFC 1071), not yet complemented: feed it piece after piece.
 * Only the last piece may have an odd length; it counts as padded with a zero.
 *
 * @param initial the sum of the pieces before this one
 * @returns 0 to 0xffff
 */
export function checksumPart(bytes: Uint8Array, start: number, end: number, initial = 0): number {
  let sum = initial;
  let at = start;
  const lastPair = end - 1;
  while (at < lastPair) {
    const stop = Math.min(lastPair, at + FOLD_EVERY);
    for (; at < stop; at += 2) {
      sum += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    }
    sum = fold(sum);
  }
  if (at < end) {
    sum += (bytes[at] ?? 0) << 8;
  }
  return fold(sum);
}

/**
 * The Internet checksum (RFC 1071) as it is written into a header. Over bytes that hold a right
 * checksum already the result is 0.
 *
 * @param initial a sum by {@link checksumPart} or {@link pseudoHeaderSum}
 */
export function internetChecksum(bytes: Uint8Array, start: number, end: number, initial = 0): number {
  return ~checksumPart(bytes, start, end, initial) & 0xffff;
}

/** The part of TCP's and UDP's checksum that comes from the IPv4 header (RFC 9293 §3.1, RFC 768). */
export function pseudoHeaderSum(
  source: number,
  destination: number,
  protocol: number,
  length: number,
): number {
  return fold(
    (source >>> 16) +
      (source & 0xffff) +
      (destination >>> 16) +
      (destination & 0xffff) +
      protocol +
      (length & 0xffff),
  );
}

/** A header's checksum after one of its 16-bit words changed (RFC 1624, equation 3). */
export function updateChecksum(checksum: number, oldWord: number, newWord: number): number {
  return ~fold((~checksum & 0xffff) + (~oldWord & 0xffff) + newWord) & 0xffff;
}
