import fc from 'fast-check';

/** Where to cut: each number is taken modulo the length. None leaves one chunk. */
export const cuts = fc.array(fc.nat({ max: 20_000 }), { maxLength: 40 });

export function chunksOf(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [...new Set(at.map((place) => (bytes.length === 0 ? 0 : place % bytes.length)))];
  const borders = [0, ...places.sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((border, i) => bytes.subarray(borders[i] ?? 0, border));
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
