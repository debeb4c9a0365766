import type { TunnelFacts } from '../../shared/connection.ts';
import type { NetworkPlan } from '../network/plan.ts';
import type { NetworkUp } from '../network/tunnel-network.ts';

/** The servers that were set up, and what they are asked; else the router's, and why they are not asked. */
export function tunnelDns(
  plan: Pick<NetworkPlan, 'dns'>,
  up: Pick<NetworkUp, 'dnsUse'>,
  routerDns: readonly string[],
): Pick<TunnelFacts, 'dns' | 'dnsUse'> {
  if (plan.dns.length > 0) return { dns: plan.dns, dnsUse: up.dnsUse };
  return { dns: routerDns, dnsUse: routerDns.length > 0 ? 'no-search-domains' : undefined };
}
