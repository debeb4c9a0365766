/** glibc asks at most three servers (resolv.conf(5), MAXNS). */
const MAXIMUM_SERVERS = 3;

export interface DnsSettings {
  readonly servers: readonly string[];
  readonly searchDomains: readonly string[];
  /** `all`: every name is looked up at these servers, and at no others. `domains`: those of the search domains. */
  readonly scope: 'all' | 'domains';
  /**
   * The servers are of the user's choice: with scope `domains`, where the system cannot tell names apart, they are asked for
   * every name, before others. The router's are asked for none there: they would see every name.
   */
  readonly isOwn: boolean;
}

/**
 * A resolv.conf with the tunnel's servers, keeping `original`'s options. Its servers stay behind ours with scope `domains`.
 * resolv.conf(5) knows no servers for certain domains only.
 */
export function tunnelResolvConf(original: string, settings: DnsSettings, interfaceName: string): string {
  const lines = original.split('\n').map((line) => line.trim().split(/\s+/));
  const values = (keyword: string): string[] =>
    lines.filter(([first]) => first === keyword).flatMap((words) => words.slice(1));
  // Of several `search` or `domain` lines the last one counts.
  const search = lines.findLast(([first]) => first === 'search' || first === 'domain')?.slice(1) ?? [];
  const servers = [...settings.servers, ...(settings.scope === 'domains' ? values('nameserver') : [])];
  const domains = [...new Set([...settings.searchDomains, ...search])];
  const options = values('options');
  return [
    `# Written by Smart VPN Client for ${interfaceName}. The former file comes back when the tunnel goes down.`,
    ...[...new Set(servers)].slice(0, MAXIMUM_SERVERS).map((server) => `nameserver ${server}`),
    ...(domains.length > 0 ? [`search ${domains.join(' ')}`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
    '',
  ].join('\n');
}
