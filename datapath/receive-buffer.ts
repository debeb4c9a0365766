import { allocateSummable } from './summable-bytes.ts';

/** No TLS record holds more (RFC 8446 §5.1), and Node hands each out by itself. */
const LENGTH = 16_384;

let buffer: Uint8Array | undefined;
let isLent = false;

/**
 * One buffer for all links to which Node hands what it reads in a new one each time, as it does to servers: there
 * checksums would be added up slowly, and views be made anew. It is to be given back before anybody else needs it.
 * Undefined: it is lent already, or `length` is too much for it.
 */
export function borrowReceiveBuffer(length: number): Uint8Array | undefined {
  if (isLent || length > LENGTH) return undefined;
  isLent = true;
  buffer ??= allocateSummable(LENGTH);
  return buffer;
}

export function returnReceiveBuffer(): void {
  isLent = false;
}
