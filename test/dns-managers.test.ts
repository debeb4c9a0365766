import { once } from 'node:events';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { DnsSettings } from '../client/network/dns/resolv-conf-text.ts';
import { debianRoot } from './support/debian-root.ts';
import { DESKTOP_PACKAGES } from './support/desktop-host.ts';
import {
  type Namespace,
  connectNamespaces,
  createNamespace,
  namespacesPossible,
} from './support/namespace.ts';
import { NameServer } from './support/name-server.ts';

/**
 * The programs that manage DNS, as Debian has them, and who is asked for which names: counted at two DNS servers, the
 * provider's and the office's behind the tunnel.
 */

/** One root with and without dnsmasq in use: making one takes a minute. */
const OPENRESOLV = ['openresolv', 'dnsmasq-base'];

const PROVIDER = '192.0.2.53';
const OFFICE = '10.8.0.53';
const ANSWERS = { provider: '198.51.100.1', office: '10.8.0.80' } as const;

const FULL: DnsSettings = { servers: [OFFICE], searchDomains: ['corp.example'], scope: 'all', isOwn: false };
const SPLIT: DnsSettings = { ...FULL, scope: 'domains' };

const MODULES = {
  dns: new URL('../client/network/dns/system-dns.ts', import.meta.url).href,
  commands: new URL('../client/network/command-runner.ts', import.meta.url).href,
};
/** Sets DNS up as a tunnel does, says what came of it, and takes it back at the end of its input. */
const SCRIPT = `
  import { applyDns, undoDns } from ${JSON.stringify(MODULES.dns)};
  import { runCommand } from ${JSON.stringify(MODULES.commands)};
  let record;
  const settings = JSON.parse(process.argv[1]);
  const applied = await applyDns('vpn0', settings, runCommand, async (kept) => { record = kept; });
  process.stdout.write(JSON.stringify(applied) + '\\n');
  for await (const _ of process.stdin);
  const undone = record === undefined ? 'with the device' : await undoDns(record, runCommand, 5000);
  process.stdout.write(JSON.stringify(undone) + '\\n');
`;
const appliedSchema = z.object({ ok: z.literal(true), value: z.string() });

