import { afterEach, describe, expect, test } from 'vitest';
import { encodeBase32 } from '../shared/otp/base32.ts';
import { totpCode } from '../shared/otp/totp.ts';
import type { RouterConfigInput } from './config.ts';
import type { Lan, LanSession } from './lan/lan.ts';
import { type Router, type RouterDependencies, startRouter } from './router.ts';
import { reasonText } from './router-lan.ts';
import { type RawConnection, bringUp, dial } from './testing/raw-client.ts';
import { testTls } from './testing/test-certificate.ts';

const NOW = 1_658_922_980_000;
const KEY = new TextEncoder().encode('12345678901234567890');
const ALICE = { userName: 'alice', password: 'open sesame' };
const CAREFUL = { ...ALICE, totp: { secret: encodeBase32(KEY) } };

let router: Router | undefined;
afterEach(async () => {
  await router?.close();
  router = undefined;
});

async function start(config: RouterConfigInput, dependencies: RouterDependencies): Promise<Router> {
  const tls = await testTls();
  router = await startRouter({ ...config, listen: { port: 0 }, tls }, { clock: () => NOW, ...dependencies });
  return router;
}

/** A LAN that sends every packet back with its addresses exchanged, and shows its sessions. */
function echoLan() {
  const sessions: LanSession[] = [];
  const log: string[] = [];
  const lan: Lan = {
    attach(session) {
      sessions.push(session);
      log.push(`attach ${session.address} ${session.mtu}`);
      return {
        receive(bytes, start, end) {
          const packet = Buffer.from(bytes.subarray(start, end));
          const source = Buffer.from(packet.subarray(12, 16));
          packet.copyWithin(12, 16, 20);
          packet.set(source, 16);
          session.send(packet, 0, packet.length);
        },
        drained: () => log.push('drained'),
        detach: () => log.push(`detach ${session.address}`),
      };
    },
    close() {
      log.push('close');
      return Promise.resolve();
    },
  };
  return { lan, sessions, log };
}

function packet(source: string, destination: string, length = 20): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.set([0x45, 0]);
  bytes.writeUInt16BE(length, 2);
  bytes.set(source.split('.').map(Number), 12);
  bytes.set(destination.split('.').map(Number), 16);
  return bytes;
}

async function nextPacket(connection: RawConnection): Promise<string> {
  const frame = await connection.readFrame();
  return frame?.payload.toString('hex') ?? 'end';
}

describe('packets', () => {
  test('go to the LAN and come back, and are counted', async () => {
    const { lan, log } = echoLan();
    await start({ users: [ALICE] }, { lan });
    const { connection, address } = await bringUp(router?.port ?? 0, ALICE);
    connection.sendPacket(packet(address, '10.1.2.3', 100));
    expect(await nextPacket(connection)).toBe(`ff030021${packet('10.1.2.3', address, 100).toString('hex')}`);
    expect(router?.connections()[0]).toMatchObject({
      rxPackets: 1,
      rxBytes: 100,
      txPackets: 1,
      txBytes: 100,
    });
    expect(log).toEqual([`attach ${address} 1442`]);
    connection.close();
    await expect.poll(() => log).toEqual([`attach ${address} 1442`, `detach ${address}`]);
    await router?.close();
    expect(log.at(-1)).toBe('close');
  });

  test("longer than the client's MRU are not sent to it", async () => {
    const { lan, sessions } = echoLan();
    await start({ users: [ALICE] }, { lan });
    const { connection, address } = await bringUp(router?.port ?? 0, ALICE);
    const session = sessions[0];
    expect(session?.send(packet('10.1.2.3', address, 1443), 0, 1443)).toBe(true);
    expect(session?.send(packet('10.1.2.3', address, 1442), 0, 1442)).toBe(true);
    expect((await nextPacket(connection)).length / 2).toBe(1442 + 4);
  });

  test('are not taken once the session is over', async () => {
    const { lan, sessions } = echoLan();
    await start({ users: [ALICE] }, { lan });
    const { connection, address } = await bringUp(router?.port ?? 0, ALICE);
    router?.drop(1);
    await connection.ended;
    expect(sessions[0]?.send(packet('10.1.2.3', address), 0, 20)).toBe(false);
  });

  test('find a LAN that holds back and goes on when there is room', async () => {
    const { lan, sessions, log } = echoLan();
    await start({ users: [ALICE] }, { lan });
    const { connection, address } = await bringUp(router?.port ?? 0, ALICE);
    connection.socket.pause();
    const big = packet('10.1.2.3', address, 1400);
    let taken = 0;
    while (sessions[0]?.send(big, 0, big.length) === true) taken += 1;
    expect(taken).toBeGreaterThan(10);
    expect(taken).toBeLessThan(100);
    connection.socket.resume();
    await expect.poll(() => log).toContain('drained');
    expect(sessions[0]?.send(big, 0, big.length)).toBe(true);
  });

  test('to the router inside the tunnel are answered by the built-in LAN', async () => {
    await start({ users: [ALICE], lan: { kind: 'built-in' } }, {});
    const { connection, address } = await bringUp(router?.port ?? 0, ALICE);
    const echo = packet(address, '192.168.240.1', 32);
    echo.set([64, 1], 8);
    echo.writeUInt16BE(headerSum(echo.subarray(0, 20)), 10);
    echo.set([8, 0, 0, 0, 0x12, 0x34, 0, 1, 1, 2, 3, 4], 20);
    echo.writeUInt16BE(headerSum(echo.subarray(20)), 22);
    connection.sendPacket(echo);
    const answer = await connection.readFrame();
    expect(answer?.payload.subarray(4 + 12, 4 + 20)).toEqual(packet('192.168.240.1', address).subarray(12));
    expect(answer?.payload.subarray(24, 26)).toEqual(Buffer.from([0, 0]));
    expect(answer?.payload.subarray(28)).toEqual(echo.subarray(24));
  });
});

