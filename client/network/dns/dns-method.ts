import { access, readFile, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { RESOLV_CONF } from './resolv-conf-file.ts';

export type DnsMethod = 'systemd-resolved' | 'resolvconf' | 'resolv-conf-file';

/** What /etc/resolv.conf and the installed programs say about who manages DNS here. */
export interface DnsEvidence {
  /** Where resolv.conf leads; undefined when there is none. */
  readonly resolvConfTarget: string | undefined;
  readonly resolvConfText: string;
  /** systemd-resolved runs. */
  readonly resolvedLive: boolean;
  /** Where the programs lead, links followed: `resolvconf` may be another name of resolvectl. */
  readonly resolvectl: string | undefined;
  readonly resolvconf: string | undefined;
}

/** The method whose manager resolv.conf names. The file itself where it names none. */
export function chooseDnsMethod(evidence: DnsEvidence): DnsMethod {
  const target = evidence.resolvConfTarget ?? '';
  const resolvedFile =
    target.startsWith('/run/systemd/resolve/') ||
    /^\/(usr\/)?lib\/systemd\/resolv\.conf$/.test(target) ||
    /^\s*nameserver\s+127\.0\.0\.53\s*$/m.test(evidence.resolvConfText);
  if (resolvedFile && evidence.resolvedLive && evidence.resolvectl !== undefined) return 'systemd-resolved';
  const resolvconfFile = /resolvconf/.test(target) || /^#.*\bresolvconf\b/m.test(evidence.resolvConfText);
  const itself = evidence.resolvconf !== undefined && evidence.resolvconf !== evidence.resolvectl;
  return resolvconfFile && itself ? 'resolvconf' : 'resolv-conf-file';
}

/** All that it names is a resolver on this machine, which can be told whom to ask for which names. */
export function namesLocalResolver(resolvConfText: string): boolean {
  const servers = Array.from(
    resolvConfText.matchAll(/^\s*nameserver\s+(\S+)/gm),
    ([, server = '']) => server,
  );
  return servers.length > 0 && servers.every((server) => server === '::1' || server.startsWith('127.'));
}

export async function gatherDnsEvidence(): Promise<DnsEvidence> {
  const [resolvConfTarget, resolvConfText, resolvedLive, resolvectl, resolvconf] = await Promise.all([
    realpath(RESOLV_CONF).catch(() => undefined),
    readFile(RESOLV_CONF, 'utf8').catch(() => ''),
    exists('/run/systemd/resolve/io.systemd.Resolve').then(
      async (live) => live || (await exists('/run/systemd/resolve/stub-resolv.conf')),
    ),
    findProgram('resolvectl'),
    findProgram('resolvconf'),
  ]);
  return { resolvConfTarget, resolvConfText, resolvedLive, resolvectl, resolvconf };
}

async function findProgram(name: string): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin', '/bin'];
  for (const folder of folders.filter((path) => path.startsWith('/'))) {
    const found = await realpath(join(folder, name)).catch(() => undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
