import { networkInterfaces } from 'node:os';

/** How the devices of our tunnels are called: svpn0, svpn1 … */
export const TUNNEL_NAME_STEM = 'svpn';

export interface LocalAddress {
  readonly link: string;
  readonly address: string;
  /** With the length of its prefix, where that is known. */
  readonly cidr: string;
  readonly isLoopback: boolean;
}

/**
 * Addresses of the links that are up. Undefined: the kernel cannot be asked just now, for example because no descriptor
 * is left.
 */
export function localAddresses(read = networkInterfaces): readonly LocalAddress[] | undefined {
  try {
    return Object.entries(read()).flatMap(([link, addresses = []]) =>
      addresses.map(({ address, cidr, internal }) => ({
        link,
        address,
        cidr: cidr ?? address,
        isLoopback: internal,
      })),
    );
  } catch {
    return undefined;
  }
}

/** Addresses that lead somewhere: not those of our tunnels, of loopback, or of a link alone. */
export function addressesToTheWorld(read = networkInterfaces): readonly LocalAddress[] | undefined {
  return localAddresses(read)?.filter(
    ({ link, address, isLoopback }) => !isLoopback && !isLinkLocal(address) && !isOurTunnel(link),
  );
}

export function isOurTunnel(link: string): boolean {
  return link.startsWith(TUNNEL_NAME_STEM);
}

/** Of a link without a router or DHCP server (RFC 4291 §2.5.6, RFC 3927). */
export function isLinkLocal(address: string): boolean {
  return /^(fe[89ab][0-9a-f]:|169\.254\.)/i.test(address);
}
