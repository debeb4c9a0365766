import { isSeparable } from './managed-dns.ts';
import { NetworkManager } from './network-manager.ts';
import { isOwnNetwork } from './own-devices.ts';

/** What is to be known of NetworkManager on this machine. */
export interface NetworkManagerFacts {
  readonly version: string | undefined;
  /** It manages the network that this program is in, not that of the machine around a container. */
  readonly isOwn: boolean;
  /** polkit lets this user set up tunnels without a question. */
  readonly isPermitted: boolean;
  /** Where it writes DNS, in its own word; and whether some names can be looked up there and others elsewhere. */
  readonly dnsMode: string | undefined;
  readonly isDnsSeparable: boolean;
}

/** Undefined: it does not run. */
export async function diagnoseNetworkManager(): Promise<NetworkManagerFacts | undefined> {
  const opened = await NetworkManager.open();
  if (!opened.ok) return undefined;
  const manager = opened.value;
  try {
    const [version, devices, permitted, dnsMode] = await Promise.all([
      manager.version(),
      manager.devices(),
      manager.isPermitted(),
      manager.dnsMode(),
    ]);
    return {
      version: version.ok ? version.value : undefined,
      isOwn: devices.ok && isOwnNetwork(devices.value),
      isPermitted: permitted.ok && permitted.value,
      dnsMode: dnsMode.ok ? dnsMode.value : undefined,
      isDnsSeparable: dnsMode.ok && isSeparable(dnsMode.value),
    };
  } finally {
    manager.close();
  }
}
