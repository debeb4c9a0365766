import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { RouterConfigInput } from './config.ts';
import { type Router, type RouterDependencies, startRouter } from './router.ts';
import { ownMotp } from './testing/own-motp.ts';
import {
  type RawConnection,
  bringUp,
  connectRequest,
  connectTls,
  dial,
  negotiate,
} from './testing/raw-client.ts';
import { testTls } from './testing/test-certificate.ts';
import { syslogHas } from './testing/waiting.ts';

const ALICE = { userName: 'alice', password: 'open sesame' };
const MOTP = { pin: '1234', secret: 'e3152afee62599c8' };
const NOW = 1_658_922_980_000;

let router: Router | undefined;
afterEach(async () => {
  await router?.close();
  router = undefined;
});

async function start(config: RouterConfigInput = {}, dependencies: RouterDependencies = {}): Promise<Router> {
  const users = config.users ?? [ALICE];
  // the folder's own certificate is what the tests of stored state are about
  const tls = config.folder === undefined ? await testTls() : {};
  router = await startRouter({ ...config, listen: { port: 0 }, users, tls }, dependencies);
  return router;
}

/** The next frame in hex: header, FF 03, protocol, packet. */
async function nextFrame(connection: RawConnection): Promise<string> {
  const frame = await connection.readFrame();
  if (frame === undefined) return 'end';
  const header = Buffer.from([frame.command, 0, frame.payload.length >> 8, frame.payload.length & 0xff]);
  return Buffer.concat([header, frame.payload]).toString('hex');
}

