import { readUint16, writeUint16 } from './byte-order.ts';
import { internetChecksum } from './checksum.ts';
import { encodeIpv4, IpProtocol, ipv4Destination, ipv4PayloadStart, ipv4Source } from './ipv4.ts';
import type { Ipv4Packet } from './ipv4.ts';
import { isMulticastOrBroadcast } from './ipv4-address.ts';

/*
 * ICMP (RFC 792)
 *
 *  0        1        2                 4                 6                 8
 *  +--------+--------+-----------------+-----------------+-----------------+---------------------------
 *  |  type  |  code  |    checksum     |   identifier    |    sequence     | data               (echo)
 *  |   3    |  code  |    checksum     |     unused      |  next-hop MTU   | IP header + 8 bytes (unreachable)
 *  +--------+--------+-----------------+-----------------+-----------------+---------------------------
 */

const HEADER_LENGTH = 8;
const TYPE_ECHO_REPLY = 0;
const TYPE_UNREACHABLE = 3;
export const TYPE_ECHO_REQUEST = 8;
/** What a type 3 message quotes behind the header of the packet it is about. */
const QUOTED_PAYLOAD = 8;

export const UnreachableCode = {
  net: 0,
  host: 1,
  protocol: 2,
  port: 3,
  fragmentationNeeded: 4,
  administrativelyProhibited: 13,
} as const;

export interface IcmpEcho {
  readonly kind: 'request' | 'reply';
  readonly identifier: number;
  readonly sequence: number;
  readonly dataStart: number;
  readonly dataEnd: number;
}

/** The echo in an ICMP packet; undefined for other types, fragments, and wrong checksums. */
export function parseIcmpEcho(bytes: Uint8Array, packet: Ipv4Packet): IcmpEcho | undefined {
  const { payloadStart: start, payloadEnd: end } = packet;
  const type = bytes[start];
  if (
    packet.protocol !== IpProtocol.icmp ||
    packet.fragment ||
    end - start < HEADER_LENGTH ||
    (type !== TYPE_ECHO_REQUEST && type !== TYPE_ECHO_REPLY) ||
    bytes[start + 1] !== 0 ||
    internetChecksum(bytes, start, end) !== 0
  ) {
    return undefined;
  }
  return {
    kind: type === TYPE_ECHO_REQUEST ? 'request' : 'reply',
    identifier: readUint16(bytes, start + 4),
    sequence: readUint16(bytes, start + 6),
    dataStart: start + HEADER_LENGTH,
    dataEnd: end,
  };
}

export interface IcmpEchoFields {
  readonly source: number;
  readonly destination: number;
  readonly kind: 'request' | 'reply';
  readonly identifier: number;
  readonly sequence: number;
}

/** A whole IPv4 packet. */
export function encodeIcmpEcho(fields: IcmpEchoFields, data: Uint8Array): Uint8Array {
  const message = new Uint8Array(HEADER_LENGTH + data.length);
  message[0] = fields.kind === 'request' ? TYPE_ECHO_REQUEST : TYPE_ECHO_REPLY;
  writeUint16(message, 4, fields.identifier);
  writeUint16(message, 6, fields.sequence);
  message.set(data, HEADER_LENGTH);
  writeUint16(message, 2, internetChecksum(message, 0, message.length));
  return encodeIpv4({ ...fields, protocol: IpProtocol.icmp }, message);
}

/** The packet that a Destination Unreachable is about, as far as it is quoted. */
export interface QuotedPacket {
  readonly code: number;
  readonly source: number;
  readonly destination: number;
  readonly protocol: number;
  /** Of TCP and UDP; 0 for others. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

export function parseIcmpUnreachable(bytes: Uint8Array, packet: Ipv4Packet): QuotedPacket | undefined {
  const { payloadStart: start, payloadEnd: end } = packet;
  const quoted = start + HEADER_LENGTH;
  if (
    packet.protocol !== IpProtocol.icmp ||
    packet.fragment ||
    end - quoted < 20 + QUOTED_PAYLOAD ||
    bytes[start] !== TYPE_UNREACHABLE ||
    internetChecksum(bytes, start, end) !== 0
  ) {
    return undefined;
  }
  const transport = quoted + ((bytes[quoted] ?? 0) & 0x0f) * 4;
  if ((bytes[quoted] ?? 0) >>> 4 !== 4 || transport < quoted + 20 || transport + 4 > end) {
    return undefined;
  }
  const protocol = bytes[quoted + 9] ?? 0;
  const hasPorts = protocol === IpProtocol.tcp || protocol === IpProtocol.udp;
  return {
    code: bytes[start + 1] ?? 0,
    source: ipv4Source(bytes, quoted),
    destination: ipv4Destination(bytes, quoted),
    protocol,
    sourcePort: hasPorts ? readUint16(bytes, transport) : 0,
    destinationPort: hasPorts ? readUint16(bytes, transport + 2) : 0,
  };
}

/**
 * Destination Unreachable about a packet, as a whole IPv4 packet from `source`. Undefined where RFC 1122
 * §3.2.2 forbids one: about an ICMP error, a later fragment, or a broadcast.
 *
 * @param nextHopMtu with code `fragmentationNeeded` (RFC 1191 §4)
 */
export function encodeIcmpUnreachable(
  source: number,
  code: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  nextHopMtu = 0,
): Uint8Array | undefined {
  const payloadStart = ipv4PayloadStart(bytes, start, end);
  if (payloadStart < 0) {
    return undefined;
  }
  const sender = ipv4Source(bytes, start);
  const laterFragment = (readUint16(bytes, start + 6) & 0x1fff) !== 0;
  const icmpType =
    bytes[start + 9] === IpProtocol.icmp && payloadStart < end ? bytes[payloadStart] : undefined;
  const icmpError = icmpType !== undefined && icmpType !== TYPE_ECHO_REQUEST && icmpType !== TYPE_ECHO_REPLY;
  if (
    laterFragment ||
    icmpError ||
    sender === 0 ||
    isMulticastOrBroadcast(sender) ||
    isMulticastOrBroadcast(ipv4Destination(bytes, start))
  ) {
    return undefined;
  }
  const quoteEnd = Math.min(start + readUint16(bytes, start + 2), payloadStart + QUOTED_PAYLOAD);
  const message = new Uint8Array(HEADER_LENGTH + quoteEnd - start);
  message[0] = TYPE_UNREACHABLE;
  message[1] = code;
  writeUint16(message, 6, nextHopMtu);
  message.set(bytes.subarray(start, quoteEnd), HEADER_LENGTH);
  writeUint16(message, 2, internetChecksum(message, 0, message.length));
  return encodeIpv4({ source, destination: sender, protocol: IpProtocol.icmp }, message);
}
