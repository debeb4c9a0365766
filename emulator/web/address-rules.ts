import {
  networkContains,
  networkOf,
  netmaskToPrefix,
  parseIpv4Address,
  formatCidr,
  formatIpv4Address,
} from '../../shared/ip/ipv4-address.ts';
import type { DialInUser } from '../dial-in-user.ts';
import type { PppSettings } from '../ppp-settings.ts';

/** The network behind the router. */
export interface Subnet {
  readonly gateway: string;
  readonly netmask: string;
}

export function subnetText(subnet: Subnet): string {
  return formatCidr(ipv4NetworkOf(subnet));
}

function ipv4NetworkOf({ gateway, netmask }: Subnet) {
  const prefix = netmaskToPrefix(parseIpv4Address(netmask) ?? 0) ?? 32;
  return networkOf(parseIpv4Address(gateway) ?? 0, prefix);
}

/** Why no client can have this address, as a sentence. */
export function clientAddressProblem(address: string, subnet: Subnet): string | undefined {
  const number = parseIpv4Address(address);
  if (number === undefined) return 'Enter an IPv4 address, for example 192.168.240.50';
  const network = ipv4NetworkOf(subnet);
  if (!networkContains(network, number)) {
    return `The address is outside the subnet ${formatCidr(network)} behind the router`;
  }
  if (address === subnet.gateway) return 'This is the router’s own address';
  if (network.prefix < 31) {
    const last = network.network + 2 ** (32 - network.prefix) - 1;
    if (number === network.network || number === last) {
      return 'This address stands for the whole subnet: no client can have it';
    }
  }
  return undefined;
}

/** Why a range of addresses cannot be handed out, as sentences by the field. */
export function rangeProblem(
  pool: PppSettings['addressPool'],
  subnet: Subnet,
): { readonly field: 'start' | 'count'; readonly text: string } | undefined {
  const start = clientAddressProblem(pool.start, subnet);
  // the router's own address may lie in the range: it is left out
  if (start !== undefined && pool.start !== subnet.gateway) return { field: 'start', text: start };
  const lastNumber = (parseIpv4Address(pool.start) ?? 0) + pool.count - 1;
  const last = lastNumber > 0xffff_ffff ? undefined : formatIpv4Address(lastNumber);
  const problem = last === undefined ? 'beyond' : clientAddressProblem(last, subnet);
  if (problem === undefined || last === subnet.gateway) return undefined;
  return {
    field: 'count',
    text: `The range ends ${last === undefined ? 'beyond the last address' : `at ${last}, which is not an address of the subnet ${subnetText(subnet)} for clients`}`,
  };
}

/** Addresses of the range that are left for clients without one of their own. */
export function addressesLeft(
  pool: PppSettings['addressPool'],
  reserved: readonly (string | undefined)[],
): number {
  const first = parseIpv4Address(pool.start) ?? 0;
  const taken = new Set(
    reserved
      .map((address) => (address === undefined ? undefined : parseIpv4Address(address)))
      .filter((number) => number !== undefined && number >= first && number < first + pool.count),
  );
  return pool.count - taken.size;
}

/** What the range must leave out: the router's own address and those that users have for themselves. */
export function reservedAddresses(subnet: Subnet, users: readonly DialInUser[]): (string | undefined)[] {
  return [subnet.gateway, ...users.map(({ staticAddress }) => staticAddress)];
}
