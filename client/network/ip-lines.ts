import type { NetworkPlan } from './plan.ts';
import {
  type Family,
  type RoutingRule,
  type RoutingState,
  passedNetworks,
  routingRules,
  routingSlot,
  tunnelNetworks,
} from './policy-routing.ts';

/** Lines for `ip -4 -batch -` and `ip -6 -batch -`. */
export interface IpBatches {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** Of IPv6 too, once the device is up. */
  readonly ipv6Device: readonly string[];
}

/**
 * Whose they are said to be. What names nobody, systemd-networkd takes for its own to remove: whenever it sets up a link,
 * it removes rules, and routes without a device, that stand in none of its files (networkd.conf(5),
 * ManageForeignRoutingPolicyRules). The kernel's it leaves alone.
 */
const KEPT = 'protocol kernel';

/** Enough for a burst while our process is off the CPU; a queue that stands is the data plane's business (fair-queue.ts). */
const QUEUE_LENGTH = 5000;

export function setUpLines(plan: NetworkPlan, device: string, state: RoutingState): IpBatches {
  return {
    ipv4: [
      // In a request of its own before `up`, or the kernel sends IPv6 router solicitations into the tunnel.
      ...(state.ipv6 ? [`link set dev ${device} addrgenmode none`] : []),
      `link set dev ${device} mtu ${plan.mtu} txqueuelen ${QUEUE_LENGTH}`,
      `addr add ${plan.address}/32 dev ${device}`,
      `link set dev ${device} up`,
      ...passed(state, 4).map((route) => `route add ${route} ${KEPT}`),
      ...routeLines(plan, device, state, 4),
      ...rules(state, 4).map((rule) => `rule add ${rule} ${KEPT}`),
    ],
    ipv6: rules(state, 6).map((rule) => `rule add ${rule} ${KEPT}`),
    ipv6Device: ipv6DeviceLines(plan, device, state),
  };
}

/** The router on the other end is all there is on this link: nobody else could have the address (RFC 5072 §5). */
function ipv6DeviceLines(plan: NetworkPlan, device: string, state: RoutingState): readonly string[] {
  if (plan.address6 === undefined || state.ipv6Routes === undefined) return [];
  return [`addr add ${plan.address6}/128 dev ${device} nodad`, ...routeLines(plan, device, state, 6)];
}

function routeLines(
  plan: NetworkPlan,
  device: string,
  state: RoutingState,
  family: Family,
): readonly string[] {
  const { table } = routingSlot(state.slot);
  return tunnelNetworks(plan, state, family).map(
    (cidr) => `route add ${target(cidr)} dev ${device} table ${table}`,
  );
}

/** Takes down what does not go with the device. */
export function takeDownLines(state: RoutingState): Omit<IpBatches, 'ipv6Device'> {
  const linesOf = (family: Family): readonly string[] => [
    ...rules(state, family).map((rule) => `rule del ${rule}`),
    ...passed(state, family).map((route) => `route del ${route}`),
  ];
  return { ipv4: linesOf(4), ipv6: linesOf(6) };
}

/** Routes without a device, which stay when it goes. */
function passed(state: RoutingState, family: Family): readonly string[] {
  const { table } = routingSlot(state.slot);
  return passedNetworks(state, family).map((cidr) => `throw ${cidr} table ${table}`);
}

function rules(state: RoutingState, family: Family): readonly string[] {
  return routingRules(state, family).map((rule) => ruleText(rule));
}

function ruleText({ priority, to, table, suppressPrefixLength }: RoutingRule): string {
  return [
    `priority ${priority}`,
    ...(to === undefined ? [] : [`to ${to}`]),
    table === undefined ? 'unreachable' : `lookup ${table}`,
    ...(suppressPrefixLength === undefined ? [] : [`suppress_prefixlength ${suppressPrefixLength}`]),
  ].join(' ');
}

function target(cidr: string): string {
  return cidr.endsWith('/0') ? 'default' : cidr;
}
