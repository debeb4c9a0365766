/** TypedArray.set needs a subarray, an object for each packet; Buffer's copy needs none. */
export function copyBytes(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  offset: number,
): void {
  Buffer.prototype.copy.call(source, target, offset, start, end);
}
