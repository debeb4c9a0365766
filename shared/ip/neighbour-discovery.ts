import { readUint16, readUint32, writeUint16, writeUint32 } from './byte-order.ts';
import { encodeIcmpv6 } from './icmpv6.ts';
import { ICMPV6, IPV6_HEADER_LENGTH, IPV6_SOURCE, ipv6Checksum, isIpv6 } from './ipv6.ts';
import { addressAt, isLinkLocal, isMulticast, isUnspecified } from './ipv6-address.ts';

/*
 * Neighbour Discovery (RFC 4861), as far as a link of two needs it. Options are counted in units of 8 bytes.
 *
 *   Router Solicitation (133)    type, code 0, checksum | 4 unused                                    | options
 *   Router Advertisement (134)   type, code 0, checksum | hop limit, flags, router lifetime (seconds) | 2 × 4 timers | options
 *   Neighbour Solicitation (135) type, code 0, checksum | 4 unused                                    | target | options
 *   Neighbour Advertisement (136)                         flags, unused                                 target
 *
 *   Prefix Information, an option (§4.6.2)
 *   0        1        2        3        4                 8                 12                16
 *   +--------+--------+--------+--------+-----------------+-----------------+-----------------+----------
 *   | type 3 |length 4| prefix |L A     | valid, seconds  |preferred, s.    | unused          | prefix, 16 bytes
 *   +--------+--------+--------+--------+-----------------+-----------------+-----------------+----------
 */
const ROUTER_SOLICITATION = 133;
const ROUTER_ADVERTISEMENT = 134;
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;
const REDIRECT = 137;
/** A packet that crossed a router has less: it was not sent on this link (§3.1). */
const HOP_LIMIT = 255;
const SOLICITATION_LENGTH = 8;
const ADVERTISEMENT_LENGTH = 16;
const NEIGHBOUR_LENGTH = 24;
const PREFIX_INFORMATION = 3;
const PREFIX_INFORMATION_LENGTH = 32;
const ON_LINK = 0x80;
const AUTONOMOUS = 0x40;
/** Router, solicited, override (§4.4). */
const NEIGHBOUR_FLAGS = 0x60;

/** ff02::1 and ff02::2. */
export const ALL_NODES = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
export const ALL_ROUTERS = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);

export interface PrefixInformation {
  /** The network's first address; bits behind the prefix are not looked at. */
  readonly prefix: Uint8Array;
  readonly prefixLength: number;
  /** Its addresses are to be found on this link. */
  readonly onLink: boolean;
  /** Hosts make their own addresses from it. */
  readonly autonomous: boolean;
  /** Seconds; 0xffffffff for ever. */
  readonly validLifetime: number;
  readonly preferredLifetime: number;
}

export interface RouterAdvertisement {
  /** Seconds; 0: the router leads to no other networks. */
  readonly routerLifetime: number;
  readonly prefixes: readonly PrefixInformation[];
}

/** Whether an IPv6 packet is of Neighbour Discovery, which is between the two ends of a link and nobody else's. */
export function isNeighbourDiscovery(bytes: Uint8Array, start: number): boolean {
  if (bytes[start + 6] !== ICMPV6) return false;
  const type = bytes[start + IPV6_HEADER_LENGTH] ?? 0;
  return type >= ROUTER_SOLICITATION && type <= REDIRECT;
}

/** A whole packet to all routers. */
export function encodeRouterSolicitation(source: Uint8Array): Uint8Array {
  const message = new Uint8Array(SOLICITATION_LENGTH);
  message[0] = ROUTER_SOLICITATION;
  return encodeIcmpv6(source, ALL_ROUTERS, message, HOP_LIMIT);
}

export function isRouterSolicitation(bytes: Uint8Array, start: number, end: number): boolean {
  return isMessage(bytes, start, end, ROUTER_SOLICITATION, SOLICITATION_LENGTH);
}

