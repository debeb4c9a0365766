import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { debianRoot } from './support/debian-root.ts';
import { DESKTOP_PACKAGES, DESKTOP_USER, DesktopHost } from './support/desktop-host.ts';
import { addUplink, desktopState, settledState } from './support/desktop-network.ts';
import { NameServer } from './support/name-server.ts';
import {
  type Namespace,
  connectNamespaces,
  createNamespace,
  namespacesPossible,
} from './support/namespace.ts';
import { programsHere } from './support/programs-here.ts';
import { RouterHost } from './support/router-host.ts';
import { WireCounter } from './support/wire-counter.ts';

/**
 * `smartvpn` as a person without any privilege has it on a Linux desktop: the real NetworkManager, polkit and resolver
 * on her side; the router emulator, a LAN behind it and name servers on both sides of the tunnel.
 */

const SMARTVPN = fileURLToPath(new URL('../cli/smartvpn', import.meta.url));
const TRAFFIC = fileURLToPath(new URL('support/traffic-source.ts', import.meta.url));
const ROUTER = '203.0.113.1';
const PORT = 4443;
const LAN_HOST = '10.77.0.2';
const NOTHING = { ipv4: 0, ipv6: 0, dns: 0 };

const ROOT =
  namespacesPossible() && programsHere('nft')
    ? await debianRoot({ suite: 'bookworm', packages: DESKTOP_PACKAGES })
    : undefined;

