import type { ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Namespace,
  PRIVATE_RESOLV_CONF,
  connectNamespaces,
  createNamespace,
  namespacesPossible,
} from '../../test/support/namespace.ts';
import type { NetworkPlan } from './plan.ts';

const FULL: NetworkPlan = {
  interfaceName: 'vpn0',
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
  routes: ['10.8.0.1/32', '10.8.0.0/24', '172.20.0.0/16'],
};

const NETWORKD = '/lib/systemd/systemd-networkd';

const MODULE = new URL('./iproute2-network.ts', import.meta.url).href;
/** Does as it is told on its standard input, a JSON line each, and answers with one. A signal calls off what it is doing. */
const SCRIPT = `
  import { createInterface } from 'node:readline';
  import { createIproute2Network } from ${JSON.stringify(MODULE)};
  const [stateFolder, fakes] = process.argv.slice(1);
  const missing = async () => ({ kind: 'not-found' });
  const network = createIproute2Network(fakes === 'no-ip' ? { stateFolder, run: missing } : { stateFolder });
  const tunnels = [];
  const calledOff = new AbortController();
  process.on('SIGUSR2', () => calledOff.abort());
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, argument] = JSON.parse(line);
    let answer;
    if (command === 'up') {
      const result = await network.bringUp(argument, calledOff.signal);
      if (result.ok) tunnels.push(result.value);
      answer = result.ok ? result.value.tun.name : result.error;
    } else if (command === 'down') {
      await Promise.all([tunnels[argument].takeDown(), tunnels[argument].takeDown()]);
      answer = 'down';
    } else answer = await network.recover();
    process.stdout.write(JSON.stringify(answer ?? null) + '\\n');
  }
`;

interface Client {
  readonly process: ChildProcess;
  ask(command: 'up' | 'down' | 'recover', argument?: unknown): Promise<unknown>;
}

