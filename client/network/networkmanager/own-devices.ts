import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { NetworkManagerDevice } from './network-manager.ts';

/** The devices of this process's network namespace. (/sys may be another one's.) */
export function deviceNames(): ReadonlySet<string> {
  const lines = readFileSync('/proc/self/net/dev', 'latin1').split('\n').slice(2);
  return new Set(lines.map((line) => line.slice(0, line.indexOf(':')).trim()).filter((name) => name !== ''));
}

/**
 * Whether NetworkManager manages the network that this process is in. The bus reaches into containers and network
 * namespaces, where a tunnel would come up outside of.
 */
export function isOwnNetwork(devices: readonly NetworkManagerDevice[]): boolean {
  const names = deviceNames();
  const addresses = networkInterfaces();
  const telling = devices.filter(({ hardwareAddress }) => /[1-9a-f]/i.test(hardwareAddress));
  return (
    telling.length === 0 ||
    telling.some(({ interfaceName, hardwareAddress }) => {
      const known = addresses[interfaceName]?.[0]?.mac;
      return names.has(interfaceName) && (known === undefined || known === hardwareAddress.toLowerCase());
    })
  );
}
