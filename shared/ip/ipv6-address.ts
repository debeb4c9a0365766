import { parseIpv4Address } from './ipv4-address.ts';

/** IPv6 addresses as 16 bytes in network order: as they stand in packets. */
export const IPV6_ADDRESS_LENGTH = 16;
/** The lower half: what tells hosts of one network apart (RFC 4291 §2.5.1). */
export const INTERFACE_IDENTIFIER_LENGTH = 8;

const GROUP_COUNT = 8;
const GROUP = /^[0-9a-f]{1,4}$/i;

/** RFC 4291 §2.2, without a zone; undefined for anything else. */
export function parseIpv6Address(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const last = halves.length - 1;
  const [upper, lower] = halves.map((half, index) => (half === '' ? [] : parseGroups(half, index === last)));
  if (upper === undefined || (halves.length === 2 && lower === undefined)) return undefined;
  const missing = GROUP_COUNT - upper.length - (lower?.length ?? 0);
  if (lower === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...upper, ...Array<number>(missing).fill(0), ...(lower ?? [])];
  return Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff]));
}

/** Of one side of the "::"; at the end of all, the last two groups may be written as an IPv4 address. */
function parseGroups(text: string, isLast: boolean): number[] | undefined {
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    const ipv4 = isLast && index === parts.length - 1 ? parseIpv4Address(part) : undefined;
    if (ipv4 !== undefined) groups.push(ipv4 >>> 16, ipv4 & 0xffff);
    else if (GROUP.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** The address at `at`, as RFC 5952 §4 has it. */
export function formatIpv6Address(bytes: Uint8Array, at = 0): string {
  const groups = Array.from(
    { length: GROUP_COUNT },
    (_, i) => ((bytes[at + 2 * i] ?? 0) << 8) | (bytes[at + 2 * i + 1] ?? 0),
  );
  const { start, length } = longestZeros(groups);
  const hex = (some: readonly number[]): string => some.map((group) => group.toString(16)).join(':');
  // A single zero is not shortened.
  if (length < 2) return hex(groups);
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

/** The first of the longest runs. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}

/** A copy of the address at `at`. */
export function addressAt(bytes: Uint8Array, at: number): Uint8Array {
  // `slice` would do for a Uint8Array, but of a Buffer it gives a view.
  return new Uint8Array(bytes.subarray(at, at + IPV6_ADDRESS_LENGTH));
}

/** fe80::/64 with this interface identifier (RFC 5072 §5). */
export function linkLocalAddress(identifier: Uint8Array): Uint8Array {
  return addressOf(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0), identifier);
}

/** The first 64 bits of `network`, then the identifier. */
export function addressOf(network: Uint8Array, identifier: Uint8Array): Uint8Array {
  const address = new Uint8Array(IPV6_ADDRESS_LENGTH);
  address.set(network.subarray(0, IPV6_ADDRESS_LENGTH - INTERFACE_IDENTIFIER_LENGTH));
  address.set(identifier, IPV6_ADDRESS_LENGTH - INTERFACE_IDENTIFIER_LENGTH);
  return address;
}

/** fe80::/10 (RFC 4291 §2.5.6): never beyond the link. */
export function isLinkLocal(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xfe && ((bytes[at + 1] ?? 0) & 0xc0) === 0x80;
}

/** `::`, of a host that has no address yet. */
export function isUnspecified(bytes: Uint8Array, at: number): boolean {
  for (let i = at; i < at + IPV6_ADDRESS_LENGTH; i += 1) if (bytes[i] !== 0) return false;
  return true;
}

export function isMulticast(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff;
}

/** 2000::/3, or fc00::/7 for a site of its own (RFC 4193): what a host may be given beyond its link. */
export function isRoutable(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at] ?? 0;
  return first >>> 5 === 0b001 || first >>> 1 === 0xfc >>> 1;
}
