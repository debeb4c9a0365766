import { readUint16, writeUint16 } from './byte-order.ts';
import { internetChecksum } from './checksum.ts';
import { IPV4_HEADER_LENGTH } from './ipv4.ts';

const DO_NOT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;
const OFFSET_MASK = 0x1fff;

/**
 * Cuts a packet into fragments of at most `mtu` bytes (RFC 791 §3.2). A fragment may be cut again.
 *
 * @param mtu at least 68
 * @returns undefined when it may not be cut: Don't Fragment is set, or it has options, which would have to be
 *   sorted into those that every fragment repeats and those that it does not
 */
export function fragmentIpv4(
  bytes: Uint8Array,
  start: number,
  end: number,
  mtu: number,
): Uint8Array[] | undefined {
  const fragmentation = readUint16(bytes, start + 6);
  if ((fragmentation & DO_NOT_FRAGMENT) !== 0 || bytes[start] !== 0x45) {
    return undefined;
  }
  // Offsets count in units of 8 bytes.
  const step = (mtu - IPV4_HEADER_LENGTH) & ~7;
  const fragments: Uint8Array[] = [];
  for (let at = start + IPV4_HEADER_LENGTH; at < end; at += step) {
    const stop = Math.min(at + step, end);
    const more = stop < end ? MORE_FRAGMENTS : fragmentation & MORE_FRAGMENTS;
    const offset = (fragmentation & OFFSET_MASK) + (at - start - IPV4_HEADER_LENGTH) / 8;
    fragments.push(makeFragment(bytes, start, at, stop, more | offset));
  }
  return fragments;
}

function makeFragment(
  bytes: Uint8Array,
  headerStart: number,
  from: number,
  to: number,
  fragmentation: number,
): Uint8Array {
  const fragment = new Uint8Array(IPV4_HEADER_LENGTH + to - from);
  fragment.set(bytes.subarray(headerStart, headerStart + IPV4_HEADER_LENGTH));
  fragment.set(bytes.subarray(from, to), IPV4_HEADER_LENGTH);
  writeUint16(fragment, 2, fragment.length);
  writeUint16(fragment, 6, fragmentation);
  writeUint16(fragment, 10, 0);
  writeUint16(fragment, 10, internetChecksum(fragment, 0, IPV4_HEADER_LENGTH));
  return fragment;
}
