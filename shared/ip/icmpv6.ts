import { writeUint16, writeUint32 } from './byte-order.ts';
import {
  ICMPV6,
  IPV6_DESTINATION,
  IPV6_HEADER_LENGTH,
  IPV6_LEAST_MTU,
  IPV6_SOURCE,
  encodeIpv6,
  ipv6Checksum,
} from './ipv6.ts';
import { addressAt, isMulticast, isUnspecified } from './ipv6-address.ts';

/*
 * ICMPv6 (RFC 4443)
 *
 *   0        1        2                 4                                   8
 *   +--------+--------+-----------------+-----------------------------------+----------------
 *   |  type  |  code  |    checksum     | MTU (packet too big), else unused | the packet it is about
 *   |128, 129|   0    |    checksum     | identifier, sequence              | data               (echo)
 *   +--------+--------+-----------------+-----------------------------------+----------------
 */
const HEADER_LENGTH = 8;
const TYPE_UNREACHABLE = 1;
const TYPE_TOO_BIG = 2;
const TYPE_ECHO_REQUEST = 128;
const TYPE_ECHO_REPLY = 129;
/** From here on types are no errors (§2.1). */
const FIRST_INFORMATION = 128;
const REDIRECT = 137;

export const Icmpv6Unreachable = { noRoute: 0, address: 3 } as const;

/** A whole packet around `message`, whose checksum is filled in. */
export function encodeIcmpv6(
  source: Uint8Array,
  destination: Uint8Array,
  message: Uint8Array,
  hopLimit = 64,
): Uint8Array {
  const packet = encodeIpv6({ source, destination, nextHeader: ICMPV6, hopLimit }, message);
  writeUint16(packet, IPV6_HEADER_LENGTH + 2, 0);
  writeUint16(packet, IPV6_HEADER_LENGTH + 2, ipv6Checksum(packet, 0, packet.length));
  return packet;
}

/** Packet Too Big (RFC 4443 §3.2) about the packet bytes[start..end), as `encodeIcmpv6Unreachable`. */
export function encodePacketTooBig(
  source: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
  mtu: number,
): Uint8Array | undefined {
  // Also about multicast (§2.4 e.3): its sender could not find the size otherwise.
  return encodeError(source, TYPE_TOO_BIG, 0, mtu, bytes, start, end);
}

/**
 * Destination Unreachable (RFC 4443 §3.1) about the packet bytes[start..end), as a whole packet from `source`.
 * Undefined where none may be sent (§2.4 e).
 */
export function encodeIcmpv6Unreachable(
  source: Uint8Array,
  code: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): Uint8Array | undefined {
  if (isMulticast(bytes, start + IPV6_DESTINATION)) return undefined;
  return encodeError(source, TYPE_UNREACHABLE, code, 0, bytes, start, end);
}

function encodeError(
  source: Uint8Array,
  type: number,
  code: number,
  value: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): Uint8Array | undefined {
  if (end - start < IPV6_HEADER_LENGTH || !mayBeTold(bytes, start, end)) return undefined;
  // As much of it as fits in a packet that every link carries.
  const quoteEnd = Math.min(end, start + IPV6_LEAST_MTU - IPV6_HEADER_LENGTH - HEADER_LENGTH);
  const message = new Uint8Array(HEADER_LENGTH + quoteEnd - start);
  message[0] = type;
  message[1] = code;
  writeUint32(message, 4, value);
  message.set(bytes.subarray(start, quoteEnd), HEADER_LENGTH);
  return encodeIcmpv6(source, addressAt(bytes, start + IPV6_SOURCE), message);
}

/** Not about an ICMPv6 error or Redirect, nor to a sender that is not one host. */
function mayBeTold(bytes: Uint8Array, start: number, end: number): boolean {
  if (isMulticast(bytes, start + IPV6_SOURCE) || isUnspecified(bytes, start + IPV6_SOURCE)) return false;
  if (bytes[start + 6] !== ICMPV6) return true;
  const type = end - start > IPV6_HEADER_LENGTH ? (bytes[start + IPV6_HEADER_LENGTH] ?? 0) : 0;
  return type >= FIRST_INFORMATION && type !== REDIRECT;
}

/** The reply to an echo request without extension headers; undefined for anything else and for wrong checksums. */
export function icmpv6EchoReply(bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
  const isRequest =
    bytes[start + 6] === ICMPV6 &&
    end - start >= IPV6_HEADER_LENGTH + HEADER_LENGTH &&
    bytes[start + IPV6_HEADER_LENGTH] === TYPE_ECHO_REQUEST &&
    !isMulticast(bytes, start + IPV6_DESTINATION) &&
    ipv6Checksum(bytes, start, end) === 0;
  if (!isRequest) return undefined;
  const message = new Uint8Array(bytes.subarray(start + IPV6_HEADER_LENGTH, end));
  message[0] = TYPE_ECHO_REPLY;
  return encodeIcmpv6(
    addressAt(bytes, start + IPV6_DESTINATION),
    addressAt(bytes, start + IPV6_SOURCE),
    message,
  );
}
