import { readUint16, readUint32, writeUint16, writeUint32 } from './byte-order.ts';
import { internetChecksum } from './checksum.ts';

/*
 * IPv4 header (RFC 791 §3.1)
 *
 *  0        1        2                 4                 6                 8
 *  +----+----+--------+-----------------+-----------------+---+-------------+
 *  |ver | IHL|  TOS   |  total length   | identification  |fl.|fragment off.|
 *  +----+----+--------+-----------------+-----------------+---+-------------+
 *  8        9        10                12                16                20
 *  +--------+--------+-----------------+-----------------+-----------------+-----------
 *  |  TTL   |protocol| header checksum | source          | destination     | options …
 *  +--------+--------+-----------------+-----------------+-----------------+-----------
 */

export const IPV4_HEADER_LENGTH = 20;
const MORE_FRAGMENTS = 0x2000;
const DO_NOT_FRAGMENT = 0x4000;
const OFFSET_MASK = 0x1fff;

export const IpProtocol = { icmp: 1, tcp: 6, udp: 17 } as const;

/** Offsets of the payload count within the bytes given to {@link parseIpv4}, not within the packet. */
export interface Ipv4Packet {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  readonly timeToLive: number;
  readonly identification: number;
  /** Anything but the whole datagram: what stands in the payload is not all of it. */
  readonly fragment: boolean;
  /** In bytes; 0 for a whole datagram and for the first fragment. */
  readonly fragmentOffset: number;
  readonly start: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
}

/**
 * Where the payload begins, or -1 for what is no IPv4 packet: wrong version, truncated, or lengths
 * that contradict each other. The checksum is not looked at. Makes no object: for the forwarding path.
 */
export function ipv4PayloadStart(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] ?? 0;
  const headerLength = (first & 0x0f) * 4;
  if (end - start < IPV4_HEADER_LENGTH || first >>> 4 !== 4 || headerLength < IPV4_HEADER_LENGTH) {
    return -1;
  }
  const totalLength = readUint16(bytes, start + 2);
  return totalLength < headerLength || totalLength > end - start ? -1 : start + headerLength;
}

/** Of a packet that {@link ipv4PayloadStart} accepted. */
export function ipv4Source(bytes: Uint8Array, start: number): number {
  return readUint32(bytes, start + 12);
}

/** Of a packet that {@link ipv4PayloadStart} accepted. */
export function ipv4Destination(bytes: Uint8Array, start: number): number {
  return readUint32(bytes, start + 16);
}

/**
 * Reads and checks a header, its checksum included. Options are skipped; bytes behind the total length
 * are padding and left out. Undefined = no valid IPv4 packet, which a host silently drops (RFC 1122 §3.2.1).
 */
export function parseIpv4(bytes: Uint8Array, start: number, end: number): Ipv4Packet | undefined {
  const payloadStart = ipv4PayloadStart(bytes, start, end);
  if (payloadStart < 0 || internetChecksum(bytes, start, payloadStart) !== 0) {
    return undefined;
  }
  const fragmentation = readUint16(bytes, start + 6);
  return {
    source: ipv4Source(bytes, start),
    destination: ipv4Destination(bytes, start),
    protocol: bytes[start + 9] ?? 0,
    timeToLive: bytes[start + 8] ?? 0,
    identification: readUint16(bytes, start + 4),
    fragment: (fragmentation & (MORE_FRAGMENTS | OFFSET_MASK)) !== 0,
    fragmentOffset: (fragmentation & OFFSET_MASK) * 8,
    start,
    payloadStart,
    payloadEnd: start + readUint16(bytes, start + 2),
  };
}

export interface Ipv4Fields {
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  /** Default 64 (RFC 1700). */
  readonly timeToLive?: number;
}

/**
 * A packet of ours: no options, Don't Fragment set, so that the identification may be 0 (RFC 6864 §4.1).
 *
 * @param payload at most 65,515 bytes
 */
export function encodeIpv4(fields: Ipv4Fields, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(IPV4_HEADER_LENGTH + payload.length);
  packet[0] = 0x45;
  writeUint16(packet, 2, packet.length);
  writeUint16(packet, 6, DO_NOT_FRAGMENT);
  packet[8] = fields.timeToLive ?? 64;
  packet[9] = fields.protocol;
  writeUint32(packet, 12, fields.source);
  writeUint32(packet, 16, fields.destination);
  writeUint16(packet, 10, internetChecksum(packet, 0, IPV4_HEADER_LENGTH));
  packet.set(payload, IPV4_HEADER_LENGTH);
  return packet;
}
