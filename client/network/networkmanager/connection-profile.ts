import { Variant } from '@jellybrick/dbus-next';
import type { NetworkPlan } from '../plan.ts';
import type { ManagedDns } from './managed-dns.ts';
import {
  type Family,
  type RoutingRule,
  type RoutingState,
  passedNetworks,
  routingRules,
  routingSlot,
  tunnelNetworks,
} from '../policy-routing.ts';

/** a{sa{sv}}: settings of a profile by their groups (nm-settings-dbus(5)). */
export type ProfileSettings = Readonly<Record<string, Readonly<Record<string, Variant>>>>;

export interface ProfileFacts {
  readonly plan: NetworkPlan;
  readonly routing: RoutingState;
  readonly interfaceName: string;
  /** Undefined: DNS stays as it is. */
  readonly dns: ManagedDns | undefined;
  readonly uuid: string;
  /** Whose process may have the device. */
  readonly uid: number;
  /** The only user who may see and use the profile; undefined for root, who is asked for no permission. */
  readonly userName: string | undefined;
  /** What is written into the profile, so that it can be known as ours later. */
  readonly tag: string;
  /** NetworkManager knows the setting group `link` (since 1.44). */
  readonly hasLinkSettings: boolean;
}

/** The key under which a profile of ours has its tag; NetworkManager wants a dot in it. */
export const TAG_KEY = 'org.smartvpn.owner';

const MODE_TUN = 1;
/** Enough for a burst while our process is off the CPU, as the iproute2 way has it. */
const QUEUE_LENGTH = 5000;
const ROUTE_METRIC = 50n;
/** From linux/rtnetlink.h: RT_TABLE_MAIN. */
const TABLE_MAIN = 254;
/** From linux/fib_rules.h: FR_ACT_UNREACHABLE. */
const ACTION_UNREACHABLE = 7;
const FAMILY_NUMBER = { 4: 2, 6: 10 } as const;

/**
 * The tunnel as a connection profile of type `tun`. Routes and rules are those of policy-routing.ts; a profile holds no
 * route of another device, so all that it made goes with it.
 */
export function tunnelProfile(facts: ProfileFacts): ProfileSettings {
  const { plan, interfaceName, uid, userName } = facts;
  return {
    connection: {
      id: text(`Smart VPN (${interfaceName})`),
      uuid: text(facts.uuid),
      type: text('tun'),
      'interface-name': text(interfaceName),
      autoconnect: flag(false),
      // Exactly one: then a user may make it for herself without being asked for an administrator's password.
      ...(userName === undefined ? {} : { permissions: new Variant('as', [`user:${userName}:`]) }),
    },
    // As it will be once we have attached: a NetworkManager that starts again takes over only what fits the profile.
    tun: { mode: number(MODE_TUN), owner: text(String(uid)), pi: flag(false), 'vnet-hdr': flag(true) },
    // Of any device with an MTU, whatever the group's name says.
    '802-3-ethernet': { mtu: number(plan.mtu) },
    ...(facts.hasLinkSettings ? { link: { 'tx-queue-length': number(QUEUE_LENGTH) } } : {}),
    user: { data: new Variant('a{ss}', { [TAG_KEY]: facts.tag }) },
    ipv4: {
      method: text('manual'),
      'address-data': addresses(plan.address, 32),
      ...ofFamily(facts, 4),
      ...dnsSettings(facts),
    },
    ipv6: ipv6(facts),
  };
}

function ipv6(facts: ProfileFacts): Readonly<Record<string, Variant>> {
  const { plan, routing } = facts;
  if (routing.ipv6Routes !== undefined && plan.address6 !== undefined) {
    return { method: text('manual'), 'address-data': addresses(plan.address6, 128), ...ofFamily(facts, 6) };
  }
  // An address of its own, though nothing uses it: switched off, NetworkManager would set no rule of IPv6 either.
  if (routingRules(routing, 6).length > 0) return { method: text('link-local'), ...ofFamily(facts, 6) };
  return { method: text('disabled') };
}

function ofFamily({ plan, routing }: ProfileFacts, family: Family): Readonly<Record<string, Variant>> {
  const { table } = routingSlot(routing.slot);
  const routes = [
    ...passedNetworks(routing, family).map((cidr) => destination(cidr, 'throw')),
    ...tunnelNetworks(plan, routing, family).map((cidr) => destination(cidr)),
  ];
  const rules = routingRules(routing, family).map((rule) => ruleSettings(rule, family));
  return {
    // Activated means with this family too.
    'may-fail': flag(false),
    'route-table': number(table),
    'route-metric': new Variant('x', ROUTE_METRIC),
    'route-data': new Variant('aa{sv}', routes),
    'routing-rules': new Variant('aa{sv}', rules),
  };
}

/** Servers are IPv4 (plan.ts). */
function dnsSettings({ dns }: ProfileFacts): Readonly<Record<string, Variant>> {
  if (dns === undefined) return {};
  return {
    dns: new Variant(
      'au',
      dns.servers.map((server) => addressNumber(server)),
    ),
    'dns-search': new Variant('as', dns.search),
    'dns-priority': new Variant('i', dns.priority),
  };
}

/** In network byte order, read as this machine reads numbers. */
function addressNumber(address: string): number {
  const bytes = Uint8Array.from(address.split('.'), Number);
  return new Uint32Array(bytes.buffer)[0] ?? 0;
}

function addresses(address: string, prefix: number): Variant {
  return new Variant('aa{sv}', [{ address: text(address), prefix: number(prefix) }]);
}

function destination(cidr: string, type?: string): Record<string, Variant> {
  const [address = '', prefix] = cidr.split('/');
  const to = { dest: text(address), prefix: number(Number(prefix)) };
  return type === undefined ? to : { ...to, type: text(type) };
}

function ruleSettings(rule: RoutingRule, family: Family): Record<string, Variant> {
  const { priority, to, table, suppressPrefixLength } = rule;
  return {
    family: new Variant('i', FAMILY_NUMBER[family]),
    priority: number(priority),
    ...(table === undefined
      ? { action: new Variant('y', ACTION_UNREACHABLE) }
      : { table: number(table === 'main' ? TABLE_MAIN : table) }),
    ...(to === undefined ? {} : ruleDestination(to)),
    ...(suppressPrefixLength === undefined
      ? {}
      : { 'suppress-prefixlength': new Variant('i', suppressPrefixLength) }),
  };
}

function ruleDestination(cidr: string): Record<string, Variant> {
  const [address = '', prefix] = cidr.split('/');
  return { to: text(address), 'to-len': new Variant('y', Number(prefix)) };
}

function text(value: string): Variant {
  return new Variant('s', value);
}

function number(value: number): Variant {
  return new Variant('u', value);
}

function flag(value: boolean): Variant {
  return new Variant('b', value);
}
