import type { AdvancedOptions, IpProperty } from '../../shared/profile.ts';
import {
  type Ipv4Network,
  formatCidr,
  isHostAddress,
  netmaskToPrefix,
  networkOf,
  parseCidr,
  parseIpv4Address,
} from '../../shared/ip/ipv4-address.ts';

/** What this machine is to look like while the tunnel is up. Plain data. */
export interface NetworkPlan {
  /** The name wished for; when it is taken, the next number is. */
  readonly interfaceName: string;
  /** Ours inside the tunnel. */
  readonly address: string;
  readonly gateway: string;
  /** Bytes of an IP packet. */
  readonly mtu: number;
  /** `full`: everything but the local network goes through the tunnel. `split`: only `routes`. */
  readonly mode: 'full' | 'split';
  /** CIDR through the tunnel, taking precedence over local networks of the same addresses. */
  readonly routes: readonly string[];
  /**
   * CIDR that stays outside, of whichever mode: among `routes` and these the longest prefix decides, and none is in
   * both. Left out: nothing.
   */
  readonly excluded?: readonly string[];
  /** Ours for IPv6 inside the tunnel; left out: it carries none. */
  readonly address6?: string | undefined;
  /**
   * As `routes`, of IPv6; `::/0` among them in `full` mode alone, where the router leads on to everything. What a
   * `full` tunnel does not take is unreachable: nothing leaves past it.
   */
  readonly routes6?: readonly string[];
  /** The router's public address, IPv4 or IPv6: the tunnel's own packets, which never enter it. */
  readonly endpoint: string;
  /** Empty: DNS stays as it is. */
  readonly dns: readonly string[];
  readonly searchDomains: readonly string[];
  /** The servers are of the user's choice, not the router's. Left out: they are not. */
  readonly dnsIsOwn?: boolean;
}

/** What the router's advertisement brought (RFC 4861). */
export interface Ipv6Facts {
  readonly address: string;
  /** CIDR of the network that the address is of. */
  readonly network: string;
  /** Whether the router leads on to other networks. */
  readonly isDefaultRouter: boolean;
}

/** What IPCP brought, and what came of IPv6. */
export interface AddressFacts {
  readonly address: string;
  readonly gateway: string;
  readonly netmask: string | undefined;
  readonly dns: readonly string[];
  readonly mtu: number;
  readonly ipv6?: Ipv6Facts | undefined;
}

/** "No answer means /24" (protocol.md §3). */
const DEFAULT_PREFIX = 24;
/** Who offers more as the network behind a router wants traffic that is not meant for it. */
const LARGEST_OFFERED_PREFIX = 8;

export function planNetwork(
  facts: AddressFacts,
  advanced: AdvancedOptions,
  ip: IpProperty,
  endpoint: string,
  interfaceName: string,
): NetworkPlan {
  const extra = networksOf(advanced.routes);
  const excluded = networksOf(advanced.excludedRoutes);
  const everything = advanced.useDefaultGateway || extra.some(({ prefix }) => prefix === 0);
  const nothing = excluded.some(({ prefix }) => prefix === 0);
  const mode = everything && !nothing ? 'full' : 'split';
  const chosen = chosenDns(advanced, ip);
  const dns = usable(chosen.length > 0 ? chosen : usedRouterDns(facts, advanced, mode));
  // Servers that the router named stand behind it, also when a local network has the same addresses.
  const hosts = usable([facts.gateway, ...(chosen.length > 0 ? [] : dns)]);
  const networks = [
    ...hosts.filter((host) => host !== facts.address).map((host) => hostNetwork(host)),
    ...(mode === 'split' ? [remoteNetwork(facts, ip)] : []),
    ...extra,
  ];
  const routes = cidrs(networks.filter((network) => network !== undefined));
  // Also of the remote network: who excludes it has another one of the same addresses.
  const outside = cidrs(excluded).filter((cidr) => cidr !== `${endpoint}/32`);
  return {
    interfaceName,
    address: facts.address,
    gateway: facts.gateway,
    mtu: facts.mtu,
    mode,
    // The endpoint has a route of its own.
    routes: routes.filter((cidr) => cidr !== `${endpoint}/32` && !outside.includes(cidr)),
    ...(outside.length === 0 ? {} : { excluded: outside }),
    ...ipv6Part(facts.ipv6, mode),
    endpoint,
    dns,
    searchDomains: unique(advanced.searchDomains),
    ...(chosen.length > 0 ? { dnsIsOwn: true } : {}),
  };
}

function ipv6Part(
  facts: Ipv6Facts | undefined,
  mode: 'full' | 'split',
): Pick<NetworkPlan, 'address6' | 'routes6'> {
  if (facts === undefined) return {};
  const everything = mode === 'full' && facts.isDefaultRouter ? ['::/0'] : [];
  return { address6: facts.address, routes6: [facts.network, ...everything] };
}

function networksOf(texts: readonly string[]): readonly Ipv4Network[] {
  return texts.map((cidr) => parseCidr(cidr)).filter((network) => network !== undefined);
}

/** Everything (/0) is the mode's business. */
function cidrs(networks: readonly Ipv4Network[]): readonly string[] {
  return unique(networks.filter(({ prefix }) => prefix > 0).map((network) => formatCidr(network)));
}

/**
 * Of the DNS servers that a router names those that can be behind it. What goes to its public address is the tunnel's own
 * and goes past it: names asked for there would be read on the way. And what this machine asks itself is asked
 * of the local network's servers in the end.
 */
export function serversBehindRouter(servers: readonly string[], endpoint: string): readonly string[] {
  return servers.filter((server) => server !== endpoint && isHostAddress(parseIpv4Address(server) ?? 0));
}

/** The user's own servers, where there are any. */
function chosenDns(advanced: AdvancedOptions, ip: IpProperty): readonly string[] {
  if (advanced.dns.length > 0) return advanced.dns;
  return ip.mode === 'static' ? ip.dns : [];
}

/**
 * With a split tunnel the router's servers are asked for the search domains. Where there are none, asking them would
 * show them every name that this machine looks up: then they are left alone.
 */
function usedRouterDns(
  facts: AddressFacts,
  advanced: AdvancedOptions,
  mode: 'full' | 'split',
): readonly string[] {
  return mode === 'full' || advanced.searchDomains.length > 0 ? facts.dns : [];
}

function remoteNetwork(facts: AddressFacts, ip: IpProperty): Ipv4Network | undefined {
  const address = parseIpv4Address(facts.address);
  if (address === undefined) return undefined;
  if (ip.mode === 'static') return networkOf(address, prefixOf(ip.netmask) ?? DEFAULT_PREFIX);
  const offered = prefixOf(facts.netmask) ?? DEFAULT_PREFIX;
  return networkOf(address, offered < LARGEST_OFFERED_PREFIX ? DEFAULT_PREFIX : offered);
}

function prefixOf(netmask: string | undefined): number | undefined {
  const mask = netmask === undefined ? undefined : parseIpv4Address(netmask);
  return mask === undefined ? undefined : netmaskToPrefix(mask);
}

function hostNetwork(address: string): Ipv4Network | undefined {
  const parsed = parseIpv4Address(address);
  return parsed === undefined ? undefined : networkOf(parsed, 32);
}

/** Without what a router sends for "none". */
function usable(addresses: readonly string[]): readonly string[] {
  return unique(addresses.filter((address) => !['', '0.0.0.0', '255.255.255.255'].includes(address)));
}

function unique(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}
