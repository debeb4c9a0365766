import { systemBusAddress } from '../dbus/system-bus-address.ts';
import { type DnsMethod, chooseDnsMethod, gatherDnsEvidence } from './dns/dns-method.ts';
import { canAskApart } from './dns/system-dns.ts';
import type { NetworkManagerFacts } from './networkmanager/diagnose-network-manager.ts';
import { checkDevice } from './permission.ts';
import { NETWORK_WAYS, type NetworkWay, systemNetworks } from './system-network.ts';
import type { NetworkFailure } from './tunnel-network.ts';

/** Which way to a tunnel's device this machine goes, and why. */
export interface NetworkDiagnosis {
  /** Undefined: none is open. */
  readonly way: NetworkWay | undefined;
  /** Why not, of each way that is closed. */
  readonly closed: Readonly<Partial<Record<NetworkWay, NetworkFailure>>>;
  readonly networkManager: NetworkManagerFacts | undefined;
  /** Why /dev/net/tun cannot be opened, which every way needs. */
  readonly deviceFailure: NetworkFailure | undefined;
  /** What manages DNS where NetworkManager does not set it. */
  readonly dnsMethod: DnsMethod;
  /** Names of the search domains can be asked at the router alone. */
  readonly canSplitDns: boolean;
}

export async function diagnoseNetwork(stateFolder: string): Promise<NetworkDiagnosis> {
  const networks = systemNetworks(stateFolder);
  const checks = await Promise.all(
    NETWORK_WAYS.map(async (way) => ({ way, checked: await networks[way].check() })),
  );
  const way = checks.find(({ checked }) => checked.ok)?.way;
  const closed: Partial<Record<NetworkWay, NetworkFailure>> = {};
  for (const each of checks) if (!each.checked.ok) closed[each.way] = each.checked.error;
  const networkManager = await diagnoseManager();
  const device = await checkDevice();
  const deviceFailure = device.ok ? undefined : device.error;
  const evidence = await gatherDnsEvidence();
  const dnsMethod = chooseDnsMethod(evidence);
  const canSplitDns =
    way === 'network-manager'
      ? networkManager?.isDnsSeparable === true
      : await canAskApart(dnsMethod, evidence.resolvConfText);
  return { way, closed, networkManager, deviceFailure, dnsMethod, canSplitDns };
}

async function diagnoseManager(): Promise<NetworkManagerFacts | undefined> {
  if (systemBusAddress() === undefined) return undefined;
  const { diagnoseNetworkManager } = await import('./networkmanager/diagnose-network-manager.ts');
  return diagnoseNetworkManager();
}
