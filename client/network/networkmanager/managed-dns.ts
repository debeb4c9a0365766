import type { DnsUse } from '../../../shared/connection.ts';
import type { NetworkPlan } from '../plan.ts';

/** What a profile says of DNS (nm-settings(5), ipv4.dns…). */
export interface ManagedDns {
  readonly servers: readonly string[];
  /** With "~." the servers are the ones for every name. */
  readonly search: readonly string[];
  /** Below zero: of all links only this one's servers are asked. */
  readonly priority: number;
  readonly use: DnsUse;
}

const ALONE = -50;
/** Before the servers of other devices (100), where all stand in one list. */
const FIRST = 50;

/**
 * `mode` is NetworkManager's own word for where it writes DNS (DnsManager's property Mode). As `applyDns` decides: the
 * router's servers are not asked for every name of a split tunnel. Undefined = DNS stays as it is.
 */
export function managedDns(plan: NetworkPlan, mode: string): ManagedDns | undefined {
  const { dns: servers, searchDomains } = plan;
  if (servers.length === 0) return undefined;
  if (plan.mode === 'full') {
    return { servers, search: ['~.', ...searchDomains], priority: ALONE, use: 'every-name' };
  }
  if (isSeparable(mode) && searchDomains.length > 0) {
    return { servers, search: searchDomains, priority: FIRST, use: 'search-domains' };
  }
  if (plan.dnsIsOwn !== true) return undefined;
  return { servers, search: ['~.', ...searchDomains], priority: FIRST, use: 'every-name' };
}

/** Whether some names can be looked up at one place and others at another. */
export function isSeparable(mode: string): boolean {
  return mode === 'systemd-resolved' || mode === 'dnsmasq';
}

/** NetworkManager was told to leave DNS alone. */
export function leavesDnsAlone(mode: string): boolean {
  return mode === 'none';
}
