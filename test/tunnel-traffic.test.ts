import { type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RouterConfigInput } from '../emulator/config.ts';
import { advancedOptionsSchema } from '../shared/profile.ts';
import { namespacesPossible } from './support/namespace.ts';
import { RouterHost } from './support/router-host.ts';
import { PASSWORD_USER, sessionOptionsFor } from './support/session-trial.ts';
import { ADDRESS, type ThreeHosts, createThreeHosts } from './support/three-hosts.ts';

/** Both families through a real tunnel to a real host, by the kernels of three hosts. */

const LAN_HOST = { ipv4: ADDRESS.lanHost, ipv6: 'fd00:77::2' };
const ROUTER: RouterConfigInput = {
  listen: { host: '0.0.0.0', port: 443 },
  users: [PASSWORD_USER],
  ppp: { ipv6Prefix: '2001:db8:240::/64' },
  lan: { kind: 'tun', forwarding: true },
};
const CLIENT = fileURLToPath(new URL('support/tunnel-client.ts', import.meta.url));
const PEER = fileURLToPath(new URL('support/traffic-peer.ts', import.meta.url));
const BYTES = 6_000_000;
/** Half of them fit in no packet of the tunnel. */
const DATAGRAMS = 400;

describe.skipIf(!namespacesPossible())('traffic of both families', () => {
  let hosts: ThreeHosts;
  let router: RouterHost;
  let stateFolder: string;
  let client: ChildProcess;
  let lines: AsyncIterator<unknown[]>;
  let before: string;

  beforeAll(async () => {
    hosts = await createThreeHosts('traffic');
    stateFolder = await mkdtemp(join(tmpdir(), 'traffic-'));
    await Promise.all([
      hosts.router.exec(['ip', '-6', 'addr', 'add', 'fd00:77::1/64', 'dev', 'eth1', 'nodad']),
      hosts.lan.exec(['ip', '-6', 'addr', 'add', `${LAN_HOST.ipv6}/64`, 'dev', 'eth0', 'nodad']),
    ]);
    await hosts.lan.exec(['ip', '-6', 'route', 'add', 'default', 'via', 'fd00:77::1']);
    const peer = hosts.lan.spawn([process.execPath, PEER, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (peer.stdout !== null) await once(peer.stdout, 'data');
    router = await RouterHost.start(ROUTER, hosts.router);
    before = await networkOf();
    client = hosts.client.spawn([process.execPath, CLIENT, stateFolder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (client.stdout === null) throw new Error('no output');
    lines = on(createInterface({ input: client.stdout }), 'line');
    const options = sessionOptionsFor(
      {
        host: ADDRESS.router,
        port: router.port,
        certificate: { publicKeySha256: router.publicKeySha256 },
      },
      // Narrower than the LAN behind the router, so that hosts there must be told.
      { device: 'tun', advanced: advancedOptionsSchema.parse({ mru: 1340 }) },
    );
    client.stdin?.write(`${JSON.stringify(options)}\n`);
  });

  afterAll(async () => {
    await hosts.remove();
    await rm(stateFolder, { recursive: true, force: true });
  });

  async function nextLine(): Promise<unknown> {
    const next: IteratorResult<unknown[], unknown> = await lines.next();
    if (next.done === true) throw new Error('the client has ended');
    return JSON.parse(String(next.value[0]));
  }

  async function networkOf(): Promise<string> {
    const parts = await Promise.all(
      [['addr'], ['route', 'show', 'table', 'all'], ['rule']].flatMap((words) => [
        hosts.client.exec(['ip', '-4', ...words]),
        hosts.client.exec(['ip', '-6', ...words]),
      ]),
    );
    return parts.join('\n');
  }

  test('the device has an address of each family, and both lead through it', async () => {
    expect(await nextLine()).toMatchObject({
      interfaceName: 'svpn0',
      address: '192.168.240.10',
      address6: expect.stringMatching(/^2001:db8:240:/),
    });
    for (const address of [LAN_HOST.ipv4, LAN_HOST.ipv6, '2001:db8:240::1']) {
      expect(await hosts.client.exec(['ip', 'route', 'get', address])).toContain('dev svpn0');
      expect(await hosts.client.exec(['ping', '-n', '-c', '1', '-W', '5', address])).toContain(
        ' 0% packet loss',
      );
    }
  });

  for (const [family, address] of Object.entries(LAN_HOST)) {
    test(`TCP over ${family}, both ways`, async () => {
      const seen: unknown = JSON.parse(await peer('tcp', address, BYTES));
      expect(seen).toEqual({ downloaded: BYTES, isSame: true, uploaded: BYTES, isSameThere: true });
    });

    test(`UDP over ${family}: datagrams of all sizes come back as they left`, async () => {
      expect(JSON.parse(await peer('udp', address, DATAGRAMS))).toEqual({ same: DATAGRAMS, others: 0 });
    });
  }

  async function peer(what: string, address: string, amount: number): Promise<string> {
    const argv = [process.execPath, PEER, what, address, String(amount)];
    return hosts.client.exec(argv);
  }

  test('afterwards nothing is left', async () => {
    client.kill('SIGTERM');
    expect(await nextLine()).toEqual({ kind: 'cancelled' });
    expect(await networkOf()).toBe(before);
    await router.close();
  });
});
