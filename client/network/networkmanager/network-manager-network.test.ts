import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { debianRoot } from '../../../test/support/debian-root.ts';
import { DESKTOP_PACKAGES, DesktopHost } from '../../../test/support/desktop-host.ts';
import {
  type DesktopClient,
  addUplink,
  desktopState,
  settledState,
  startDesktopClient,
} from '../../../test/support/desktop-network.ts';
import { type Namespace, namespacesPossible } from '../../../test/support/namespace.ts';
import type { NetworkPlan } from '../plan.ts';

/**
 * The real NetworkManager with the real polkitd, asked by a user without a single capability, on a host of their own.
 */

const FULL: NetworkPlan = {
  interfaceName: 'svpn0',
  address: '10.8.0.2',
  gateway: '10.8.0.1',
  mtu: 1380,
  mode: 'full',
  routes: ['10.8.0.1/32'],
  endpoint: '198.51.100.7',
  dns: ['10.8.0.53'],
  searchDomains: ['corp.example'],
};
const SPLIT: NetworkPlan = {
  ...FULL,
  mode: 'split',
  routes: ['10.8.0.0/24', '172.20.0.0/16', '10.8.0.53/32'],
  excluded: ['172.20.7.0/24'],
};

const upSchema = z.object({ name: z.string() });

/** NetworkManager 1.42, which makes no device for a new profile, and 1.52, which does. */
const SUITES = ['bookworm', 'trixie'] as const;
const roots = namespacesPossible()
  ? await Promise.all(
      SUITES.map(async (suite) => ({ suite, ROOT: await debianRoot({ suite, packages: DESKTOP_PACKAGES }) })),
    )
  : SUITES.map((suite) => ({ suite, ROOT: undefined }));

