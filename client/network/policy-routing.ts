import { isIPv6 } from 'node:net';
import type { NetworkPlan } from './plan.ts';

/**
 * The tunnel's routes stand in a table of their own, and rules say when it is asked:
 *
 *   base      to ENDPOINT lookup main                   the tunnel's own packets never enter it
 *   base + 1  lookup TABLE suppress_prefixlength 0      its networks, before local ones of the same addresses
 *   base + 2  lookup main suppress_prefixlength 0       full: local networks, but not the default route
 *   base + 3  lookup TABLE                              full: everything else
 *
 * This follows roaming (the way to ENDPOINT is looked up each time), works with strict reverse-path filters, and
 * leaves the main table alone. A device that disappears takes its routes along, an empty table lets everything pass: what
 * a killed process leaves is harmless. Where a full tunnel does not take IPv6 its table has `unreachable default`
 * for it: nothing leaks past the tunnel, and programs fall back to IPv4 at once.
 */
export interface RoutingSlot {
  /** Which of the possible tunnels of this machine this is, from 0. */
  readonly number: number;
  readonly table: number;
  readonly basePriority: number;
}

export const SLOT_COUNT = 16;

/** A later tunnel's rules come before an earlier one's. */
export function routingSlot(number: number): RoutingSlot {
  return { number, table: 51820 + number, basePriority: 31000 - 10 * number };
}

/** What must be known to take the rules down again. */
export interface RoutingState {
  readonly slot: number;
  readonly mode: 'full' | 'split';
  readonly endpoint: string;
  /** Whether this machine's kernel has IPv6 at all. */
  readonly ipv6: boolean;
  /** How much of IPv6 the tunnel takes. Left out: nothing. */
  readonly ipv6Routes?: 'some' | 'all' | undefined;
}

/** What is to be done for `plan` in the slot of number `slot`. */
export function routingState(plan: NetworkPlan, slot: number, hasIpv6: boolean): RoutingState {
  const { mode, endpoint, routes6 = [] } = plan;
  const state = { slot, mode, endpoint, ipv6: hasIpv6 };
  if (!hasIpv6 || plan.address6 === undefined) return state;
  return { ...state, ipv6Routes: mode === 'full' && routes6.includes(EVERYTHING) ? 'all' : 'some' };
}

const EVERYTHING = '::/0';

/** Lines for `ip -4 -batch -` and `ip -6 -batch -`. */
export interface IpBatches {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** Of IPv6 too, once the device is up. */
  readonly ipv6Device: readonly string[];
}

/** Enough for a burst while our process is off the CPU; a queue that stands is the data plane's business (fair-queue.ts). */
const QUEUE_LENGTH = 5000;

export function setUpLines(plan: NetworkPlan, device: string, state: RoutingState): IpBatches {
  const { table } = routingSlot(state.slot);
  const routes = plan.routes.map((cidr) => `route add ${cidr} dev ${device} table ${table}`);
  if (plan.mode === 'full') routes.push(`route add default dev ${device} table ${table}`);
  return {
    ipv4: [
      // In a request of its own before `up`, or the kernel sends IPv6 router solicitations into the tunnel.
      ...(state.ipv6 ? [`link set dev ${device} addrgenmode none`] : []),
      `link set dev ${device} mtu ${plan.mtu} txqueuelen ${QUEUE_LENGTH}`,
      `addr add ${plan.address}/32 dev ${device}`,
      `link set dev ${device} up`,
      ...unreachable(state, 4).map((route) => `route add ${route}`),
      ...routes,
      ...rules(state, 4).map((rule) => `rule add ${rule}`),
    ],
    ipv6: [
      ...unreachable(state, 6).map((route) => `route add ${route}`),
      ...rules(state, 6).map((rule) => `rule add ${rule}`),
    ],
    ipv6Device: ipv6DeviceLines(plan, device, state),
  };
}

/** The router on the other end is all there is on this link: nobody else could have the address (RFC 5072 §5). */
function ipv6DeviceLines(plan: NetworkPlan, device: string, state: RoutingState): readonly string[] {
  if (plan.address6 === undefined || state.ipv6Routes === undefined) return [];
  const { table } = routingSlot(state.slot);
  const taken = (plan.routes6 ?? []).filter((cidr) => cidr !== EVERYTHING || state.ipv6Routes === 'all');
  return [
    `addr add ${plan.address6}/128 dev ${device} nodad`,
    ...taken.map((cidr) => `route add ${cidr} dev ${device} table ${table}`),
  ];
}

/** Takes down what does not go with the device. */
export function takeDownLines(state: RoutingState): Omit<IpBatches, 'ipv6Device'> {
  const linesOf = (family: 4 | 6): readonly string[] => [
    ...rules(state, family).map((rule) => `rule del ${rule}`),
    ...unreachable(state, family).map((route) => `route del ${route}`),
  ];
  return { ipv4: linesOf(4), ipv6: linesOf(6) };
}

/** Whether the tunnel's table is asked for packets of the family. */
function isRuled(state: RoutingState, family: 4 | 6): boolean {
  return family === 4 || (state.ipv6 && (state.mode === 'full' || state.ipv6Routes !== undefined));
}

function unreachable(state: RoutingState, family: 4 | 6): readonly string[] {
  if (!isRuled(state, family)) return [];
  const { table } = routingSlot(state.slot);
  if (family === 6 && state.mode === 'full' && state.ipv6Routes !== 'all') {
    return [`unreachable default table ${table}`];
  }
  // When main knows no way to the endpoint, its packets must not fall through to the tunnel either.
  return endpointFamily(state) === family
    ? [`unreachable ${state.endpoint}/${family === 4 ? 32 : 128} table ${table}`]
    : [];
}

function rules(state: RoutingState, family: 4 | 6): readonly string[] {
  if (!isRuled(state, family)) return [];
  const { table, basePriority } = routingSlot(state.slot);
  const hasRoutes = family === 4 || state.ipv6Routes !== undefined;
  return [
    ...(endpointFamily(state) === family
      ? [`priority ${basePriority} to ${state.endpoint}/${family === 4 ? 32 : 128} lookup main`]
      : []),
    ...(hasRoutes ? [`priority ${basePriority + 1} lookup ${table} suppress_prefixlength 0`] : []),
    ...(state.mode === 'full'
      ? [
          `priority ${basePriority + 2} lookup main suppress_prefixlength 0`,
          `priority ${basePriority + 3} lookup ${table}`,
        ]
      : []),
  ];
}

function endpointFamily(state: RoutingState): 4 | 6 {
  return isIPv6(state.endpoint) ? 6 : 4;
}