/** A whole packet to all nodes of the link. */
export function encodeRouterAdvertisement(source: Uint8Array, what: RouterAdvertisement): Uint8Array {
  const message = new Uint8Array(ADVERTISEMENT_LENGTH + what.prefixes.length * PREFIX_INFORMATION_LENGTH);
  message[0] = ROUTER_ADVERTISEMENT;
  message[4] = 64;
  writeUint16(message, 6, what.routerLifetime);
  let at = ADVERTISEMENT_LENGTH;
  for (const option of what.prefixes) {
    message[at] = PREFIX_INFORMATION;
    message[at + 1] = PREFIX_INFORMATION_LENGTH / 8;
    message[at + 2] = option.prefixLength;
    message[at + 3] = (option.onLink ? ON_LINK : 0) | (option.autonomous ? AUTONOMOUS : 0);
    writeUint32(message, at + 4, option.validLifetime);
    writeUint32(message, at + 8, option.preferredLifetime);
    message.set(option.prefix, at + 16);
    at += PREFIX_INFORMATION_LENGTH;
  }
  return encodeIcmpv6(source, ALL_NODES, message, HOP_LIMIT);
}

/** Undefined for anything else and for what a host must throw away (§6.1.2). */
export function parseRouterAdvertisement(
  bytes: Uint8Array,
  start: number,
  end: number,
): RouterAdvertisement | undefined {
  if (
    !isMessage(bytes, start, end, ROUTER_ADVERTISEMENT, ADVERTISEMENT_LENGTH) ||
    !isLinkLocal(bytes, start + IPV6_SOURCE)
  ) {
    return undefined;
  }
  const message = start + IPV6_HEADER_LENGTH;
  const prefixes: PrefixInformation[] = [];
  let at = message + ADVERTISEMENT_LENGTH;
  while (at < end) {
    const length = (bytes[at + 1] ?? 0) * 8;
    if (bytes[at] === PREFIX_INFORMATION && length === PREFIX_INFORMATION_LENGTH) {
      prefixes.push(readPrefix(bytes, at));
    }
    at += length;
  }
  return { routerLifetime: readUint16(bytes, message + 6), prefixes };
}

function readPrefix(bytes: Uint8Array, at: number): PrefixInformation {
  const flags = bytes[at + 3] ?? 0;
  return {
    prefix: addressAt(bytes, at + 16),
    prefixLength: bytes[at + 2] ?? 0,
    onLink: (flags & ON_LINK) !== 0,
    autonomous: (flags & AUTONOMOUS) !== 0,
    validLifetime: readUint32(bytes, at + 4),
    preferredLifetime: readUint32(bytes, at + 8),
  };
}

/**
 * The answer to a Neighbour Solicitation for one of our `addresses` (§7.2.4): a peer that asks whether we are still
 * there. Undefined for anything else.
 */
export function answerNeighbourSolicitation(
  bytes: Uint8Array,
  start: number,
  end: number,
  addresses: readonly Uint8Array[],
): Uint8Array | undefined {
  if (!isMessage(bytes, start, end, NEIGHBOUR_SOLICITATION, NEIGHBOUR_LENGTH)) return undefined;
  // From the unspecified address: it asks for a duplicate, of which there is none between two.
  if (isUnspecified(bytes, start + IPV6_SOURCE) || isMulticast(bytes, start + IPV6_SOURCE)) return undefined;
  const target = start + IPV6_HEADER_LENGTH + 8;
  const ours = addresses.find((address) => address.every((byte, i) => byte === bytes[target + i]));
  if (ours === undefined) return undefined;
  const message = new Uint8Array(NEIGHBOUR_LENGTH);
  message[0] = NEIGHBOUR_ADVERTISEMENT;
  message[4] = NEIGHBOUR_FLAGS;
  message.set(ours, 8);
  return encodeIcmpv6(ours, addressAt(bytes, start + IPV6_SOURCE), message, HOP_LIMIT);
}

/** Of that type, sent on this link, unbroken, and its options too. */
function isMessage(bytes: Uint8Array, start: number, end: number, type: number, length: number): boolean {
  const message = start + IPV6_HEADER_LENGTH;
  if (
    !isIpv6(bytes, start, end) ||
    bytes[start + 6] !== ICMPV6 ||
    bytes[start + 7] !== HOP_LIMIT ||
    bytes[message] !== type ||
    bytes[message + 1] !== 0 ||
    end - message < length ||
    ipv6Checksum(bytes, start, end) !== 0
  ) {
    return false;
  }
  for (let at = message + length; at < end;) {
    const size = (bytes[at + 1] ?? 0) * 8;
    if (size === 0 || at + size > end) return false;
    at += size;
  }
  return true;
}