describe.each(roots)('Debian $suite', ({ suite, ROOT }) => {
  describe.skipIf(ROOT === undefined)("a desktop with Debian's NetworkManager", () => {
    let desktop: DesktopHost;
    let router: Namespace;
    let before: string;
    const clients: DesktopClient[] = [];
    let attempts = 0;

    beforeAll(async () => {
      desktop = await DesktopHost.start('desktop', { root: ROOT ?? '' });
      router = await addUplink(desktop, 'desktop-router');
      await desktop.startNetworkManager();
      before = await desktopState(desktop);
    });
    afterEach(async () => {
      await Promise.all(clients.splice(0).map((client) => client.kill()));
      if ((await settledState(desktop, before)) !== before) throw new Error('something was left behind');
    });
    afterAll(() => Promise.all([desktop.remove(), router.remove()]));

    function startClient(options?: Parameters<typeof startDesktopClient>[1]): DesktopClient {
      const client = startDesktopClient(desktop, options);
      clients.push(client);
      return client;
    }

    /** The devices that packets to the addresses leave by. */
    async function devicesTo(...addresses: string[]): Promise<Record<string, string>> {
      const pairs = addresses.map(async (address) => {
        const text = await desktop.host
          .exec(['ip', 'route', 'get', address])
          .catch((error: unknown) => String(error));
        return [address, / dev (\S+)/.exec(text)?.[1] ?? (/unreachable/.test(text) ? 'unreachable' : text)];
      });
      return Object.fromEntries(await Promise.all(pairs));
    }

    const show = (...argv: string[]): Promise<string> => desktop.host.exec(argv);

    test('full tunnel: all but the router and the local network, no IPv6, its DNS alone; and afterwards as before', async () => {
      const client = startClient();
      expect(await client.ask('check')).toEqual({ ok: true });
      expect(await client.ask('up', FULL)).toEqual({ name: 'svpn0', dnsUse: 'every-name' });
      expect(
        await devicesTo(
          '8.8.8.8',
          '10.8.0.1',
          '198.51.100.7',
          '203.0.113.9',
          '2001:4860::8',
          '2001:db8:1::9',
        ),
      ).toEqual({
        '8.8.8.8': 'svpn0',
        '10.8.0.1': 'svpn0',
        '198.51.100.7': 'eth0',
        '203.0.113.9': 'eth0',
        '2001:4860::8': 'unreachable',
        '2001:db8:1::9': 'eth0',
      });
      const link = await show('ip', '-d', 'addr', 'show', 'svpn0');
      expect(link).toMatch(/mtu 1380 [^]*vnet_hdr on persist off user anna[^]*inet 10\.8\.0\.2\/32/);
      expect(await show('resolvectl', 'status', 'svpn0')).toMatch(
        /\+DefaultRoute[^]*DNS Servers: 10\.8\.0\.53[^]*DNS Domain: ~\. corp\.example/,
      );
      expect(await show('resolvectl', 'status', 'eth0')).not.toContain('203.0.113.1');
      const query = desktop.host.spawn(['resolvectl', '--cache=no', 'query', 'www.example.org'], {
        stdio: 'ignore',
      });
      await expect
        .poll(() => client.ask('seen'))
        .toMatchObject({ questions: expect.toSatisfy((n: number) => n > 0) });
      query.kill('SIGKILL');
      expect(await client.ask('down', 0)).toBe('down');
      expect(await settledState(desktop, before)).toBe(before);
    });

    test('split tunnel: its networks, but for one, and its names only', async () => {
      const client = startClient();
      expect(await client.ask('up', SPLIT)).toEqual({ name: 'svpn0', dnsUse: 'search-domains' });
      expect(await devicesTo('8.8.8.8', '172.20.1.1', '172.20.7.1', '198.51.100.7', '2001:4860::8')).toEqual({
        '8.8.8.8': 'eth0',
        '172.20.1.1': 'svpn0',
        '172.20.7.1': 'eth0',
        '198.51.100.7': 'eth0',
        '2001:4860::8': 'eth0',
      });
      expect(await show('resolvectl', 'status', 'svpn0')).toMatch(
        /-DefaultRoute[^]*DNS Domain: corp\.example/,
      );
      expect(await show('resolvectl', 'status', 'eth0')).toMatch(/\+DefaultRoute[^]*203\.0\.113\.1/);
      await client.ask('down', 0);
    });

    test('a tunnel that carries IPv6', async () => {
      const client = startClient();
      const ipv6 = { address6: '2001:db8:240::5', routes6: ['2001:db8:240::/64', '::/0'] };
      await client.ask('up', { ...FULL, ...ipv6 });
      expect(await devicesTo('2001:4860::8', '2001:db8:240::7', '2001:db8:1::9')).toEqual({
        '2001:4860::8': 'svpn0',
        '2001:db8:240::7': 'svpn0',
        '2001:db8:1::9': 'eth0',
      });
      await client.ask('down', 0);
      await client.ask('up', { ...FULL, endpoint: '2001:db8:9::7' });
      expect(await devicesTo('8.8.8.8', '2001:db8:9::7', '2001:db8:9::8')).toEqual({
        '8.8.8.8': 'svpn0',
        '2001:db8:9::7': 'eth0',
        '2001:db8:9::8': 'unreachable',
      });
      await client.ask('down', 1);
    });

    test('two tunnels at once; a name that somebody else has is left alone', async () => {
      await show('ip', 'tuntap', 'add', 'dev', 'svpn1', 'mode', 'tun');
      const client = startClient();
      expect(await client.ask('up', FULL)).toMatchObject({ name: 'svpn0' });
      const other = { ...SPLIT, endpoint: '198.51.100.8', dns: [] };
      expect(await client.ask('up', other)).toMatchObject({ name: 'svpn2' });
      expect(await devicesTo('8.8.8.8', '172.20.0.9', '198.51.100.7', '198.51.100.8')).toEqual({
        '8.8.8.8': 'svpn0',
        '172.20.0.9': 'svpn2',
        '198.51.100.7': 'eth0',
        '198.51.100.8': 'eth0',
      });
      await client.ask('down', 0);
      await client.ask('down', 1);
      await show('ip', 'link', 'del', 'svpn1');
    });

    test('root has it too', async () => {
      const client = startClient({ where: 'root' });
      expect(await client.ask('up', FULL)).toEqual({ name: 'svpn0', dnsUse: 'every-name' });
      expect(await devicesTo('8.8.8.8')).toEqual({ '8.8.8.8': 'svpn0' });
      await client.ask('down', 0);
    });

    test('the same user without a session at the screen is refused', async () => {
      const client = startClient({ where: 'elsewhere' });
      const refused = { kind: 'device-not-permitted', missing: 'network-manager-permission' };
      expect(await client.ask('check')).toEqual({ ok: false, error: refused });
      expect(await client.ask('up', FULL)).toEqual(refused);
    });

    test('taken down by somebody else, the device is gone and says so', async () => {
      const client = startClient();
      await client.ask('up', FULL);
      await show('nmcli', 'device', 'disconnect', 'svpn0');
      await expect.poll(() => client.ask('seen')).toMatchObject({ gone: 1 });
      await client.ask('down', 0);
    });

    test('a profile that somebody has saved goes with the next start', async () => {
      const client = startClient();
      await client.ask('up', FULL);
      await show('nmcli', 'connection', 'modify', 'Smart VPN (svpn0)', 'connection.metered', 'yes');
      await client.kill();
      await expect.poll(() => show('ls', '/etc/NetworkManager/system-connections')).toContain('Smart VPN');
      expect(await startClient().ask('recover')).toContainEqual(
        'Removed the profile "Smart VPN (svpn0)" from NetworkManager.',
      );
    });

    const added = suite === 'bookworm' ? ['profile-added'] : [];
    const STEPS = ['claimed', ...added, 'activating', 'attached', 'activated'];

    describe.each([...STEPS, 'connected'])('recovers: %s', (step) => {
      async function reach(): Promise<DesktopClient> {
        const client = startClient(step === 'connected' ? {} : { stopAt: step });
        // Each under another name: NetworkManager remembers a device's for a while, and then needs no profile-added.
        attempts += 1;
        const name = `try${attempts}-0`;
        client.tell('up', { ...FULL, interfaceName: name });
        const reached = step === 'connected' ? { name, dnsUse: 'every-name' } : step;
        expect(await client.next()).toEqual(reached);
        return client;
      }

      /** The state after what a start of the program does first. */
      async function recovered(): Promise<string> {
        const client = startClient();
        await client.ask('recover');
        expect(await client.ask('recover')).toEqual([]);
        return settledState(desktop, before);
      }

      test('killed', async () => {
        const client = await reach();
        await client.kill();
        expect(await recovered()).toBe(before);
      });

      test.each(['SIGTERM', 'SIGKILL'] as const)(
        'killed while NetworkManager is down (%s)',
        async (signal) => {
          const client = await reach();
          await desktop.stopNetworkManager(signal);
          await client.kill();
          await desktop.startNetworkManager();
          expect(await recovered()).toBe(before);
        },
      );

      test('killed after NetworkManager was started again', async () => {
        const client = await reach();
        await desktop.stopNetworkManager('SIGKILL');
        await desktop.startNetworkManager();
        await client.kill();
        expect(await recovered()).toBe(before);
      });
    });

    // The profile that older ones need for a moment is all that NetworkManager does not clear away by itself.
    test.each(['activating', 'attached', 'activated'])('killed when %s, nothing stays', async (stopAt) => {
      const client = startClient({ stopAt });
      client.tell('up', FULL);
      expect(await client.next()).toBe(stopAt);
      await client.kill();
      expect(await settledState(desktop, before)).toBe(before);
      expect(await startClient().ask('recover')).toEqual([]);
    });

    test('called off before it stands, it is taken down', async () => {
      const client = startClient({ stopAt: 'activating' });
      client.tell('up', FULL);
      expect(await client.next()).toBe('activating');
      client.callOff();
      expect(await client.next()).toBe('called off');
      client.resume();
      expect(await client.next()).toMatchObject({ kind: 'network-setup-failed', detail: 'called off' });
      expect(await settledState(desktop, before)).toBe(before);
    });

    test.each(STEPS.slice(0, STEPS.indexOf('attached')))(
      'called off while NetworkManager answers nothing (%s): it is not waited for, and nothing stays',
      async (stopAt) => {
        const client = startClient({ stopAt });
        attempts += 1;
        const plan = { ...FULL, interfaceName: `hangs${attempts}-0` };
        client.tell('up', plan);
        expect(await client.next()).toBe(stopAt);
        desktop.signalNetworkManager('SIGSTOP');
        client.resume();
        client.callOff();
        expect(await client.next()).toBe('called off');
        expect(await client.next()).toMatchObject({ kind: 'network-setup-failed', detail: 'called off' });
        desktop.signalNetworkManager('SIGCONT');
        await client.ask('recover');
        expect(await settledState(desktop, before)).toBe(before);
        expect(await client.ask('up', plan)).toMatchObject({ name: plan.interfaceName });
        await client.ask('down', 0);
      },
    );

    test.each(['activating', 'attached'])(
      'NetworkManager ends while bringing up (%s): no word of it is waited for',
      async (stopAt) => {
        const client = startClient({ stopAt });
        attempts += 1;
        const plan = { ...FULL, interfaceName: `ends${attempts}-0` };
        client.tell('up', plan);
        expect(await client.next()).toBe(stopAt);
        await expect.poll(() => show('ip', 'link')).toContain(plan.interfaceName);
        await desktop.stopNetworkManager('SIGKILL');
        // The bus has told it of that.
        await expect
          .poll(() => show('busctl', '--system', 'list'))
          .not.toContain('org.freedesktop.NetworkManager ');
        client.resume();
        // Only it can have removed that.
        await expect.poll(() => show('ip', 'link')).not.toContain(plan.interfaceName);
        client.callOff();
        expect(await client.next()).toBe('called off');
        expect(await client.next()).toMatchObject({ detail: 'NetworkManager has ended' });
        await desktop.startNetworkManager();
        await client.ask('recover');
        expect(await settledState(desktop, before)).toBe(before);
      },
    );

    test.each(STEPS)('NetworkManager is started again while bringing up: %s', async (stopAt) => {
      const client = startClient({ stopAt });
      attempts += 1;
      client.tell('up', { ...FULL, interfaceName: `again${attempts}-0` });
      expect(await client.next()).toBe(stopAt);
      await desktop.stopNetworkManager('SIGKILL');
      await desktop.startNetworkManager();
      client.resume();
      const up = upSchema.parse(await client.next());
      expect(await devicesTo('8.8.8.8', '2001:4860::8')).toEqual({
        '8.8.8.8': up.name,
        '2001:4860::8': 'unreachable',
      });
      expect(await show('resolvectl', 'status', up.name)).toContain('10.8.0.53');
      expect(await client.ask('seen')).toMatchObject({ gone: 0 });
      await client.ask('down', 0);
      expect(await settledState(desktop, before)).toBe(before);
    });

    test('NetworkManager has forgotten the tunnel when it is started again: it gets it anew', async () => {
      const client = startClient();
      await client.ask('up', FULL);
      await desktop.stopNetworkManager('SIGKILL');
      await show('sh', '-c', 'rm -rf /run/NetworkManager/devices /run/NetworkManager/system-connections');
      await desktop.startNetworkManager();
      // Anew on the device that is there, which was read all the time.
      await expect
        .poll(() => show('nmcli', '-t', '-f', 'NAME,DEVICE', 'connection', 'show', '--active'))
        .toContain('Smart VPN (svpn0):svpn0');
      await expect.poll(() => show('resolvectl', 'dns', 'eth0')).not.toContain('203.0.113.1');
      expect(await devicesTo('8.8.8.8', '2001:4860::8')).toEqual({
        '8.8.8.8': 'svpn0',
        '2001:4860::8': 'unreachable',
      });
      expect(await show('resolvectl', 'dns', 'svpn0')).toContain('10.8.0.53');
      expect(await client.ask('seen')).toMatchObject({ gone: 0 });
      await client.ask('down', 0);
    });

    test.each(['SIGTERM', 'SIGKILL'] as const)(
      'NetworkManager is started again while connected (%s): the tunnel goes on',
      async (signal) => {
        const client = startClient();
        await client.ask('up', FULL);
        const during = await desktopState(desktop);
        await desktop.stopNetworkManager(signal);
        expect(await devicesTo('8.8.8.8', '2001:4860::8')).toEqual({
          '8.8.8.8': 'svpn0',
          '2001:4860::8': 'unreachable',
        });
        await desktop.startNetworkManager();
        expect(await settledState(desktop, during)).toBe(during);
        expect(await client.ask('seen')).toMatchObject({ gone: 0, lost: 0 });
        await client.ask('down', 0);
      },
    );

    test('taken down while NetworkManager hangs: it undoes it all once it goes on', async () => {
      const client = startClient();
      await client.ask('up', FULL);
      desktop.signalNetworkManager('SIGSTOP');
      expect(await client.ask('down', 0)).toBe('down');
      expect(await devicesTo('8.8.8.8')).toEqual({ '8.8.8.8': 'eth0' });
      desktop.signalNetworkManager('SIGCONT');
      expect(await settledState(desktop, before)).toBe(before);
      expect(await startClient().ask('recover')).toEqual([]);
    });

    test('a NetworkManager that comes back and will not have the tunnel any more: that is said, and nothing stays', async () => {
      const client = startClient();
      await client.ask('up', FULL);
      await desktop.stopNetworkManager('SIGKILL');
      const configuration = '/etc/NetworkManager/conf.d/unmanaged.conf';
      await desktop.writeFile(configuration, ['[keyfile]', 'unmanaged-devices=interface-name:svpn*']);
      try {
        await desktop.startNetworkManager();
        expect(await client.next()).toBe('lost');
        await client.ask('down', 0);
      } finally {
        await desktop.host.exec(['rm', '-f', configuration]);
        await desktop.stopNetworkManager();
        await desktop.startNetworkManager();
      }
      await startClient().ask('recover');
      expect(await settledState(desktop, before)).toBe(before);
    });
  });

  test.skipIf(ROOT === undefined)(
    'where NetworkManager was told to leave the device alone, that is said, and nothing stays',
    async () => {
      const configuration = ['[keyfile]', 'unmanaged-devices=interface-name:svpn*'];
      const desktop = await DesktopHost.start('unmanaged', { root: ROOT ?? '', configuration });
      try {
        await desktop.startNetworkManager();
        const before = await desktopState(desktop);
        const client = startDesktopClient(desktop);
        expect(await client.ask('check')).toEqual({ ok: true });
        expect(await client.ask('up', FULL)).toEqual({
          kind: 'device-not-permitted',
          missing: 'managed-device',
        });
        expect(await settledState(desktop, before)).toBe(before);
        expect(await client.ask('recover')).toEqual([]);
      } finally {
        await desktop.remove();
      }
    },
  );

  describe.skipIf(ROOT === undefined)('a desktop with the name servers in resolv.conf', () => {
    test("full tunnel: its servers alone; split tunnel: the router's are not asked, the user's own are", async () => {
      const desktop = await DesktopHost.start('plain-dns', { root: ROOT ?? '', dns: 'resolv-conf' });
      const router = await addUplink(desktop, 'plain-dns-router');
      try {
        await desktop.startNetworkManager();
        const before = await desktopState(desktop);
        const client = startDesktopClient(desktop);
        const servers = async (): Promise<string[]> =>
          (await desktop.host.exec(['cat', '/etc/resolv.conf'])).match(/(?<=nameserver )\S+/g) ?? [];
        expect(await client.ask('up', FULL)).toMatchObject({ dnsUse: 'every-name' });
        expect(await servers()).toEqual(['10.8.0.53']);
        await client.ask('down', 0);
        expect(await client.ask('up', SPLIT)).toMatchObject({ dnsUse: 'not-separable' });
        expect(await servers()).toEqual(['203.0.113.1']);
        await client.ask('down', 1);
        expect(await client.ask('up', { ...SPLIT, dnsIsOwn: true })).toMatchObject({
          dnsUse: 'every-name',
        });
        expect(await servers()).toEqual(['10.8.0.53', '203.0.113.1']);
        await client.kill();
        expect(await settledState(desktop, before)).toBe(before);
      } finally {
        await Promise.all([desktop.remove(), router.remove()]);
      }
    });
  });
});