describe.skipIf(!namespacesPossible())('who is asked for which names', () => {
  let host: Namespace;
  let hosts: Namespace[] = [];
  let provider: NameServer;
  let office: NameServer;

  /** A host with the root, the provider on eth0 and the office on vpn0. */
  async function start(root: string | undefined): Promise<void> {
    const [client, isp, behind] = await Promise.all([
      createNamespace('dns', root === undefined ? {} : { root }),
      createNamespace('dns-provider'),
      createNamespace('dns-office'),
    ]);
    host = client;
    hosts = [client, isp, behind];
    await connectNamespaces(host, isp, { addressA: '192.0.2.2/24', addressB: `${PROVIDER}/24` });
    await plugIn(behind);
    [provider, office] = await Promise.all([
      NameServer.start(isp, PROVIDER, ANSWERS.provider),
      NameServer.start(behind, OFFICE, ANSWERS.office),
    ]);
  }

  async function plugIn(behind: Namespace): Promise<void> {
    const ends = ['name', 'vpn0', 'type', 'veth', 'peer', 'name', 'vpn0', 'netns', String(behind.pid)];
    await host.exec(['ip', 'link', 'add', ...ends]);
    await host.exec(['ip', 'addr', 'add', '10.8.0.2/24', 'dev', 'vpn0']);
    await behind.exec(['ip', 'addr', 'add', `${OFFICE}/24`, 'dev', 'vpn0']);
    await behind.exec(['ip', 'link', 'set', 'dev', 'vpn0', 'up']);
    await host.exec(['ip', 'link', 'set', 'dev', 'vpn0', 'up']);
  }

  beforeEach(() => {
    hosts = [];
  });
  afterEach(async () => {
    await Promise.all(hosts.map((each) => each.remove()));
  });

  /** As any program looks a name up; the address. */
  async function lookUp(name: string): Promise<string | undefined> {
    const said = await host.exec(['getent', 'ahostsv4', name]).catch(() => '');
    return /^(\S+)/.exec(said)?.[1];
  }

  /** Which of both was asked for the names, and who answered. */
  async function whoIsAsked(...names: string[]): Promise<Record<string, string>> {
    provider.taken();
    office.taken();
    const found: Record<string, string> = {};
    for (const name of names) {
      const address = await lookUp(name);
      const asked = [
        ...(provider.taken().length > 0 ? ['provider'] : []),
        ...(office.taken().length > 0 ? ['office'] : []),
      ];
      const who = address === ANSWERS.office ? 'office' : 'provider';
      found[name] =
        address === undefined
          ? `not found; asked: ${asked.join(', ')}`
          : `${who}; asked: ${asked.join(', ')}`;
    }
    return found;
  }

  /** Applies `settings`; gives what they came to and how to take them back. */
  async function apply(
    settings: DnsSettings,
  ): Promise<{ readonly use: string; readonly undo: () => Promise<void> }> {
    const argv = [process.execPath, '--input-type=module-typescript', '-e', SCRIPT, JSON.stringify(settings)];
    const child = host.spawn(argv, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('no output');
    const [chunk] = await once(child.stdout, 'data');
    const applied = appliedSchema.parse(JSON.parse(String(chunk)));
    return {
      use: applied.value,
      undo: async () => {
        const ended = once(child, 'close');
        child.stdin?.end();
        await ended;
        await host.exec(['ip', 'link', 'del', 'vpn0']);
      },
    };
  }

  const PUBLIC = 'www.public.example';
  const INTERNAL = 'intranet.corp.example';
  const BY_PROVIDER = 'provider; asked: provider';
  const BY_OFFICE = 'office; asked: office';
  const EVERYTHING_BY_OFFICE = { [PUBLIC]: BY_OFFICE, [INTERNAL]: BY_OFFICE, intranet: BY_OFFICE };

  describe('systemd-resolved', () => {
    let root: string | undefined;
    beforeAll(async () => {
      root = await debianRoot({ suite: 'bookworm', packages: DESKTOP_PACKAGES });
    }, 300_000);

    beforeEach(async ({ skip }) => {
      if (root === undefined) return skip();
      await start(root);
      const script = [
        'mkdir -p /run/dbus /run/systemd/resolve',
        'chown systemd-resolve: /run/systemd/resolve',
        'ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf',
        'printf "[Resolve]\\nLLMNR=no\\nMulticastDNS=no\\nDNSSEC=no\\nCache=no\\n" > /etc/systemd/resolved.conf',
      ];
      await host.exec(['sh', '-ec', script.join('\n')]);
      const bus = host.spawn(['dbus-daemon', '--system', '--nofork', '--nopidfile', '--print-address'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      if (bus.stdout !== null) await once(bus.stdout, 'data');
      host.spawn(['/lib/systemd/systemd-resolved'], { stdio: 'ignore' });
      const set = `until resolvectl dns eth0 ${PROVIDER}; do sleep 0.05; done 2>/dev/null`;
      await host.exec(['sh', '-c', set]);
      await host.exec(['resolvectl', 'default-route', 'eth0', 'yes']);
    });

    test('split tunnel: the office for its names, the provider for all others', async () => {
      expect(await whoIsAsked(PUBLIC, INTERNAL)).toEqual({ [PUBLIC]: BY_PROVIDER, [INTERNAL]: BY_PROVIDER });
      const { use, undo } = await apply(SPLIT);
      expect(use).toBe('search-domains');
      expect(await whoIsAsked(PUBLIC, INTERNAL, 'intranet')).toEqual({
        [PUBLIC]: BY_PROVIDER,
        [INTERNAL]: BY_OFFICE,
        intranet: BY_OFFICE,
      });
      await undo();
      expect(await whoIsAsked(INTERNAL)).toEqual({ [INTERNAL]: BY_PROVIDER });
    });

    test('full tunnel: the office for everything', async () => {
      const { use, undo } = await apply(FULL);
      expect(use).toBe('every-name');
      expect(await whoIsAsked(PUBLIC, INTERNAL, 'intranet')).toEqual(EVERYTHING_BY_OFFICE);
      await undo();
      expect(await whoIsAsked(PUBLIC)).toEqual({ [PUBLIC]: BY_PROVIDER });
    });
  });

  /** Where the system cannot ask one server for some names and another for the rest. */
  function inseparableNames(): void {
    test('split tunnel: the router is not shown the names, and it is said', async () => {
      const { use, undo } = await apply(SPLIT);
      expect(use).toBe('not-separable');
      expect(await whoIsAsked(PUBLIC, INTERNAL)).toEqual({ [PUBLIC]: BY_PROVIDER, [INTERNAL]: BY_PROVIDER });
      await undo();
    });

    test.each([
      ['split tunnel with a DNS server of the user’s own', { ...SPLIT, isOwn: true }],
      ['full tunnel', FULL],
    ])('%s: it is asked for everything', async (_, settings) => {
      const { use, undo } = await apply(settings);
      expect(use).toBe('every-name');
      expect(await whoIsAsked(PUBLIC, INTERNAL, 'intranet')).toEqual(EVERYTHING_BY_OFFICE);
      await undo();
      expect(await whoIsAsked(PUBLIC)).toEqual({ [PUBLIC]: BY_PROVIDER });
    });
  }

  describe('a plain resolv.conf', () => {
    beforeEach(() => start(undefined));

    inseparableNames();
  });

  describe.each([
    ["Debian's resolvconf", ['resolvconf'], 'eth0.dhcp'],
    ['openresolv', OPENRESOLV, 'eth0'],
  ])('%s', (_, packages, record) => {
    let root: string | undefined;
    beforeAll(async () => {
      root = await debianRoot({ suite: 'bookworm', packages: ['iproute2', ...packages] });
    }, 300_000);

    beforeEach(async ({ skip }) => {
      if (root === undefined) return skip();
      await start(root);
      await manageByResolvconf(record);
    });

    inseparableNames();
  });

  describe('openresolv with dnsmasq', () => {
    let root: string | undefined;
    beforeAll(async () => {
      root = await debianRoot({ suite: 'bookworm', packages: ['iproute2', ...OPENRESOLV] });
    }, 300_000);

    beforeEach(async ({ skip }) => {
      if (root === undefined) return skip();
      await start(root);
      const configuration = [
        'name_servers=127.0.0.1',
        'dnsmasq_conf=/run/dnsmasq/conf',
        'dnsmasq_resolv=/run/dnsmasq/resolv',
      ];
      await host.exec(['sh', '-ec', 'mkdir -p /run/dnsmasq; cat > /etc/resolvconf.conf'], {
        input: `${configuration.join('\n')}\n`,
      });
      await manageByResolvconf('eth0');
    });

    test('split tunnel: the office for its names, the provider for all others', async () => {
      const { use, undo } = await apply(SPLIT);
      expect(use).toBe('search-domains');
      await restartDnsmasq();
      expect(await whoIsAsked(PUBLIC, INTERNAL)).toEqual({ [PUBLIC]: BY_PROVIDER, [INTERNAL]: BY_OFFICE });
      await undo();
    });
  });

  /** What a DHCP client would have told it. */
  async function manageByResolvconf(record: string): Promise<void> {
    await host.exec(['sh', '-c', 'mkdir -p /run/resolvconf/interface; resolvconf --enable-updates || true']);
    await host.exec([
      'sh',
      '-c',
      '[ ! -e /etc/resolvconf/interface-order ] || ln -sf /run/resolvconf/resolv.conf /etc/resolv.conf',
    ]);
    await host.exec(['resolvconf', '-a', record], { input: `nameserver ${PROVIDER}\n` });
  }

  /** As its service would, which is not there. */
  async function restartDnsmasq(): Promise<void> {
    const words = [
      '--keep-in-foreground',
      '--cache-size=0',
      '--conf-file=/run/dnsmasq/conf',
      '--resolv-file=/run/dnsmasq/resolv',
    ];
    host.spawn(['dnsmasq', ...words, '--listen-address=127.0.0.1', '--bind-interfaces', '--user=root'], {
      stdio: 'ignore',
    });
    await host.exec(['sh', '-c', 'until ss -lun | grep -q 127.0.0.1:53; do sleep 0.05; done']);
  }
});
