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
 * a killed process leaves is harmless for IPv4. For IPv6 a full tunnel has only `unreachable default`: nothing
 * leaks past it, and programs fall back to IPv4 at once.
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
}

/** Lines for `ip -4 -batch -` and `ip -6 -batch -`. */
export interface IpBatches {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

/** Enough for a burst while our process is off the CPU; a queue that stands is the data plane's business (fair-queue.ts). */
const QUEUE_LENGTH = 5000;

export function setUpLines(plan: NetworkPlan, device: string, state: RoutingState): IpBatches {
  const { table } = routingSlot(state.slot);
  const routes = plan.routes.map((cidr) => `route add ${cidr} dev ${device} table ${table}`);
  if (plan.mode === 'full') routes.push(`route add default dev ${device} table ${table}`);
  // When main knows no way to the endpoint, its packets must not fall through to the tunnel either.
  const endpoint = isIPv6(plan.endpoint) ? [] : [`route add unreachable ${plan.endpoint}/32 table ${table}`];
  return {
    ipv4: [
      // In a request of its own before `up`, or the kernel sends IPv6 router solicitations into the tunnel.
      ...(state.ipv6 ? [`link set dev ${device} addrgenmode none`] : []),
      `link set dev ${device} mtu ${plan.mtu} txqueuelen ${QUEUE_LENGTH}`,
      `addr add ${plan.address}/32 dev ${device}`,
      `link set dev ${device} up`,
      ...endpoint,
      ...routes,
      ...rules(state, 4).map((rule) => `rule add ${rule}`),
    ],
    ipv6: [
      ...(blocksIpv6(state) ? [`route add unreachable default table ${table}`] : []),
      ...rules(state, 6).map((rule) => `rule add ${rule}`),
    ],
  };
}

/** Takes down what does not go with the device. */
export function takeDownLines(state: RoutingState): IpBatches {
  const { table } = routingSlot(state.slot);
  return {
    ipv4: [
      ...rules(state, 4).map((rule) => `rule del ${rule}`),
      ...(isIPv6(state.endpoint) ? [] : [`route del unreachable ${state.endpoint}/32 table ${table}`]),
    ],
    ipv6: [
      ...rules(state, 6).map((rule) => `rule del ${rule}`),
      ...(blocksIpv6(state) ? [`route del unreachable default table ${table}`] : []),
    ],
  };
}

function blocksIpv6(state: RoutingState): boolean {
  return state.ipv6 && state.mode === 'full';
}

function rules(state: RoutingState, family: 4 | 6): readonly string[] {
  const { table, basePriority } = routingSlot(state.slot);
  if (family === 6 && !blocksIpv6(state)) return [];
  const endpointFamily = isIPv6(state.endpoint) ? 6 : 4;
  const prefix = family === 4 ? 32 : 128;
  return [
    ...(endpointFamily === family
      ? [`priority ${basePriority} to ${state.endpoint}/${prefix} lookup main`]
      : []),
    ...(family === 4 ? [`priority ${basePriority + 1} lookup ${table} suppress_prefixlength 0`] : []),
    ...(state.mode === 'full'
      ? [
          `priority ${basePriority + 2} lookup main suppress_prefixlength 0`,
          `priority ${basePriority + 3} lookup ${table}`,
        ]
      : []),
  ];
}
