import { readUint16, readUint32, writeUint16, writeUint32 } from './byte-order.ts';
import { internetChecksum, pseudoHeaderSum } from './checksum.ts';
import { encodeIpv4, IpProtocol } from './ipv4.ts';
import type { Ipv4Packet } from './ipv4.ts';

/*
 * TCP segment (RFC 9293 §3.1)
 *
 *  0                 2                 4                 8                 12
 *  +-----------------+-----------------+-----------------+-----------------+
 *  |   source port   | destination port|    sequence     | acknowledgment  |
 *  +-----------------+-----------------+-----------------+-----------------+
 *  12   13            14                16                18                20
 *  +----+---+--------+-----------------+-----------------+-----------------+---------+------
 *  |off.|res| flags  |     window      |    checksum     | urgent pointer  | options | data
 *  +----+---+--------+-----------------+-----------------+-----------------+---------+------
 */

const HEADER_LENGTH = 20;
export const TcpFlag = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 } as const;
/** What a peer takes that says nothing (RFC 9293 §3.7.1). */
export const DEFAULT_MAXIMUM_SEGMENT_SIZE = 536;
const OPTION_END = 0;
const OPTION_NO_OPERATION = 1;
const OPTION_MAXIMUM_SEGMENT_SIZE = 2;

export interface TcpSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly window: number;
  /** What the MSS option says; undefined without one. */
  readonly maximumSegmentSize: number | undefined;
  readonly dataStart: number;
  readonly dataEnd: number;
}

/** Undefined for other protocols, fragments, contradicting lengths, broken options and wrong checksums. */
export function parseTcp(bytes: Uint8Array, packet: Ipv4Packet): TcpSegment | undefined {
  const { payloadStart: start, payloadEnd: end } = packet;
  const length = end - start;
  if (packet.protocol !== IpProtocol.tcp || packet.fragment || length < HEADER_LENGTH) {
    return undefined;
  }
  const headerLength = ((bytes[start + 12] ?? 0) >>> 4) * 4;
  if (headerLength < HEADER_LENGTH || headerLength > length) {
    return undefined;
  }
  const pseudo = pseudoHeaderSum(packet.source, packet.destination, IpProtocol.tcp, length);
  if (internetChecksum(bytes, start, end, pseudo) !== 0) {
    return undefined;
  }
  const maximumSegmentSize = readMaximumSegmentSize(bytes, start + HEADER_LENGTH, start + headerLength);
  if (maximumSegmentSize === 'malformed') {
    return undefined;
  }
  return {
    sourcePort: readUint16(bytes, start),
    destinationPort: readUint16(bytes, start + 2),
    sequence: readUint32(bytes, start + 4),
    acknowledgment: readUint32(bytes, start + 8),
    flags: bytes[start + 13] ?? 0,
    window: readUint16(bytes, start + 14),
    maximumSegmentSize,
    dataStart: start + headerLength,
    dataEnd: end,
  };
}

function readMaximumSegmentSize(
  bytes: Uint8Array,
  start: number,
  end: number,
): number | 'malformed' | undefined {
  let found: number | undefined;
  for (let at = start; at < end;) {
    const kind = bytes[at];
    if (kind === OPTION_END) {
      break;
    }
    if (kind === OPTION_NO_OPERATION) {
      at += 1;
      continue;
    }
    const length = at + 1 < end ? (bytes[at + 1] ?? 0) : 0;
    if (length < 2 || at + length > end) {
      return 'malformed';
    }
    if (kind === OPTION_MAXIMUM_SEGMENT_SIZE && length === 4) {
      found = readUint16(bytes, at + 2);
    }
    at += length;
  }
  return found;
}

export interface TcpFields {
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly window: number;
  /** Written as an option when given: only in a SYN. */
  readonly maximumSegmentSize?: number;
}

/** A whole IPv4 packet. */
export function encodeTcp(fields: TcpFields, data?: Uint8Array): Uint8Array {
  const headerLength = HEADER_LENGTH + (fields.maximumSegmentSize === undefined ? 0 : 4);
  const segment = new Uint8Array(headerLength + (data?.length ?? 0));
  writeUint16(segment, 0, fields.sourcePort);
  writeUint16(segment, 2, fields.destinationPort);
  writeUint32(segment, 4, fields.sequence);
  writeUint32(segment, 8, fields.acknowledgment);
  segment[12] = (headerLength / 4) << 4;
  segment[13] = fields.flags;
  writeUint16(segment, 14, fields.window);
  if (fields.maximumSegmentSize !== undefined) {
    segment[20] = OPTION_MAXIMUM_SEGMENT_SIZE;
    segment[21] = 4;
    writeUint16(segment, 22, fields.maximumSegmentSize);
  }
  if (data !== undefined) {
    segment.set(data, headerLength);
  }
  const pseudo = pseudoHeaderSum(fields.source, fields.destination, IpProtocol.tcp, segment.length);
  writeUint16(segment, 16, internetChecksum(segment, 0, segment.length, pseudo));
  return encodeIpv4({ ...fields, protocol: IpProtocol.tcp }, segment);
}

/** `a` before `b` in sequence space, which wraps at 2^32 (RFC 9293 §3.4). */
export function sequenceBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

export function sequenceAdd(sequence: number, count: number): number {
  return (sequence + count) >>> 0;
}

/** `a` minus `b` in sequence space: negative when `a` lies before `b`. */
export function sequenceDifference(a: number, b: number): number {
  return (a - b) | 0;
}

/** The RST that answers a segment for which there is no connection (RFC 9293 §3.5.2); undefined for an RST. */
export function encodeResetFor(packet: Ipv4Packet, segment: TcpSegment): Uint8Array | undefined {
  if ((segment.flags & TcpFlag.rst) !== 0) {
    return undefined;
  }
  const acknowledged = (segment.flags & TcpFlag.ack) !== 0;
  const consumed =
    segment.dataEnd -
    segment.dataStart +
    ((segment.flags & TcpFlag.syn) === 0 ? 0 : 1) +
    ((segment.flags & TcpFlag.fin) === 0 ? 0 : 1);
  return encodeTcp({
    source: packet.destination,
    destination: packet.source,
    sourcePort: segment.destinationPort,
    destinationPort: segment.sourcePort,
    sequence: acknowledged ? segment.acknowledgment : 0,
    acknowledgment: acknowledged ? 0 : sequenceAdd(segment.sequence, consumed),
    flags: acknowledged ? TcpFlag.rst : TcpFlag.rst | TcpFlag.ack,
    window: 0,
  });
}
