import { readFile } from 'node:fs/promises';
import { addressesToTheWorld, isOurTunnel } from '../network/local-addresses.ts';

/**
 * What decides how packets leave this machine: the addresses of links that are up, and the routes over routers. Tunnels
 * of ours and link-local addresses are left out. Two texts that are equal: nothing that matters has changed.
 */
export async function networkSnapshot(): Promise<string> {
  const [ipv4, ipv6] = await Promise.all(
    ['route', 'ipv6_route'].map((name) => readFile(`/proc/net/${name}`, 'latin1').catch(() => '')),
  );
  return [
    ...(addressesToTheWorld() ?? []).map(({ link, cidr }) => `${link} ${cidr}`),
    ...routesIn(ipv4 ?? ''),
    ...ipv6RoutesIn(ipv6 ?? ''),
  ]
    .sort()
    .join('\n');
}

/** /proc/net/route, the main table (proc_net_route(5)): "eth0 00000000 010071CB 0003 0 0 100 00000000 …". */
export function routesIn(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t').map((field) => field.trim()))
    .filter(([name = '', , gateway]) => name !== '' && gateway !== '00000000' && !isOurTunnel(name))
    .map(([name, destination, gateway, , , , metric, mask]) =>
      [name, destination, gateway, metric, mask].join(' '),
    );
}

/** /proc/net/ipv6_route: destination, prefix, source, prefix, next hop, metric, references, use, flags, device. */
export function ipv6RoutesIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , , nextHop = '', , , , , name = '']) => /[^0]/.test(nextHop) && !isOurTunnel(name))
    .map(([destination, prefix, , , nextHop, metric, , , , name]) =>
      [name, destination, prefix, nextHop, metric].join(' '),
    );
}