describe.skipIf(!namespacesPossible())('in a namespace', () => {
  let host: Namespace;
  let router: Namespace;
  let stateFolder: string;

  beforeEach(async () => {
    [host, router] = await Promise.all([createNamespace('network'), createNamespace('network-router')]);
    stateFolder = await mkdtemp(join(tmpdir(), 'network-state-'));
    await connectNamespaces(host, router, {
      addressA: ['203.0.113.2/24', '2001:db8:1::2/64'],
      addressB: ['203.0.113.1/24', '2001:db8:1::1/64'],
    });
    await host.exec(['ip', 'route', 'add', 'default', 'via', '203.0.113.1']);
    await host.exec(['ip', '-6', 'route', 'add', 'default', 'via', '2001:db8:1::1']);
  });
  afterEach(async () => {
    await Promise.all([host.remove(), router.remove()]);
    await rm(stateFolder, { recursive: true, force: true });
  });

  function startClient(options: { fakes?: string; path?: string } = {}): Client {
    const argv = [process.execPath, '--input-type=module-typescript', '-e', SCRIPT, stateFolder];
    const child = host.spawn(options.fakes === undefined ? argv : [...argv, options.fakes], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...(options.path === undefined ? {} : { PATH: options.path }) },
    });
    if (child.stdout === null || child.stdin === null) throw new Error('no pipes');
    const lines = on(createInterface({ input: child.stdout }), 'line');
    const { stdin } = child;
    return {
      process: child,
      async ask(command, argument) {
        stdin.write(`${JSON.stringify([command, argument ?? null])}\n`);
        const next: IteratorResult<unknown[], unknown> = await lines.next();
        if (next.done === true) throw new Error('the client has ended');
        return JSON.parse(String(next.value[0]));
      },
    };
  }

  const read = (path: string): Promise<string> => host.exec(['cat', path]);

  /** All that a tunnel changes. */
  async function snapshot(): Promise<Record<string, unknown>> {
    const ip = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await host.exec(['ip', '-j', ...args])) || '[]');
    const [addresses, routes4, routes6, rules4, rules6, resolvConf] = await Promise.all([
      ip('addr'),
      ip('-4', 'route', 'show', 'table', 'all'),
      ip('-6', 'route', 'show', 'table', 'all'),
      ip('-4', 'rule'),
      ip('-6', 'rule'),
      read('/etc/resolv.conf').catch(() => 'none'),
    ]);
    return { addresses, routes4, routes6, rules4, rules6, resolvConf };
  }

  /** The device that packets to the address leave by. */
  async function deviceTo(address: string): Promise<string> {
    const text = await host.exec(['ip', 'route', 'get', address]).catch((error: Error) => error.message);
    return / dev (\S+)/.exec(text)?.[1] ?? (/unreachable/.test(text) ? 'unreachable' : text);
  }

  async function devicesTo(...addresses: string[]): Promise<Record<string, string>> {
    const pairs = addresses.map(async (address) => [address, await deviceTo(address)] as const);
    return Object.fromEntries(await Promise.all(pairs));
  }

  test('full tunnel: all but the router and the local network, no IPv6, and afterwards as before', async () => {
    const before = await snapshot();
    const client = startClient();
    expect(await client.ask('up', FULL)).toBe('vpn0');
    expect(
      await devicesTo(
        '8.8.8.8',
        '10.8.0.1',
        '10.8.0.53',
        '198.51.100.7',
        '203.0.113.9',
        '2001:4860::8',
        '2001:db8:1::9',
      ),
    ).toEqual({
      '8.8.8.8': 'vpn0',
      '10.8.0.1': 'vpn0',
      '10.8.0.53': 'vpn0',
      '198.51.100.7': 'eth0',
      '203.0.113.9': 'eth0',
      '2001:4860::8': 'unreachable',
      '2001:db8:1::9': 'eth0',
    });
    const device: unknown = JSON.parse(await host.exec(['ip', '-j', 'addr', 'show', 'dev', 'vpn0']));
    expect(device).toMatchObject([
      {
        mtu: 1380,
        txqlen: 5000,
        addr_info: [{ local: '10.8.0.2', prefixlen: 32 }],
      },
    ]);
    expect((await read('/etc/resolv.conf')).split('\n').slice(1)).toEqual([
      'nameserver 10.8.0.53',
      'search corp.example lan.example',
      '',
    ]);
    const [journal] = await readdir(stateFolder);
    expect((await stat(join(stateFolder, String(journal)))).mode & 0o777).toBe(0o600);
    expect(await client.ask('down', 0)).toBe('down');
    expect(await snapshot()).toEqual(before);
    expect(await readdir(stateFolder)).toEqual([]);
    expect(await client.ask('down', 0)).toBe('down');
  });

  test('full tunnel to a router with an IPv6 address', async () => {
    const before = await snapshot();
    const client = startClient();
    await client.ask('up', { ...FULL, endpoint: '2001:db8:9::7' });
    expect(await devicesTo('8.8.8.8', '2001:db8:9::7', '2001:db8:9::8')).toEqual({
      '8.8.8.8': 'vpn0',
      '2001:db8:9::7': 'eth0',
      '2001:db8:9::8': 'unreachable',
    });
    await client.ask('down', 0);
    expect(await snapshot()).toEqual(before);
  });

  const IPV6 = { address6: '2001:db8:240::5', routes6: ['2001:db8:240::/64', '::/0'] };

  test('full tunnel that carries IPv6, and afterwards as before', async () => {
    const before = await snapshot();
    const client = startClient();
    await client.ask('up', { ...FULL, ...IPV6, endpoint: '2001:db8:9::7' });
    expect(
      await devicesTo('2001:4860::8', '2001:db8:240::1', '2001:db8:1::9', '2001:db8:9::7', '8.8.8.8'),
    ).toEqual({
      '2001:4860::8': 'vpn0',
      '2001:db8:240::1': 'vpn0',
      '2001:db8:1::9': 'eth0',
      '2001:db8:9::7': 'eth0',
      '8.8.8.8': 'vpn0',
    });
    expect(await host.exec(['ip', 'route', 'get', '2001:4860::8'])).toContain('src 2001:db8:240::5');
    await host.exec(['ip', '-6', 'route', 'del', 'default']);
    expect(await deviceTo('2001:db8:9::7')).toBe('unreachable');
    await host.exec(['ip', '-6', 'route', 'add', 'default', 'via', '2001:db8:1::1']);
    await client.ask('down', 0);
    expect(await snapshot()).toEqual(before);
  });

  test('split tunnel with a network of IPv6; killed, the next start makes everything as before', async () => {
    const before = await snapshot();
    const client = startClient();
    await client.ask('up', { ...SPLIT, ...IPV6, routes6: ['2001:db8:240::/64'] });
    expect(await devicesTo('2001:4860::8', '2001:db8:240::1')).toEqual({
      '2001:4860::8': 'eth0',
      '2001:db8:240::1': 'vpn0',
    });
    client.process.kill('SIGKILL');
    await once(client.process, 'exit');
    await startClient().ask('recover');
    expect(await snapshot()).toEqual(before);
  });

  test('a machine whose owner has switched IPv6 off gets a tunnel without it, and nothing past it', async () => {
    await host.exec(['sh', '-c', 'echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6']);
    await startClient().ask('up', { ...FULL, ...IPV6 });
    expect(await devicesTo('2001:4860::8', '8.8.8.8')).toEqual({
      '2001:4860::8': 'unreachable',
      '8.8.8.8': 'vpn0',
    });
  });

  test('split tunnel: its networks only', async () => {
    const before = await snapshot();
    const client = startClient();
    await client.ask('up', SPLIT);
    expect(await devicesTo('8.8.8.8', '10.8.0.77', '172.20.1.1', '198.51.100.7', '2001:4860::8')).toEqual({
      '8.8.8.8': 'eth0',
      '10.8.0.77': 'vpn0',
      '172.20.1.1': 'vpn0',
      '198.51.100.7': 'eth0',
      '2001:4860::8': 'eth0',
    });
    // This file has no servers for some names only: the router's would see every name.
    expect(await read('/etc/resolv.conf')).toBe(PRIVATE_RESOLV_CONF);
    await client.ask('down', 0);
    expect(await snapshot()).toEqual(before);
  });

  test("split tunnel with DNS servers of the user's own: these are asked first", async () => {
    const before = await snapshot();
    const client = startClient();
    await client.ask('up', { ...SPLIT, dnsIsOwn: true });
    expect((await read('/etc/resolv.conf')).split('\n').slice(1, 3)).toEqual([
      'nameserver 10.8.0.53',
      'nameserver 192.0.2.53',
    ]);
    await client.ask('down', 0);
    expect(await snapshot()).toEqual(before);
  });

  test('a remote network with the addresses of the local one; the router inside it', async () => {
    const client = startClient();
    const routes = ['203.0.113.1/32', '203.0.113.0/24', '198.51.100.0/24'];
    await client.ask('up', { ...SPLIT, gateway: '203.0.113.1', routes, dns: [] });
    expect(await devicesTo('203.0.113.1', '203.0.113.9', '198.51.100.8', '198.51.100.7', '8.8.8.8')).toEqual({
      '203.0.113.1': 'vpn0',
      '203.0.113.9': 'vpn0',
      '198.51.100.8': 'vpn0',
      '198.51.100.7': 'eth0',
      '8.8.8.8': 'eth0',
    });
  });

  test("the tunnel's own packets do not enter it when the network is gone", async () => {
    const client = startClient();
    await client.ask('up', FULL);
    await host.exec(['ip', 'route', 'del', 'default']);
    expect(await devicesTo('198.51.100.7', '8.8.8.8')).toEqual({
      '198.51.100.7': 'unreachable',
      '8.8.8.8': 'vpn0',
    });
  });

  test('killed while connected, the next start makes everything as before', async () => {
    const before = await snapshot();
    const killed = startClient();
    await killed.ask('up', FULL);
    killed.process.kill('SIGKILL');
    await once(killed.process, 'exit');
    expect(await snapshot()).not.toEqual(before);
    const next = startClient();
    expect(await next.ask('recover')).toEqual([
      'Removed the routing rules of vpn0.',
      'Set DNS back to what it was.',
    ]);
    expect(await snapshot()).toEqual(before);
    expect(await next.ask('recover')).toEqual([]);
    expect(await readdir(stateFolder)).toEqual([]);
  });

  test("recover leaves a living process's tunnel alone", async () => {
    const client = startClient();
    await client.ask('up', FULL);
    const during = await snapshot();
    expect(await startClient().ask('recover')).toEqual([]);
    expect(await snapshot()).toEqual(during);
  });

  test('recover sets a damaged journal aside and touches none of another user', async () => {
    await writeFile(join(stateFolder, 'network-3.json'), '{"version":1,', { mode: 0o600 });
    await writeFile(join(stateFolder, 'network-4.json'), '{}', { mode: 0o666 });
    await host.exec(['chmod', '666', join(stateFolder, 'network-4.json')]);
    const said = await startClient().ask('recover');
    expect(said).toEqual([expect.stringContaining('network-3.json is damaged')]);
    expect((await readdir(stateFolder)).sort()).toEqual(['network-3.json.damaged', 'network-4.json']);
  });

  test('taken names, tables and priorities are left to their owners', async () => {
    await host.exec(['ip', 'tuntap', 'add', 'dev', 'vpn0', 'mode', 'tun']);
    await host.exec(['ip', 'link', 'add', 'vpn1', 'type', 'bridge']);
    await host.exec(['ip', 'rule', 'add', 'priority', '31002', 'to', '192.0.2.1', 'lookup', 'main']);
    await host.exec(['ip', '-6', 'route', 'add', 'unreachable', '2001:db8:5::/48', 'table', '51821']);
    const before = await snapshot();
    const client = startClient();
    expect(await client.ask('up', FULL)).toBe('vpn2');
    expect(await host.exec(['ip', 'rule'])).toContain('30984:\tfrom all lookup 51822');
    await client.ask('down', 0);
    expect(await snapshot()).toEqual(before);
  });

  test.each([
    ['the first first', [0, 1]],
    ['the second first', [1, 0]],
  ])('two tunnels at once, %s', async (_, order) => {
    const before = await snapshot();
    const client = startClient();
    await client.ask('up', FULL);
    expect(
      await client.ask('up', {
        ...SPLIT,
        endpoint: '198.51.100.8',
        dns: ['172.20.0.53'],
        dnsIsOwn: true,
        routes: ['172.20.0.0/16'],
      }),
    ).toBe('vpn1');
    expect(await devicesTo('8.8.8.8', '172.20.0.9', '198.51.100.7', '198.51.100.8')).toEqual({
      '8.8.8.8': 'vpn0',
      '172.20.0.9': 'vpn1',
      '198.51.100.7': 'eth0',
      '198.51.100.8': 'eth0',
    });
    for (const index of order) await client.ask('down', index);
    expect(await snapshot()).toEqual(before);
  });

  test.skipIf(!existsSync(NETWORKD))(
    'systemd-networkd, which removes what it did not make, leaves all of it',
    async () => {
      const files =
        'mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases; printf "[Match]\\nName=net*\\n[Network]\\nDHCP=no\\n" > /run/systemd/network/1.network; chown -R systemd-network: /run/systemd/netif';
      // A read-only /sys is a container's: nobody waits for udev there.
      await host.exec(['sh', '-ec', `mount -t tmpfs none /run; mount -t sysfs -o ro none /sys; ${files}`]);
      const networkd = host.spawn([NETWORKD], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, SYSTEMD_LOG_LEVEL: 'debug' },
      });
      if (networkd.stderr === null) throw new Error('no pipe');
      const said = on(createInterface({ input: networkd.stderr }), 'line');
      const hears = async (text: RegExp): Promise<void> => {
        for await (const [line] of said) if (text.test(String(line))) return;
      };
      await hears(/Enumeration completed/);
      const client = startClient();
      await client.ask('up', { ...FULL, excluded: ['192.0.2.0/24'] });
      await hears(/routing policy rule.*31004/);
      // A cable is plugged in: its link is set up, and everything that is nobody's is removed.
      await host.exec(['ip', 'link', 'add', 'net0', 'type', 'veth', 'peer', 'name', 'peer0']);
      await host.exec(['ip', 'link', 'set', 'dev', 'peer0', 'up']);
      await hears(/net0: State changed: .*-> configured/);
      expect(await devicesTo('8.8.8.8', '192.0.2.1', '198.51.100.7', '2001:4860::8')).toEqual({
        '8.8.8.8': 'vpn0',
        '192.0.2.1': 'eth0',
        '198.51.100.7': 'eth0',
        '2001:4860::8': 'unreachable',
      });
      await client.ask('down', 0);
      expect(await deviceTo('8.8.8.8')).toBe('eth0');
    },
  );

  test('two killed tunnels of two processes', async () => {
    const before = await snapshot();
    for (const plan of [FULL, { ...SPLIT, endpoint: '198.51.100.8', dns: ['172.20.0.53'], dnsIsOwn: true }]) {
      const client = startClient();
      expect(await client.ask('up', plan)).toMatch(/^vpn[01]$/);
      client.process.kill('SIGKILL');
      await once(client.process, 'exit');
    }
    await startClient().ask('recover');
    expect(await snapshot()).toEqual(before);
  });

  test('a resolv.conf that someone else has written meanwhile stays', async () => {
    const client = startClient();
    await client.ask('up', FULL);
    await host.exec(['sh', '-c', 'echo nameserver 192.0.2.99 > /etc/resolv.conf']);
    await client.ask('down', 0);
    expect(await read('/etc/resolv.conf')).toBe('nameserver 192.0.2.99\n');
    expect(await readdir(stateFolder)).toEqual([]);
  });

  describe('with an /etc of its own', () => {
    beforeEach(async () => {
      await host.exec(['sh', '-ec', 'mount -t tmpfs none /etc; mount -t tmpfs none /run']);
    });

    test('no resolv.conf at all', async () => {
      const before = await snapshot();
      const client = startClient();
      await client.ask('up', FULL);
      expect(await read('/etc/resolv.conf')).toContain('nameserver 10.8.0.53');
      await client.ask('down', 0);
      expect(await snapshot()).toEqual(before);
      await expect(read('/etc/resolv.conf')).rejects.toThrow('No such file');
    });

    test('a symbolic link is written through and stays one', async () => {
      await host.exec([
        'sh',
        '-ec',
        'mkdir /run/manager; echo nameserver 192.0.2.1 > /run/manager/r; ln -s ../run/manager/r /etc/resolv.conf',
      ]);
      const client = startClient();
      await client.ask('up', FULL);
      expect(await read('/run/manager/r')).toContain('nameserver 10.8.0.53');
      await client.ask('down', 0);
      expect(await host.exec(['readlink', '/etc/resolv.conf'])).toBe('../run/manager/r\n');
      expect(await read('/run/manager/r')).toBe('nameserver 192.0.2.1\n');
    });

    test('a symbolic link whose file its manager has not written yet stays one', async () => {
      await host.exec(['sh', '-ec', 'mkdir /run/manager; ln -s ../run/manager/r /etc/resolv.conf']);
      const client = startClient();
      await client.ask('up', FULL);
      expect(await read('/run/manager/r')).toContain('nameserver 10.8.0.53');
      await client.ask('down', 0);
      expect(await host.exec(['readlink', '/etc/resolv.conf'])).toBe('../run/manager/r\n');
      await expect(read('/run/manager/r')).rejects.toThrow('No such file');
    });

    test('called off while a program hangs: it is not waited for, and everything is undone', async () => {
      await host.exec(
        [
          'sh',
          '-ec',
          'mkdir -p /run/bin /run/systemd/resolve; echo nameserver 127.0.0.53 > /run/systemd/resolve/stub-resolv.conf; ln -s /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf; cat > /run/bin/resolvectl; chmod +x /run/bin/resolvectl',
        ],
        { input: '#!/bin/sh\ntouch /run/called\nexec sleep 60\n' },
      );
      const before = await snapshot();
      const client = startClient({ path: `/run/bin:${process.env['PATH']}` });
      const answer = client.ask('up', FULL);
      await host.exec(['sh', '-c', 'until [ -e /run/called ]; do sleep 0.01; done']);
      client.process.kill('SIGUSR2');
      expect(await answer).toMatchObject({ step: 'dns', detail: 'resolvectl: called off' });
      expect(await snapshot()).toEqual(before);
    });

    test('DNS that cannot be set undoes everything', async () => {
      await host.exec([
        'sh',
        '-ec',
        'echo nameserver 192.0.2.1 > /etc/resolv.conf; mount -o remount,ro /etc',
      ]);
      const before = await snapshot();
      const failure = await startClient().ask('up', FULL);
      expect(failure).toMatchObject({ kind: 'network-setup-failed', step: 'dns' });
      expect(await snapshot()).toEqual(before);
      expect(await readdir(stateFolder)).toEqual([]);
    });

    /** A program of that name which writes down how it was called. */
    async function fakeProgram(name: string): Promise<void> {
      const script = `#!/bin/sh\n{ echo "${name} $*"; [ "$1" = dns ] || [ "$1" = domain ] || [ "$1" = default-route ] || cat; } >> /run/calls\n`;
      await host.exec(['sh', '-ec', `mkdir -p /run/bin; cat > /run/bin/${name}; chmod +x /run/bin/${name}`], {
        input: script,
      });
    }

    test('systemd-resolved', async () => {
      await fakeProgram('resolvectl');
      await host.exec([
        'sh',
        '-ec',
        'mkdir -p /run/systemd/resolve; echo nameserver 127.0.0.53 > /run/systemd/resolve/stub-resolv.conf; ln -s /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf',
      ]);
      const client = startClient({ path: `/run/bin:${process.env['PATH']}` });
      expect(await client.ask('up', FULL)).toBe('vpn0');
      await client.ask('down', 0);
      expect(await client.ask('up', SPLIT)).toBe('vpn0');
      await client.ask('down', 1);
      expect((await read('/run/calls')).trim().split('\n')).toEqual([
        'resolvectl dns vpn0 10.8.0.53',
        'resolvectl domain vpn0 ~. corp.example',
        'resolvectl default-route vpn0 yes',
        'resolvectl dns vpn0 10.8.0.53',
        'resolvectl domain vpn0 corp.example',
        'resolvectl default-route vpn0 no',
      ]);
      expect(await read('/etc/resolv.conf')).toBe('nameserver 127.0.0.53\n');
    });

    test.each([
      ['openresolv', false, '-m 0 -x -a vpn0', '-d vpn0'],
      ["Debian's resolvconf", true, '-a tun.vpn0', '-d tun.vpn0'],
    ])('%s', async (_, debian, added, deleted) => {
      await fakeProgram('resolvconf');
      await host.exec(['sh', '-ec', 'echo "# Generated by resolvconf" > /etc/resolv.conf']);
      if (debian)
        await host.exec([
          'sh',
          '-ec',
          'mkdir /etc/resolvconf; echo "tun*" > /etc/resolvconf/interface-order',
        ]);
      const client = startClient({ path: `/run/bin:${process.env['PATH']}` });
      expect(await client.ask('up', FULL)).toBe('vpn0');
      client.process.kill('SIGKILL');
      await once(client.process, 'exit');
      await startClient({ path: `/run/bin:${process.env['PATH']}` }).ask('recover');
      const calls = (await read('/run/calls')).trim().split('\n');
      expect(calls.filter((line) => !line.startsWith('#'))).toEqual([
        `resolvconf ${added}`,
        'nameserver 10.8.0.53',
        'search corp.example',
        `resolvconf ${deleted}`,
      ]);
      expect(await read('/etc/resolv.conf')).toBe('# Generated by resolvconf\n');
    });
  });

  test('without iproute2', async () => {
    const before = await snapshot();
    const failure = await startClient({ fakes: 'no-ip' }).ask('up', FULL);
    expect(failure).toEqual({ kind: 'device-not-permitted', missing: 'iproute2' });
    expect(await snapshot()).toEqual(before);
    expect(await readdir(stateFolder)).toEqual([]);
  });

  test('a plan that the kernel refuses says where, and undoes everything', async () => {
    const before = await snapshot();
    const failure = await startClient().ask('up', { ...FULL, mtu: 20 });
    expect(failure).toMatchObject({ kind: 'network-setup-failed', step: 'routing' });
    expect(failure).toMatchObject({ detail: expect.stringContaining('mtu 20') });
    expect(await snapshot()).toEqual(before);
  });
});
