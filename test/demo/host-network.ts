import type { Namespace } from '../support/namespace.ts';

/** What a tunnel could leave behind on a host, as text that can be compared. */
export interface HostNetwork {
  readonly links: string;
  readonly addresses: string;
  readonly routes: string;
  readonly rules: string;
  readonly resolvConf: string;
}

export async function networkOf(host: Namespace): Promise<HostNetwork> {
  const [links, addresses, routes4, routes6, rules4, rules6, resolvConf] = await Promise.all([
    host.exec(['ip', '-br', 'link']),
    host.exec(['ip', '-br', 'address']),
    host.exec(['ip', '-4', 'route', 'show', 'table', 'all']),
    host.exec(['ip', '-6', 'route', 'show', 'table', 'all']),
    host.exec(['ip', '-4', 'rule']),
    host.exec(['ip', '-6', 'rule']),
    host.exec(['cat', '/etc/resolv.conf']),
  ]);
  return {
    links,
    addresses,
    routes: routes4 + withoutLifetimes(routes6),
    rules: rules4 + rules6,
    resolvConf,
  };
}

function withoutLifetimes(routes: string): string {
  return routes.replaceAll(/ expires \S+/g, '');
}