describe.skipIf(ROOT === undefined)('smartvpn without root', () => {
  let desktop: DesktopHost;
  let internet: Namespace;
  let lan: Namespace;
  let office: RouterHost;
  let outside: NameServer;
  let inside: NameServer;
  let wires: WireCounter;
  let before: string;

  beforeAll(async () => {
    desktop = await DesktopHost.start('office-desktop', { root: ROOT ?? '' });
    internet = await addUplink(desktop, 'office-internet');
    lan = await createNamespace('office-lan');
    await connectNamespaces(internet, lan, { addressA: '10.77.0.1/24', addressB: `${LAN_HOST}/24` });
    await lan.exec(['ip', 'route', 'add', 'default', 'via', '10.77.0.1']);
    outside = await NameServer.start(internet, ROUTER, '198.18.0.1');
    inside = await NameServer.start(lan, LAN_HOST, LAN_HOST);
    office = await RouterHost.start(
      {
        listen: { host: '0.0.0.0', port: PORT },
        users: [{ userName: 'anna', password: 'correct horse' }],
        ppp: { dns: [LAN_HOST] },
        lan: { kind: 'tun', forwarding: true },
      },
      internet,
    );
    wires = await WireCounter.start(internet, { devices: ['eth0'], tunnel: { address: ROUTER, port: PORT } });
    await desktop.startNetworkManager();
    for (const [name, ...more] of [
      ['full'],
      ['split', '--default-gateway', 'no', '--route', '10.77.0.0/24', '--search-domain', 'corp.example'],
    ]) {
      await smartvpn(
        'profile',
        'add',
        String(name),
        '--server',
        `${ROUTER}:${PORT}`,
        '--user-name',
        'anna',
        ...more,
      );
    }
    before = await desktopState(desktop);
  });
  afterEach(async () => {
    await smartvpn('disconnect').catch(() => undefined);
    const after = await settledState(desktop, before);
    if (after !== before) throw new Error(`something was left behind:\n${after}\nbefore:\n${before}`);
  });
  afterAll(() => Promise.all([desktop.remove(), internet.remove(), lan.remove()]));

  /** Its standard output and error. */
  async function smartvpn(...words: string[]): Promise<string> {
    const env = {
      PATH: process.env['PATH'],
      HOME: DESKTOP_USER.home,
      XDG_RUNTIME_DIR: `${DESKTOP_USER.home}/run`,
    };
    const child = desktop.spawnAsUser([SMARTVPN, ...words], { stdio: ['pipe', 'pipe', 'pipe'], env });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => said.push(text));
    }
    child.stdin?.end('correct horse\n');
    await once(child, 'close');
    if (child.exitCode !== 0) throw new Error(`exit ${child.exitCode}\n${said.join('')}`);
    return said.join('');
  }

  function connect(profile: string): Promise<string> {
    const trust = ['--trust-fingerprint', office.publicKeySha256];
    return smartvpn('connect', profile, '--background', '--password-stdin', ...trust);
  }

  async function resolve(name: string): Promise<string> {
    return desktop.host
      .exec(['resolvectl', '--cache=no', '-4', 'query', name])
      .catch((error: unknown) => String(error));
  }

  test('full tunnel: the LAN answers, every name is asked there; afterwards all is as it was', async () => {
    expect(await connect('full')).toContain('Connected to full');
    await desktop.host.exec(['ping', '-c', '1', '-W', '5', LAN_HOST]);
    outside.taken();
    inside.taken();
    expect(await resolve('www.example.org')).toContain(LAN_HOST);
    expect(await resolve('files.corp.example')).toContain(LAN_HOST);
    expect([inside.taken(), outside.taken()]).toEqual([['files.corp.example', 'www.example.org'], []]);
    await smartvpn('disconnect');
    expect(await settledState(desktop, before)).toBe(before);
    expect(await resolve('www.example.org')).toContain('198.18.0.1');
    expect([inside.taken(), outside.taken()]).toEqual([[], ['www.example.org']]);
  });

  test('split tunnel: the LAN answers, its names are asked there and the others where they were', async () => {
    expect(await connect('split')).toContain('Connected to split');
    await desktop.host.exec(['ping', '-c', '1', '-W', '5', LAN_HOST]);
    outside.taken();
    inside.taken();
    expect(await resolve('www.example.org')).toContain('198.18.0.1');
    expect(await resolve('files.corp.example')).toContain(LAN_HOST);
    expect([inside.taken(), outside.taken()]).toEqual([['files.corp.example'], ['www.example.org']]);
  });

  test('doctor: which way and why, and what was left is mended', async () => {
    expect(await smartvpn('doctor')).toMatch(
      /Tunnels by +NetworkManager\nNetworkManager +version 1\.[0-9.]+, lets you[^]*takes root[^]*systemd-resolved[^]*search domains alone/,
    );
    await connect('full');
    const { pid } = z.object({ pid: z.number() }).parse(JSON.parse(await smartvpn('status', '--json')));
    await desktop.stopNetworkManager('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await desktop.startNetworkManager();
    expect(await smartvpn('doctor')).toContain('Mended: Removed the routing rules of svpn0.');
    expect(await settledState(desktop, before)).toBe(before);
    expect(await smartvpn('doctor')).not.toContain('Mended');
  });

  test.each(['network-manager', 'iproute2'])('nothing leaves past a full tunnel: %s', async (way) => {
    const traffic = desktop.host.spawn([process.execPath, TRAFFIC], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (traffic.stdout === null || traffic.stdin === null) throw new Error('no pipes');
    const lines = createInterface({ input: traffic.stdout });
    /** Until as many rounds of packets were sent as are wanted. */
    const sent = async (wanted: number): Promise<void> => {
      for (let rounds = -1, first = -1; rounds < first + wanted || first < 0;) {
        traffic.stdin?.write('?\n');
        const [line]: unknown[] = await once(lines, 'line');
        rounds = Number(line);
        if (first < 0) first = rounds;
      }
    };
    await wires.reset();
    await sent(50);
    const without = await wires.read();
    expect(Math.min(without.ipv4, without.ipv6, without.dns)).toBeGreaterThan(0);
    if (way === 'iproute2') await desktop.stopNetworkManager();
    const run = way === 'iproute2' ? smartvpnAsRoot : smartvpn;
    const trust = ['--trust-fingerprint', office.publicKeySha256];
    if (way === 'iproute2') {
      await run('profile', 'add', 'full', '--server', `${ROUTER}:${PORT}`, '--user-name', 'anna');
    }
    await run('connect', 'full', '--background', '--password-stdin', ...trust);
    // What was on its way when the tunnel came up.
    await sent(10);
    await wires.reset();
    await sent(200);
    const during = await wires.read();
    console.log(`past the tunnel (${way}):`, during, 'without one:', without);
    expect(during).toEqual(NOTHING);
    await run('disconnect');
    traffic.stdin.end();
    if (way === 'iproute2') await desktop.startNetworkManager();
  });

  async function smartvpnAsRoot(...words: string[]): Promise<string> {
    return desktop.host.exec(['env', 'HOME=/root', SMARTVPN, ...words], {
      input: 'correct horse\n',
    });
  }
});
