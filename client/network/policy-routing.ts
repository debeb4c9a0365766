import { isIPv6 } from 'node:net';
import type { NetworkPlan } from './plan.ts';

export type Family = 4 | 6;

/**
 * The tunnel's routes stand in a table of their own, and rules say when it is asked:
 *
 *   base      to ENDPOINT lookup main                   the tunnel's own packets never enter it,
 *   base + 1  to ENDPOINT unreachable                   also when main knows no way to it
 *   base + 2  lookup TABLE suppress_prefixlength 0      its networks, before local ones of the same addresses
 *   base + 3  lookup main suppress_prefixlength 0       full: local networks, but not the default route
 *   base + 4  lookup TABLE                              full: everything else
 *       or    unreachable                               full, where the tunnel does not take IPv6: nothing leaks past it,
 *                                                       and programs fall back to IPv4 at once
 *
 * Networks that are to stay outside stand in TABLE as `throw`: a lookup that ends there goes on with the next rule, and so
 * through main as if there were no tunnel. Among TABLE's routes the longest prefix decides.
 *
 * This follows roaming (the way to ENDPOINT is looked up each time), works with strict reverse-path filters, and
 * leaves the main table alone. A device that disappears takes its routes along, and an empty table lets everything pass:
 * of what a killed process leaves, rules and `throw` routes are to be removed.
 */
export interface RoutingSlot {
  /** Which of the possible tunnels of this machine this is, from 0. */
  readonly number: number;
  readonly table: number;
  readonly basePriority: number;
}

export const SLOT_COUNT = 16;

/** Priorities that are a slot's own, from its base on. */
export const PRIORITIES_PER_SLOT = 10;

/** A later tunnel's rules come before an earlier one's. */
export function routingSlot(number: number): RoutingSlot {
  return { number, table: 51820 + number, basePriority: 31000 - PRIORITIES_PER_SLOT * number };
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
  /** CIDR that the tunnel leaves alone, IPv4. Left out: none. */
  readonly excluded?: readonly string[] | undefined;
}

/** What is to be done for `plan` in the slot of number `slot`. */
export function routingState(plan: NetworkPlan, slot: number, hasIpv6: boolean): RoutingState {
  const { mode, endpoint, routes6 = [], excluded } = plan;
  const state = { slot, mode, endpoint, ipv6: hasIpv6, ...(excluded === undefined ? {} : { excluded }) };
  if (!hasIpv6 || plan.address6 === undefined) return state;
  return { ...state, ipv6Routes: mode === 'full' && routes6.includes(EVERYTHING) ? 'all' : 'some' };
}

const EVERYTHING = '::/0';

/** A rule of the kernel's list (ip-rule(8)). */
export interface RoutingRule {
  readonly priority: number;
  /** CIDR of a destination; left out: every one. */
  readonly to?: string;
  /** Where to look; left out: the destination is unreachable. */
  readonly table?: number | 'main';
  /** Routes with a prefix no longer than this are passed over. */
  readonly suppressPrefixLength?: number;
}

/** The rules of a family, none where its packets are not the tunnel's affair. */
export function routingRules(state: RoutingState, family: Family): readonly RoutingRule[] {
  if (!isRuled(state, family)) return [];
  const { table, basePriority } = routingSlot(state.slot);
  const to = `${state.endpoint}/${family === 4 ? 32 : 128}`;
  const takesSome = family === 4 || state.ipv6Routes !== undefined;
  const takesAll = family === 4 || state.ipv6Routes === 'all';
  return [
    ...(endpointFamily(state) === family
      ? [{ priority: basePriority, to, table: 'main' } as const, { priority: basePriority + 1, to }]
      : []),
    ...(takesSome ? [{ priority: basePriority + 2, table, suppressPrefixLength: 0 }] : []),
    ...(state.mode === 'full'
      ? [
          { priority: basePriority + 3, table: 'main', suppressPrefixLength: 0 } as const,
          { priority: basePriority + 4, ...(takesAll ? { table } : {}) },
        ]
      : []),
  ];
}

/** CIDR at which a lookup in the tunnel's table goes on with the next rule (route type `throw`). */
export function passedNetworks(state: RoutingState, family: Family): readonly string[] {
  return family === 4 ? (state.excluded ?? []) : [];
}

/** CIDR that the tunnel takes. */
export function tunnelNetworks(plan: NetworkPlan, state: RoutingState, family: Family): readonly string[] {
  if (family === 4) return [...plan.routes, ...(plan.mode === 'full' ? ['0.0.0.0/0'] : [])];
  if (plan.address6 === undefined || state.ipv6Routes === undefined) return [];
  return (plan.routes6 ?? []).filter((cidr) => cidr !== EVERYTHING || state.ipv6Routes === 'all');
}

/** Whether the tunnel's table is asked for packets of the family. */
function isRuled(state: RoutingState, family: Family): boolean {
  return family === 4 || (state.ipv6 && (state.mode === 'full' || state.ipv6Routes !== undefined));
}

function endpointFamily(state: RoutingState): Family {
  return isIPv6(state.endpoint) ? 6 : 4;
}
