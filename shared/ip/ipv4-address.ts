/** IPv4 addresses as unsigned 32-bit numbers: comparable, maskable, and keys of a Map without a string each. */

const OCTET = /^(0|[1-9][0-9]{0,2})$/;

/** Dotted decimal, four parts, no leading zeros (which some read as octal); undefined for anything else. */
export function parseIpv4Address(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) {
    return undefined;
  }
  let address = 0;
  for (const part of parts) {
    const octet = OCTET.test(part) ? Number(part) : 256;
    if (octet > 255) {
      return undefined;
    }
    address = address * 256 + octet;
  }
  return address;
}

export function formatIpv4Address(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

/** /0 to /32 as a mask; the caller keeps the prefix in this range. */
export function prefixToNetmask(prefix: number): number {
  return prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
}

/** Undefined when the mask has a hole, as 255.0.255.0 has. */
export function netmaskToPrefix(mask: number): number | undefined {
  const prefix = Math.clz32(~mask >>> 0);
  return prefixToNetmask(prefix) === mask >>> 0 ? prefix : undefined;
}

export interface Ipv4Network {
  /** The network's first address: host bits are zero. */
  readonly network: number;
  readonly prefix: number;
}

export function networkOf(address: number, prefix: number): Ipv4Network {
  return { network: (address & prefixToNetmask(prefix)) >>> 0, prefix };
}

/** CIDR notation. Host bits may be set, as in 192.168.1.7/24: they are cleared. */
export function parseCidr(text: string): Ipv4Network | undefined {
  const [addressText = '', prefixText = '', ...more] = text.split('/');
  const address = parseIpv4Address(addressText);
  const prefix = /^[0-9]{1,2}$/.test(prefixText) ? Number(prefixText) : 33;
  if (address === undefined || prefix > 32 || more.length > 0) {
    return undefined;
  }
  return networkOf(address, prefix);
}

export function formatCidr({ network, prefix }: Ipv4Network): string {
  return `${formatIpv4Address(network)}/${prefix}`;
}

export function networkContains({ network, prefix }: Ipv4Network, address: number): boolean {
  return (address & prefixToNetmask(prefix)) >>> 0 === network;
}

/** Multicast 224/4 (RFC 1112) and the limited broadcast address. */
export function isMulticastOrBroadcast(address: number): boolean {
  return address >>> 28 === 0xe || address >>> 0 === 0xffffffff;
}

/** Neither this-network, loopback, multicast nor reserved (RFC 6890): an address that a host may have. */
export function isHostAddress(address: number): boolean {
  const first = address >>> 24;
  return first !== 0 && first !== 127 && first < 224;
}