describe('signing in', () => {
  test('the recorded session of protocol.md, byte by byte', async () => {
    const { port } = await start({
      ppp: {
        addressPool: { start: '192.168.240.121', count: 1 },
        gateway: '192.168.240.1',
        dns: ['192.168.240.20'],
      },
      quirks: { lateNak: false },
    });
    const { connection, head } = await dial(port, ALICE);
    expect(head).toMatch(/^HTTP\/1\.0 200 OK\r\nServer: DrayWeb\/0\.0\.2\r\n/);
    const send = (hex: string) => connection.send(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    // LCP: Auth=PAP, Magic=1; no MRU
    expect(await nextFrame(connection)).toBe('00000012ff03c0210100000e0304c023050600000001');
    send('0000 0012 ff03 c021 0200 000e 0304c023 050600000001');
    send('0000 0012 ff03 c021 0100 000e 010405a2 0506deadbeef');
    expect(await nextFrame(connection)).toBe('00000012ff03c0210200000e010405a20506deadbeef');
    // PAP: the first Ack has identifier 0; the request again, and an Ack with its identifier
    const pap = '0000 001a ff03 c023 0103 0016 05 616c696365 0b 6f70656e20736573616d65';
    send(pap);
    expect(await nextFrame(connection)).toMatch(/^0000....ff03c0230200/);
    // IPCP: Van Jacobson first
    expect(await nextFrame(connection)).toBe('0000000eff0380210100000a0206002d0f01');
    send(pap);
    expect(await nextFrame(connection)).toMatch(/^0000....ff03c0230203/);
    send('0000 000e ff03 8021 0400 000a 0206002d0f01');
    expect(await nextFrame(connection)).toBe('0000000eff0380210101000a0306c0a8f001');
    send('0000 000e ff03 8021 0201 000a 0306c0a8f001');
    send('0000 0014 ff03 8021 0100 0010 030600000000 810600000000');
    expect(await nextFrame(connection)).toBe('00000014ff038021030000100306c0a8f0798106c0a8f014');
    send('0000 0014 ff03 8021 0101 0010 0306c0a8f079 8106c0a8f014');
    expect(await nextFrame(connection)).toBe('00000014ff038021020100100306c0a8f0798106c0a8f014');
    expect(router?.connections()).toMatchObject([{ virtualNetwork: '192.168.240.121/32' }]);
  });

  test('a row in Connection Management, and the words in syslog', async () => {
    const { port } = await start();
    const tunnel = await bringUp(port, ALICE);
    expect(tunnel).toMatchObject({
      address: '192.168.240.10',
      gateway: '192.168.240.1',
      dns: '192.168.240.1',
      authentication: 'PAP',
    });
    expect(router?.connections()).toEqual([
      {
        vpn: 1,
        userIndex: 1,
        userName: 'alice',
        type: 'SSL Tunnel TLS_AES_128_GCM_SHA256',
        remoteAddress: '127.0.0.1',
        virtualNetwork: '192.168.240.10/32',
        txPackets: 0,
        txBytes: 0,
        txRate: 0,
        rxPackets: 0,
        rxBytes: 0,
        rxRate: 0,
        upTimeSeconds: expect.any(Number),
        upTime: '0:00:00',
        authenticated: true,
      },
    ]);
    tunnel.connection.send(Buffer.from('01000000', 'hex'));
    expect(await tunnel.connection.ended).toBe('end');
    expect(router?.connections()).toEqual([]);
    expect(router?.syslog.lines()).toEqual([
      '[SSLTunnel] Dial-in protocol version 0.',
      '[H2L][UP][SSLTunnel][@alice]',
      '[H2L][DOWN][SSLTunnel][@alice]',
    ]);
  });

  test('CHAP-MD5', async () => {
    const { port } = await start({ ppp: { authentication: ['CHAP'] } });
    expect(await bringUp(port, ALICE)).toMatchObject({ authentication: 'CHAP' });
  });

  test('without quirks', async () => {
    const { port } = await start({
      quirks: {
        magicOne: false,
        offerNoMru: false,
        firstPapAckIdZero: false,
        askVanJacobsonFirst: false,
        lateNak: false,
      },
    });
    expect(await bringUp(port, ALICE)).toMatchObject({ address: '192.168.240.10' });
  });

  test('frames that come in one piece with the request', async () => {
    const { port } = await start();
    const connection = await connectTls(port);
    const lcp = Buffer.from('00000012ff03c0210100000e010405a20506deadbeef', 'hex');
    connection.send(Buffer.concat([connectRequest(ALICE.userName, ALICE.password), lcp]));
    await connection.readHead();
    const frames = [await nextFrame(connection), await nextFrame(connection)];
    expect(frames).toContain('00000012ff03c0210200000e010405a20506deadbeef');
  });

  test('keep-alive requests are answered before and after signing in', async () => {
    const { port } = await start();
    const tunnel = await bringUp(port, ALICE);
    tunnel.connection.send(Buffer.from('0200001052455155455354203700000000000000', 'hex'));
    expect(await nextFrame(tunnel.connection)).toBe('0300001052455155455354203700000000000000');
  });

  test('LCP echo is answered with the magic number 1', async () => {
    const { port } = await start();
    const { connection } = await bringUp(port, ALICE);
    connection.sendControl('c021', 9, 77, '12345678');
    expect(await connection.readControl()).toEqual({
      protocol: 'c021',
      code: 10,
      id: 77,
      data: Buffer.from('00000001', 'hex'),
    });
  });
});

describe('wrong passwords', () => {
  test('are 401 at CONNECT', async () => {
    const { port } = await start();
    const { head, connection } = await dial(port, { userName: 'alice', password: 'wrong' });
    expect(head).toMatch(/^HTTP\/1\.0 401 Unauthorized\r\n/);
    expect(await connection.ended).toBe('end');
    expect(router?.syslog.lines()).toEqual([
      '[SSLTunnel] Login refused: user alice from 127.0.0.1, wrong password',
    ]);
  });

  test.each(['PAP', 'CHAP'] as const)('are refused in %s where the header is not looked at', async (way) => {
    const { port } = await start({ checkPasswordAt: 'ppp', ppp: { authentication: [way] } });
    const { connection, status } = await dial(port, { userName: 'anyone', password: 'anything' });
    expect(status).toBe(200);
    expect(await negotiate(connection, { userName: 'alice', password: 'wrong' })).toEqual({
      kind: 'refused',
      message: 'Login incorrect',
    });
    expect(await connection.ended).toBe('end');
    expect(router?.connections()).toEqual([]);
  });

  test('do not matter in PPP where the header alone is looked at, the name does', async () => {
    const { port } = await start({
      checkPasswordAt: 'connect',
      users: [ALICE, { userName: 'bob', password: 'builder' }],
    });
    const first = await dial(port, ALICE);
    expect(await negotiate(first.connection, { userName: 'alice', password: '?' })).toMatchObject({
      kind: 'up',
    });
    const second = await dial(port, ALICE);
    expect(await negotiate(second.connection, { userName: 'bob', password: '' })).toMatchObject({
      kind: 'refused',
    });
  });

  test('a right header and another user in PPP', async () => {
    const bob = { userName: 'bob', password: 'builder' };
    const { port } = await start({ users: [ALICE, bob] });
    const { connection } = await dial(port, ALICE);
    expect(await negotiate(connection, bob)).toMatchObject({ kind: 'refused' });
  });

  test.each([
    ['unknown user', { userName: 'bob' }],
    ['account disabled', { enabled: false }],
    ['SSL tunnel not allowed', { allowedTypes: ['openvpn' as const] }],
    ['remote node', { remoteNode: '203.0.113.9' }],
  ])('the right one, but: %s', async (reason, change) => {
    const { port } = await start({ users: [{ ...ALICE, ...change }] });
    expect((await dial(port, ALICE)).status).toBe(401);
    expect(router?.syslog.lines().at(-1)).toContain(reason);
  });

  test('lead to a penalty for the address, which ends', async () => {
    const clock = { now: NOW };
    const config = { bruteForce: { attempts: 2, penaltySeconds: 30 } };
    const { port } = await start(config, { clock: () => clock.now });
    const wrong = { userName: 'alice', password: 'wrong' };
    expect((await dial(port, wrong)).status).toBe(401);
    const second = await dial(port, wrong);
    expect(second.status).toBe(403);
    expect(second.head).toContain('\r\nRetry-After: 30\r\n');
    expect((await dial(port, ALICE)).status).toBe(403);
    expect(router?.syslog.lines().slice(-2)).toEqual([
      '[BFP] Brute force protection: 127.0.0.1 blocked for 30 seconds',
      '[BFP] Connection from blocked address 127.0.0.1 refused',
    ]);
    clock.now += 30_000;
    expect((await dial(port, ALICE)).status).toBe(200);
  });

  test('a blocked address may be answered by a reset', async () => {
    const { port } = await start({ bruteForce: { attempts: 1, answer: 'drop' } });
    await dial(port, { userName: 'alice', password: 'wrong' });
    await expect(dial(port, ALICE)).rejects.toThrow('ECONNRESET');
  });
});

describe('one-time passwords', () => {
  const motpUser = { userName: 'alice', password: 'not this', motp: MOTP };
  const code = (now = NOW) => ({ userName: 'alice', password: ownMotp(now, MOTP.secret, MOTP.pin) });

  test('sign in, once', async () => {
    const { port } = await start({ users: [motpUser] }, { clock: () => NOW });
    await bringUp(port, code());
    expect((await dial(port, code())).status).toBe(401);
    expect((await dial(port, code(NOW - 10_000))).status).toBe(401);
    await bringUp(port, code(NOW + 10_000));
  });

  test('the account password does not sign in', async () => {
    const { port } = await start({ users: [motpUser] }, { clock: () => NOW });
    expect((await dial(port, { userName: 'alice', password: 'not this' })).status).toBe(401);
  });

  test.each([
    [-4, 401],
    [-3, 200],
    [3, 200],
    [4, 401],
  ])('a code %i steps away is answered by %i', async (steps, status) => {
    const { port } = await start({ users: [motpUser] }, { clock: () => NOW });
    expect((await dial(port, code(NOW + steps * 10_000))).status).toBe(status);
  });

  test('over CHAP too, and a code seen in one attempt is of no use in another', async () => {
    const config = { users: [motpUser], ppp: { authentication: ['CHAP' as const] } };
    const { port } = await start(config, { clock: () => NOW });
    const first = await dial(port, code());
    expect((await dial(port, code())).status).toBe(401);
    expect(await negotiate(first.connection, code())).toMatchObject({ kind: 'up' });
  });

  test('checked in PPP alone', async () => {
    const { port } = await start({ users: [motpUser], checkPasswordAt: 'ppp' }, { clock: () => NOW });
    await bringUp(port, code());
    const again = await dial(port, code());
    expect(await negotiate(again.connection, code())).toMatchObject({ kind: 'refused' });
  });
});

describe('addresses', () => {
  test('one after the other, until there is none', async () => {
    const { port } = await start({ ppp: { addressPool: { start: '10.9.0.1', count: 2 } } });
    expect((await bringUp(port, ALICE)).address).toBe('10.9.0.1');
    const second = await bringUp(port, ALICE);
    expect(second.address).toBe('10.9.0.2');
    const { connection } = await dial(port, ALICE);
    expect(await negotiate(connection, ALICE)).toEqual({ kind: 'no-address' });
    expect(router?.syslog.lines()).toContain('[SSLTunnel] No IP address left for alice');
    second.connection.send(Buffer.from('01000000', 'hex'));
    await second.connection.ended;
    expect((await bringUp(port, ALICE)).address).toBe('10.9.0.2');
  });

  test("a user's own, also when an earlier session still holds it", async () => {
    const { port } = await start({ users: [{ ...ALICE, staticAddress: '172.16.5.5' }] });
    const first = await bringUp(port, ALICE);
    const second = await bringUp(port, ALICE, '192.168.240.50');
    expect([first.address, second.address]).toEqual(['172.16.5.5', '172.16.5.5']);
    expect(await first.connection.ended).toBe('end');
    expect(router?.connections()).toHaveLength(1);
  });

  test('the one wished for, when it may be had', async () => {
    const { port } = await start();
    expect((await bringUp(port, ALICE, '192.168.240.77')).address).toBe('192.168.240.77');
    expect((await bringUp(port, ALICE, '192.168.240.77')).address).toBe('192.168.240.10');
    expect((await bringUp(port, ALICE, '8.8.8.8')).address).toBe('192.168.240.11');
  });
});

describe('sessions', () => {
  test('their number is limited', async () => {
    const { port } = await start({ sessionLimit: 1 });
    const first = await bringUp(port, ALICE);
    expect((await dial(port, ALICE)).status).toBe(503);
    expect(router?.syslog.lines().at(-1)).toBe('[SSLTunnel] Session limit reached, 127.0.0.1 refused');
    first.connection.send(Buffer.from('01000000', 'hex'));
    await first.connection.ended;
    await bringUp(port, ALICE);
  });

  test('may be dropped', async () => {
    const { port } = await start();
    const { connection } = await bringUp(port, ALICE);
    expect(router?.drop(2)).toBe(false);
    expect(router?.drop(1)).toBe(true);
    expect(router?.drop(1)).toBe(false);
    expect(await connection.readControl()).toMatchObject({ protocol: 'c021', code: 5 });
    expect(await nextFrame(connection)).toBe('01000000');
    expect(await connection.ended).toBe('end');
    expect(router?.connections()).toEqual([]);
    expect(router?.syslog.lines().slice(-2)).toEqual([
      'PPP Drop VPN : Remote Dial-in User, Name = alice, ifno=1',
      '[H2L][DOWN][SSLTunnel][@alice]',
    ]);
  });

  test('end by themselves when no packet comes for the idle timeout', async () => {
    const clock = { now: NOW, looks: 0 };
    const lookAtClock = () => {
      clock.looks += 1;
      return clock.now;
    };
    const ticks = () => {
      const { looks } = clock;
      return expect.poll(() => clock.looks).toBeGreaterThan(looks + 2);
    };
    const users = [{ ...ALICE, idleTimeoutSeconds: 20 }];
    const { port } = await start({ users }, { clock: lookAtClock, tickMilliseconds: 5 });
    const { connection } = await bringUp(port, ALICE);
    clock.now += 19_999;
    connection.sendPacket(Buffer.from('4500001400000000400100000a0000010a000002', 'hex'));
    await expect.poll(() => router?.connections()[0]?.rxPackets).toBe(1);
    await ticks();
    clock.now += 19_999;
    await ticks();
    expect(router?.connections()).toHaveLength(1);
    clock.now += 1;
    expect(await connection.ended).toBe('end');
    expect(router?.syslog.lines()).toContain('[SSLTunnel] Idle timeout, user alice');
  });

  test('are missed when the client vanishes', async () => {
    const vigor = await start();
    const { connection } = await bringUp(vigor.port, ALICE);
    connection.close();
    await syslogHas(vigor, '[DOWN]');
    expect(vigor.syslog.lines().slice(-2)).toEqual([
      'PPP Drop VPN : Remote Dial-in User, Name = alice, ifno=1',
      '[H2L][DOWN][SSLTunnel][@alice]',
    ]);
    expect(vigor.connections()).toEqual([]);
  });

  test.runIf(process.platform === 'linux')(
    'one whose client has vanished without a word is asked after by the kernel',
    async () => {
      const { port } = await start();
      const { connection } = await bringUp(port, ALICE);
      const place = (of = 0) => `0100007F:${of.toString(16).toUpperCase().padStart(4, '0')}`;
      const { localPort } = connection.socket;
      // Which timer runs for the router's socket: 2 is that of keep-alive (proc_net_tcp).
      const timer = async () => {
        const rows = (await readFile('/proc/net/tcp', 'utf8'))
          .split('\n')
          .map((row) => row.trim().split(/\s+/));
        const row = rows.find(([, local, remote]) => local === place(port) && remote === place(localPort));
        return row?.[5]?.split(':')[0];
      };
      await expect.poll(timer).toBe('02');
    },
  );

  test('a Terminate-Request is acknowledged and ends the session', async () => {
    const { port } = await start();
    const { connection } = await bringUp(port, ALICE);
    connection.sendControl('c021', 5, 9);
    expect(await connection.readControl()).toMatchObject({ protocol: 'c021', code: 6, id: 9 });
    expect(await connection.ended).toBe('end');
  });

  test('bytes that are no frame end the session', async () => {
    const { port } = await start();
    const { connection } = await bringUp(port, ALICE);
    connection.send(Buffer.from('09000000', 'hex'));
    await connection.ended;
    expect(router?.connections()).toEqual([]);
    expect(router?.syslog.lines()).toContain(
      '[SSLTunnel] Protocol error (frame-unknown-command), user alice',
    );
  });

  test('a second one of the same user is refused or replaces the first where so configured', async () => {
    const refusing = await start({ whenAlreadyConnected: 'refuse' });
    await bringUp(refusing.port, ALICE);
    const { connection } = await dial(refusing.port, ALICE);
    expect(await negotiate(connection, ALICE)).toMatchObject({ kind: 'refused' });
    await refusing.close();
    const replacing = await start({ whenAlreadyConnected: 'replace' });
    const first = await bringUp(replacing.port, ALICE);
    await bringUp(replacing.port, ALICE);
    await first.connection.ended;
    expect(replacing.connections()).toHaveLength(1);
  });

  test('of several of one user that sign in at the same moment one is let in where a second one is refused', async () => {
    const refusing = await start({ whenAlreadyConnected: 'refuse' });
    const ends = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const { connection } = await dial(refusing.port, ALICE);
        return (await negotiate(connection, ALICE)).kind;
      }),
    );
    expect(ends.filter((kind) => kind === 'up')).toHaveLength(1);
    expect(refusing.connections()).toHaveLength(1);
  });

  test.each(['allow', 'refuse', 'replace'] as const)(
    'one that negotiates anew stays up where a second one gets: %s',
    async (whenAlreadyConnected) => {
      const { port } = await start({ whenAlreadyConnected });
      const { connection, address } = await bringUp(port, ALICE);
      expect(await negotiate(connection, ALICE)).toMatchObject({ kind: 'up', tunnel: { address } });
      expect(router?.connections()).toHaveLength(1);
    },
  );

  test('one that does not sign in is cut off', async () => {
    const { port } = await start({ signInSeconds: 1 });
    // On a busy machine that may be before they are through with the handshake.
    await Promise.allSettled([
      connectTls(port).then(({ ended }) => ended),
      dial(port, ALICE).then(({ connection }) => connection.ended),
    ]);
    await expect.poll(() => router?.openConnections).toBe(0);
  });

  test('200 at once, each with an address of its own; closing leaves nothing', async () => {
    const { port } = await start();
    const tunnels = await Promise.all(Array.from({ length: 200 }, () => bringUp(port, ALICE)));
    expect(new Set(tunnels.map((tunnel) => tunnel.address)).size).toBe(200);
    expect(router?.connections().map((row) => row.vpn)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    await router?.close();
    expect(router?.openConnections).toBe(0);
    expect(router?.connections()).toEqual([]);
    await Promise.all(tunnels.map((tunnel) => tunnel.connection.ended));
  });
});

