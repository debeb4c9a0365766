import { readUint16, writeUint16 } from '../shared/ip/byte-order.ts';
import { updateChecksum } from '../shared/ip/checksum.ts';
import { IpProtocol } from '../shared/ip/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../shared/ip/ipv6.ts';
import { Tcp } from './packet-layout.ts';

const FRAGMENT = 0x3fff;
/** TCP options (RFC 9293 §3.2). */
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const MAXIMUM_SEGMENT_SIZE = 2;
const MSS_OPTION_LENGTH = 4;

/**
 * Lowers the maximum segment size that a TCP SYN offers to what fits in packets of `mtu` bytes, in place: path MTU
 * discovery fails behind many firewalls, and without it the connection would hang at its first full segment.
 * Anything but a SYN is left as it is.
 */
export function clampMss(bytes: Uint8Array, start: number, end: number, mtu: number): void {
  const version = (bytes[start] ?? 0) >>> 4;
  let tcp = start + IPV6_HEADER_LENGTH;
  let room = mtu - IPV6_HEADER_LENGTH - Tcp.headerLength;
  if (version === 4) {
    if (bytes[start + 9] !== IpProtocol.tcp || (readUint16(bytes, start + 6) & FRAGMENT) !== 0) return;
    tcp = start + ((bytes[start] ?? 0) & 0x0f) * 4;
    room = mtu - 20 - Tcp.headerLength;
  } else if (version !== 6 || bytes[start + 6] !== IpProtocol.tcp) return;
  if (tcp + Tcp.headerLength > end || ((bytes[tcp + Tcp.flags] ?? 0) & Tcp.SYN) === 0) return;
  const option = findMss(bytes, tcp, end);
  if (option < 0) return;
  const offered = readUint16(bytes, option);
  if (offered <= room) return;
  writeUint16(bytes, option, room);
  const checksum = readUint16(bytes, tcp + Tcp.checksum);
  // Options may begin at an odd place; then the value's halves belong to two words.
  const isOdd = ((option - tcp) & 1) === 1;
  const before = isOdd ? swapped(offered) : offered;
  const after = isOdd ? swapped(room) : room;
  writeUint16(bytes, tcp + Tcp.checksum, updateChecksum(checksum, before, after));
}

/** Where the option's value stands, or -1. */
function findMss(bytes: Uint8Array, tcp: number, end: number): number {
  const stop = Math.min(end, tcp + ((bytes[tcp + Tcp.dataOffset] ?? 0) >>> 4) * 4);
  let at = tcp + Tcp.headerLength;
  while (at < stop) {
    const kind = bytes[at];
    if (kind === END_OF_OPTIONS) return -1;
    if (kind === NO_OPERATION) {
      at += 1;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > stop) return -1;
    if (kind === MAXIMUM_SEGMENT_SIZE) return length === MSS_OPTION_LENGTH ? at + 2 : -1;
    at += length;
  }
  return -1;
}

function swapped(value: number): number {
  return ((value & 0xff) << 8) | (value >>> 8);
}
