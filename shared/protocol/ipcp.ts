import { formatIpv4Address, parseIpv4Address } from '../ip/ipv4-address.ts';
import type { ConfigurationOption } from './options.ts';

/**
 * RFC 1332 §3, DNS servers RFC 1877 §1. Type 1 was IP-Addresses (deprecated, 8 bytes of data); some
 * clients of DrayTek's use it with 4 bytes to ask for a netmask.
 */
export const IpcpOption = {
  netmask: 1,
  compression: 2,
  address: 3,
  primaryDns: 129,
  secondaryDns: 131,
} as const;

export const UNSPECIFIED = '0.0.0.0';

/** An option of four bytes. `address` in dotted decimal; anything else becomes 0.0.0.0. */
export function encodeAddressOption(type: number, address: string): ConfigurationOption {
  const value = parseIpv4Address(address) ?? 0;
  return { type, data: Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value) };
}

/** Undefined unless there are four bytes. */
export function decodeAddress(data: Uint8Array): string | undefined {
  const [a, b, c, d] = data;
  if (data.length !== 4 || a === undefined || b === undefined || c === undefined || d === undefined) {
    return undefined;
  }
  return formatIpv4Address(((a << 24) | (b << 16) | (c << 8) | d) >>> 0);
}

/** Van Jacobson header compression as routers ask for it: 16 slots, slot identifiers compressed (RFC 1332 §4). */
export function encodeVanJacobson(): ConfigurationOption {
  return { type: IpcpOption.compression, data: Uint8Array.of(0x00, 0x2d, 0x0f, 0x01) };
}