describe("TOTP's second step", () => {
  test('nothing but the router is reached until a right code came', async () => {
    const { lan, sessions } = echoLan();
    await start({ users: [CAREFUL] }, { lan });
    const { connection, address } = await bringUp(router?.port ?? 0, ALICE);
    const [session] = sessions;
    expect(session?.secondStep.due()).toBe(true);
    expect(session?.secondStep.ifno).toBe(1);
    expect(router?.connections()[0]?.authenticated).toBe(false);
    connection.sendPacket(packet(address, '10.1.2.3'));
    connection.sendPacket(packet(address, '192.168.240.1'));
    expect(await nextPacket(connection)).toBe(`ff030021${packet('192.168.240.1', address).toString('hex')}`);
    expect(session?.send(packet('10.1.2.3', address), 0, 20)).toBe(true);
    expect(session?.secondStep.submit('000000')).toBe(false);
    expect(session?.secondStep.due()).toBe(true);
    expect(session?.secondStep.submit(totpCode(NOW, KEY))).toBe(true);
    expect(session?.secondStep.due()).toBe(false);
    expect(router?.connections()[0]?.authenticated).toBe(true);
    connection.sendPacket(packet(address, '10.1.2.3'));
    expect(await nextPacket(connection)).toBe(`ff030021${packet('10.1.2.3', address).toString('hex')}`);
    expect(router?.syslog.lines().slice(-2)).toEqual([
      '[MFA] One-time password of alice rejected',
      '[MFA] One-time password of alice accepted',
    ]);
  });

  test('is due for each session, with a code of its own', async () => {
    const { lan, sessions } = echoLan();
    await start({ users: [CAREFUL] }, { lan });
    await bringUp(router?.port ?? 0, ALICE);
    await bringUp(router?.port ?? 0, ALICE);
    const code = totpCode(NOW, KEY);
    expect(sessions.map((session) => session.secondStep.submit(code))).toEqual([true, false]);
    expect(sessions[1]?.secondStep.due()).toBe(true);
  });

  test('is not due again for the bypass time', async () => {
    const { lan, sessions } = echoLan();
    await start({ users: [CAREFUL], mfaBypassHours: 1 }, { lan });
    await bringUp(router?.port ?? 0, ALICE);
    sessions[0]?.secondStep.submit(totpCode(NOW, KEY));
    await bringUp(router?.port ?? 0, ALICE);
    expect(sessions[1]?.secondStep.due()).toBe(false);
  });

  test('is not guessed at: wrong codes count as wrong passwords do, and a blocked address is not heard', async () => {
    let now = NOW;
    const { lan, sessions } = echoLan();
    const bruteForce = { attempts: 4, penaltySeconds: 60 };
    await start({ users: [CAREFUL], bruteForce }, { lan, clock: () => now });
    const guess = async () => {
      await bringUp(router?.port ?? 0, ALICE);
      return sessions.at(-1)?.secondStep.submit('000000');
    };
    // signing in anew with the right password does not begin the count again
    expect([await guess(), await guess(), await guess(), await guess()]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(router?.syslog.lines().at(-1)).toBe(
      '[BFP] Brute force protection: 127.0.0.1 blocked for 60 seconds',
    );
    const step = sessions.at(-1)?.secondStep;
    expect(step?.submit(totpCode(now, KEY))).toBe(false);
    expect(step?.due()).toBe(true);
    const { connection, status } = await dial(router?.port ?? 0, ALICE);
    connection.close();
    expect(status).toBe(403);
    now += 60_000;
    expect(step?.submit(totpCode(now, KEY))).toBe(true);
  });

  test('is not due for a user without it', async () => {
    const { lan, sessions } = echoLan();
    await start({ users: [ALICE] }, { lan });
    await bringUp(router?.port ?? 0, ALICE);
    expect(sessions[0]?.secondStep.due()).toBe(false);
  });
});

/** RFC 1071, over bytes whose own checksum field is zero. */
function headerSum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

test.each([
  [{ kind: 'device-not-permitted', missing: 'privilege' }, 'that takes root or CAP_NET_ADMIN'],
  [{ kind: 'device-exists', name: 'vigor0' }, 'there is a device named vigor0 already'],
  [
    { kind: 'network-setup-failed', step: 'ip route add 10.9.0.1/24 dev vigor0', detail: 'Invalid argument' },
    'ip route add 10.9.0.1/24 dev vigor0: Invalid argument',
  ],
] as const)('why there is no device is said in words: %o', (failure, words) => {
  expect(reasonText(failure)).toContain(words);
});
