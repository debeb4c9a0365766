import { readUint16, writeUint16 } from './byte-order.ts';
import { checksumPart, internetChecksum } from './checksum.ts';

/*
 * IPv6 header (RFC 8200 §3)
 *
 *   0                 4                 6      7      8               24              40
 *   +-----------------+-----------------+------+------+---------------+---------------+---------------
 *   |ver, class, flow | payload length  | next | hops | source        | destination   | extension headers, payload
 *   +-----------------+-----------------+------+------+---------------+---------------+---------------
 */
export const IPV6_HEADER_LENGTH = 40;
/** What every link of IPv6 carries whole (RFC 8200 §5): one with less carries none. */
export const IPV6_LEAST_MTU = 1280;
export const ICMPV6 = 58;

/** Where the addresses stand in a packet. */
export const IPV6_SOURCE = 8;
export const IPV6_DESTINATION = 24;

/**
 * Whether bytes[start..end) is an IPv6 packet with nothing behind it. A jumbogram (length 0) is none: no tunnel could
 * carry it.
 */
export function isIpv6(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start >= IPV6_HEADER_LENGTH &&
    (bytes[start] ?? 0) >>> 4 === 6 &&
    readUint16(bytes, start + 4) === end - start - IPV6_HEADER_LENGTH
  );
}

export interface Ipv6Fields {
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly nextHeader: number;
  /** Default 64 (RFC 1700). */
  readonly hopLimit?: number;
}

export function encodeIpv6(fields: Ipv6Fields, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(IPV6_HEADER_LENGTH + payload.length);
  packet[0] = 0x60;
  writeUint16(packet, 4, payload.length);
  packet[6] = fields.nextHeader;
  packet[7] = fields.hopLimit ?? 64;
  packet.set(fields.source, IPV6_SOURCE);
  packet.set(fields.destination, IPV6_DESTINATION);
  packet.set(payload, IPV6_HEADER_LENGTH);
  return packet;
}

/**
 * The checksum of the message behind the header of a packet without extension headers, over both addresses too
 * (RFC 8200 §8.1). 0 when the one that is there is right.
 */
export function ipv6Checksum(bytes: Uint8Array, start: number, end: number): number {
  const addresses = checksumPart(bytes, start + IPV6_SOURCE, start + IPV6_HEADER_LENGTH);
  const length = end - start - IPV6_HEADER_LENGTH;
  return internetChecksum(
    bytes,
    start + IPV6_HEADER_LENGTH,
    end,
    addresses + length + (bytes[start + 6] ?? 0),
  );
}
