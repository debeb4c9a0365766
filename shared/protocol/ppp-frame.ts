import { FRAME_HEADER_LENGTH, FrameCommand, writeFrameHeader } from './frame.ts';

/*
 * One PPP frame is the payload of a DATA frame (RFC 1661 §2, RFC 1662 §3.1).
 *
 *   0        1        2                 4
 *   +--------+--------+-----------------+----------------
 *   |  0xFF  |  0x03  | protocol, 16 bit| information
 *   +--------+--------+-----------------+----------------
 *
 * FF 03 may be left out (address-and-control-field compression), and so may the protocol's upper byte
 * when it is zero (protocol-field compression): a protocol number's last byte is odd, its upper byte
 * even. We take all four forms and send the full one.
 */

export const PppProtocol = {
  ipv4: 0x0021,
  ipv6: 0x0057,
  ipcp: 0x8021,
  ipv6cp: 0x8057,
  ccp: 0x80fd,
  lcp: 0xc021,
  pap: 0xc023,
  chap: 0xc223,
} as const;

const PPP_HEADER_LENGTH = 4;
/** What stands in front of each IP packet: frame header, FF 03, protocol. */
export const DATA_HEADER_LENGTH = FRAME_HEADER_LENGTH + PPP_HEADER_LENGTH;

/** Where the protocol number starts in bytes[start..end). */
function protocolStart(bytes: Uint8Array, start: number, end: number): number {
  return end - start >= 2 && bytes[start] === 0xff && bytes[start + 1] === 0x03 ? start + 2 : start;
}

/** Where the information starts in the PPP frame bytes[start..end), or -1 when it is malformed. */
export function pppInformationStart(bytes: Uint8Array, start: number, end: number): number {
  const at = protocolStart(bytes, start, end);
  if (at >= end) return -1;
  const first = bytes[at] ?? 0;
  if ((first & 1) === 1) return at + 1;
  if (at + 1 >= end || ((bytes[at + 1] ?? 0) & 1) === 0) return -1;
  return at + 2;
}

/** The protocol number of the PPP frame bytes[start..end), or -1 when it is malformed. */
export function pppProtocol(bytes: Uint8Array, start: number, end: number): number {
  const at = protocolStart(bytes, start, end);
  if (at >= end) return -1;
  const first = bytes[at] ?? 0;
  if ((first & 1) === 1) return first;
  const second = bytes[at + 1] ?? 0;
  return at + 1 >= end || (second & 1) === 0 ? -1 : (first << 8) | second;
}

/** Writes the eight bytes in front of `informationLength` bytes of information. */
export function writeDataHeader(
  target: Uint8Array,
  offset: number,
  protocol: number,
  informationLength: number,
): void {
  writeFrameHeader(target, offset, FrameCommand.data, PPP_HEADER_LENGTH + informationLength);
  target[offset + 4] = 0xff;
  target[offset + 5] = 0x03;
  target[offset + 6] = protocol >>> 8;
  target[offset + 7] = protocol;
}

/** A whole tunnel frame around one PPP frame. For control traffic. */
export function encodePppData(protocol: number, information: Uint8Array): Uint8Array {
  const frame = new Uint8Array(DATA_HEADER_LENGTH + information.length);
  writeDataHeader(frame, 0, protocol, information.length);
  frame.set(information, DATA_HEADER_LENGTH);
  return frame;
}