describe('stored state', () => {
  test('users and certificate outlive the router, in files for its owner alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'emulator-router-'));
    try {
      const first = await start({ folder, users: [] });
      first.users.add(ALICE);
      const { fingerprint } = first.certificate;
      await first.close();
      const second = await start({ folder, users: [] });
      expect(second.problems).toEqual([]);
      expect(second.certificate.fingerprint).toBe(fingerprint);
      await bringUp(second.port, ALICE);
      await second.regenerateCertificate();
      expect(second.certificate.fingerprint).not.toBe(fingerprint);
      for (const file of ['users.json', 'certificate.json']) {
        expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
      }
    } finally {
      await router?.close();
      await rm(folder, { recursive: true });
    }
  });

  test('a one-time password that was used is not good again after a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'emulator-router-'));
    const users = [{ userName: 'bob', motp: MOTP }];
    const code = (steps: number) => ({
      userName: 'bob',
      password: ownMotp(NOW + steps * 10_000, MOTP.secret, MOTP.pin),
    });
    try {
      const first = await start({ folder, users }, { clock: () => NOW });
      await bringUp(first.port, code(0));
      await first.close();
      const second = await start({ folder, users }, { clock: () => NOW + 5000 });
      const { connection, status } = await dial(second.port, code(0));
      connection.close();
      expect(status).toBe(401);
      await bringUp(second.port, code(1));
    } finally {
      await router?.close();
      await rm(folder, { recursive: true });
    }
  });
});
