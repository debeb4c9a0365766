import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { NetworkPlan } from '../client/network/plan.ts';
import { holdingNetwork } from '../client/network/holding-network.ts';
import type { NetworkFailure, TunnelNetwork } from '../client/network/tunnel-network.ts';
import type { SessionOptions } from '../client/session/session-types.ts';
import { silentTun } from '../datapath/testing/silent-tun.ts';
import type { TunDevice } from '../datapath/tun-device.ts';
import { startRouter, type Router, type RouterDependencies } from '../emulator/router.ts';
import type { RouterConfigInput } from '../emulator/config.ts';
import { motpCode, motpCounter } from '../shared/otp/motp.ts';
import { advancedOptionsSchema, type IpProperty } from '../shared/profile.ts';
import { decodeBase32 } from '../shared/otp/base32.ts';
import { totpCode } from '../shared/otp/totp.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { causeOf, PASSWORD_USER, sessionOptionsFor, SessionTrial } from './support/session-trial.ts';

const MOTP = { pin: '1234', secret: 'e3152afee62599c8' };
const TOTP_SECRET = 'JBSWY3DPEHPK3PXP';
const MOTP_USER = { userName: 'bob', motp: MOTP };
const TOTP_USER = { userName: 'carol', password: 'ordinary-password', totp: { secret: TOTP_SECRET } };

const routers: Router[] = [];
const trials: SessionTrial[] = [];

afterEach(async () => {
  for (const trial of trials.splice(0)) await trial.session.cancel();
  for (const router of routers.splice(0)) await router.close();
});

async function start(config: RouterConfigInput = {}, dependencies?: RouterDependencies): Promise<Router> {
  const router = await startRouter(
    {
      listen: { port: 0 },
      users: [PASSWORD_USER, MOTP_USER, TOTP_USER],
      lan: { kind: 'built-in' },
      ...config,
    },
    dependencies,
  );
  routers.push(router);
  return router;
}

function attempt(
  router: Router,
  options: Partial<SessionOptions> = {},
  network?: TunnelNetwork,
): SessionTrial {
  const trial = new SessionTrial(sessionOptionsFor(router, options), {
    network: network && holdingNetwork(network),
  });
  trials.push(trial);
  return trial;
}

function timerCount(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

describe('signing in', () => {
  test.each(['PAP', 'CHAP', 'MS-CHAP', 'MS-CHAPv2'] as const)('with a password by %s', async (mode) => {
    const router = await start({ ppp: { authentication: [mode] } });
    const trial = attempt(router);
    const tunnel = await trial.connected();
    expect(tunnel).toEqual({
      interfaceName: undefined,
      address: '192.168.240.10',
      gateway: '192.168.240.1',
      dns: ['192.168.240.1'],
      mtu: 1442,
      cipher: 'TLSv1.3 TLS_AES_128_GCM_SHA256',
      routerAddress: '127.0.0.1',
      authentication: mode,
    });
    expect(trial.stages).toEqual([
      'resolving',
      'connecting',
      'securing',
      'requesting',
      'negotiating',
      'signing-in',
      'addressing',
    ]);
    expect(router.connections()).toHaveLength(1);
    expect(
      trial.log
        .lines()
        .map((line) => line.text)
        .join('\n'),
    ).not.toContain(PASSWORD_USER.password);
  });

  test.each(['connect', 'ppp', 'both'] as const)(
    'by MS-CHAPv2, whose proof the router has wherever it checks: %s',
    async (checkPasswordAt) => {
      const router = await start({ checkPasswordAt, ppp: { authentication: ['MS-CHAPv2'] } });
      expect((await attempt(router).connected()).authentication).toBe('MS-CHAPv2');
      const code = motpCode(motpCounter(Date.now()), MOTP.secret, MOTP.pin);
      const credentials = { kind: 'code', userName: 'bob', code } as const;
      expect((await attempt(router, { credentials }).connected()).authentication).toBe('MS-CHAPv2');
    },
  );

  test('with a code from a token', async () => {
    const router = await start();
    const code = motpCode(motpCounter(Date.now()), MOTP.secret, MOTP.pin);
    const trial = attempt(router, { credentials: { kind: 'code', userName: 'bob', code } });
    await trial.connected();
    expect(await trial.event('credentials-sent')).toEqual({
      kind: 'credentials-sent',
      motpCounter: undefined,
    });
  });

  test('with the built-in generator, whose code is of the present step', async () => {
    const router = await start();
    const credentials = { kind: 'motp', userName: 'bob', ...MOTP, notBeforeCounter: 0 } as const;
    const earliest = motpCounter(Date.now());
    const trial = attempt(router, { credentials });
    await trial.connected();
    const { motpCounter: counter } = await trial.event('credentials-sent');
    expect(counter).toBeGreaterThanOrEqual(earliest);
    expect(counter).toBeLessThanOrEqual(motpCounter(Date.now()));
  });

  test('the generator waits for a step that is not spent, and can be cancelled meanwhile', async () => {
    const router = await start();
    const timers = timerCount();
    const notBeforeCounter = motpCounter(Date.now()) + 2;
    const credentials = { kind: 'motp', userName: 'bob', ...MOTP, notBeforeCounter } as const;
    const trial = attempt(router, { credentials });
    await new Promise((resolve) => setImmediate(resolve));
    expect(router.openConnections).toBe(0);
    await trial.session.cancel();
    expect(trial.events).toEqual([]);
    expect(timerCount()).toBe(timers);
  });

  test('over an IPv6 address, and by name', async () => {
    const router = await start({ listen: { host: '::1', port: 0 } });
    expect((await attempt(router).connected()).routerAddress).toBe('::1');
    const byName = await start();
    const trial = attempt(byName, { server: 'localhost' });
    expect((await trial.connected()).routerAddress).toBe('127.0.0.1');
  });

  test('a DNS server that cannot be behind the router is not used', async () => {
    const router = await start({ ppp: { dns: ['127.0.0.53', '192.168.240.20'] } });
    expect((await attempt(router).connected()).dns).toEqual(['192.168.240.20']);
  });

  test('a static address', async () => {
    const router = await start();
    const ip: IpProperty = { mode: 'static', address: '192.168.240.77', netmask: '255.255.255.0', dns: [] };
    expect((await attempt(router, { ip }).connected()).address).toBe('192.168.240.77');
  });
});

describe('refused', () => {
  test('a wrong password, wherever the router checks it', async () => {
    for (const checkPasswordAt of ['connect', 'ppp', 'both'] as const) {
      const router = await start({ checkPasswordAt });
      const credentials = { kind: 'password', userName: 'alice', password: 'wrong-horse' } as const;
      const end = await attempt(router, { credentials }).session.ended;
      expect(end).toEqual({
        kind: 'failed',
        cause: { kind: 'credentials-refused' },
        wasConnected: false,
      });
    }
  });

  test.each(['password', 'code'] as const)(
    'whatever the %s: the router says why, in MS-CHAP',
    async (kind) => {
      const users = [{ ...PASSWORD_USER, enabled: false }];
      const ppp = { authentication: ['MS-CHAPv2' as const] };
      const router = await start({ users, ppp, checkPasswordAt: 'ppp' });
      const { userName, password } = PASSWORD_USER;
      const credentials =
        kind === 'password'
          ? ({ kind, userName, password } as const)
          : ({ kind, userName, code: '123456' } as const);
      const cause = causeOf(await attempt(router, { credentials }).session.ended);
      expect(cause).toEqual({ kind: 'credentials-refused', because: 'account-disabled' });
    },
  );

  test('a stale code, with the difference of the clocks', async () => {
    const clock = (): number => Date.now() + 600_000;
    for (const checkPasswordAt of ['connect', 'ppp'] as const) {
      const router = await start({ checkPasswordAt }, { clock });
      const credentials = { kind: 'motp', userName: 'bob', ...MOTP, notBeforeCounter: 0 } as const;
      const cause = causeOf(await attempt(router, { credentials }).session.ended);
      expect(cause).toMatchObject({ kind: 'code-refused', code: 'motp' });
      const difference = 'clockDifferenceSeconds' in cause ? cause.clockDifferenceSeconds : undefined;
      // To the second, but for what a busy machine takes.
      expect(Math.abs((difference ?? 0) - 600)).toBeLessThan(30);
    }
  });

  test('a code that was used before', async () => {
    const router = await start();
    const code = motpCode(motpCounter(Date.now()), MOTP.secret, MOTP.pin);
    const credentials = { kind: 'code', userName: 'bob', code } as const;
    const first = attempt(router, { credentials });
    await first.connected();
    await first.session.cancel();
    expect(causeOf(await attempt(router, { credentials }).session.ended)).toMatchObject({
      kind: 'code-refused',
    });
  });

  test('after too many wrong logins: locked out, and for how long', async () => {
    const router = await start({ bruteForce: { attempts: 2, penaltySeconds: 90 } });
    const credentials = { kind: 'password', userName: 'alice', password: 'wrong-horse' } as const;
    for (let i = 0; i < 2; i++) await attempt(router, { credentials }).session.ended;
    const cause = causeOf(await attempt(router).session.ended);
    expect(cause).toMatchObject({ kind: 'locked-out' });
    const seconds = 'retryAfterSeconds' in cause ? cause.retryAfterSeconds : undefined;
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThanOrEqual(90);
  });

  test('no room and no address', async () => {
    const full = await start({ sessionLimit: 1 });
    await attempt(full).connected();
    const exhausted = { kind: 'no-address', reason: 'pool-exhausted' };
    expect(causeOf(await attempt(full).session.ended)).toEqual(exhausted);
    const small = await start({ ppp: { addressPool: { start: '192.168.240.10', count: 1 } } });
    await attempt(small).connected();
    expect(causeOf(await attempt(small).session.ended)).toEqual(exhausted);
  });

  test('an unknown certificate, before any credential leaves', async () => {
    const router = await start();
    const { tls } = sessionOptionsFor(router);
    const trial = attempt(router, { tls: { ...tls, trustedPublicKeySha256: undefined } });
    expect(causeOf(await trial.session.ended)).toMatchObject({
      kind: 'certificate-unknown',
      problem: 'self-signed',
      certificate: router.certificate.fingerprint
        ? { fingerprint: router.certificate.fingerprint }
        : undefined,
    });
    expect(trial.events.map((event) => event.kind)).not.toContain('credentials-sent');
  });

  test('a certificate that has changed, before any credential leaves', async () => {
    const router = await start();
    const { tls } = sessionOptionsFor(router);
    await router.regenerateCertificate();
    const trial = attempt(router, { tls });
    expect(causeOf(await trial.session.ended)).toMatchObject({
      kind: 'certificate-changed',
      trustedPublicKeySha256: tls.trustedPublicKeySha256,
    });
    expect(trial.events.map((event) => event.kind)).not.toContain('credentials-sent');
  });

  test('a name that does not exist', async () => {
    const router = await start();
    const cause = causeOf(await attempt(router, { server: 'router.invalid' }).session.ended);
    expect(['name-not-found', 'network-unreachable']).toContain(cause.kind);
  });
});

describe('the second step', () => {
  const credentials = {
    kind: 'password',
    userName: TOTP_USER.userName,
    password: TOTP_USER.password,
  } as const;

  function code(milliseconds = Date.now()): string {
    const secret = decodeBase32(TOTP_SECRET);
    if (!secret.ok) throw new Error('no Base 32');
    return totpCode(milliseconds, secret.value);
  }

  test('a wrong code is asked for again, the right one opens the tunnel', async () => {
    const router = await start();
    const trial = attempt(router, { credentials, secondStep: true });
    const before = Date.now();
    const asked = await trial.event('second-step');
    expect(asked.refused).toBe(false);
    expect(asked.deadline).toBeGreaterThan(before + 100_000);
    trial.session.submitSecondStep('000000' === code() ? '000001' : '000000');
    await trial.event('second-step', (event) => event.refused);
    trial.session.submitSecondStep(code());
    await trial.connected();
    expect(
      trial.log
        .lines()
        .map((line) => line.text)
        .join('\n'),
    ).not.toContain(code());
  });

  test('three wrong codes end it', async () => {
    const router = await start();
    const trial = new SessionTrial(
      sessionOptionsFor(router, { credentials, secondStep: true }),
      {},
      (event, session) => {
        if (event.kind === 'second-step') session.submitSecondStep(code(0));
      },
    );
    expect(causeOf(await trial.session.ended)).toMatchObject({ kind: 'code-refused', code: 'totp' });
  });

  test('no code in time', async () => {
    const router = await start();
    const deadlines = { 'second-step': 200 };
    const trial = attempt(router, { credentials, secondStep: true, deadlines });
    expect(causeOf(await trial.session.ended)).toEqual({
      kind: 'timed-out',
      stage: 'second-step',
      seconds: 0.2,
    });
  });

  test('a user without one is not asked', async () => {
    const router = await start();
    const trial = attempt(router, { secondStep: true });
    await trial.connected();
    expect(trial.stages).toContain('second-step');
    expect(trial.events.map((event) => event.kind)).not.toContain('second-step');
  });
});

describe('the standing tunnel', () => {
  test('tells the round trip to the router inside it', async () => {
    const router = await start();
    const trial = attempt(router);
    await trial.connected();
    const milliseconds = await trial.session.measureRoundTrip();
    expect(milliseconds).toBeGreaterThan(0);
    expect(await trial.event('round-trip')).toEqual({ kind: 'round-trip', milliseconds });
    expect(trial.session.counters()).toMatchObject({ receivedPackets: 1, sentPackets: 1 });
  });

  test('an administrator’s Drop is the router’s goodbye', async () => {
    const router = await start();
    const trial = attempt(router);
    await trial.connected();
    expect(router.drop(router.connections()[0]?.vpn ?? 0)).toBe(true);
    expect(await trial.session.ended).toEqual({
      kind: 'failed',
      cause: { kind: 'router-closed', when: 'connected' },
      wasConnected: true,
    });
  });

  test('our leaving is told the router at once', async () => {
    const router = await start();
    const trial = attempt(router);
    await trial.connected();
    await trial.session.cancel();
    await expect.poll(() => router.connections()).toEqual([]);
    expect(router.syslog.lines().at(-1)).toContain('[H2L][DOWN][SSLTunnel][@alice]');
  });
});

/** The edge of the machine: a device in memory, and a record of what was done to the system. */
class MemoryNetwork implements TunnelNetwork {
  readonly done: string[] = [];
  readonly written: Uint8Array[] = [];
  plan: NetworkPlan | undefined;
  goneAway: () => void = () => undefined;
  readonly #until: Promise<void>;

  constructor(until: Promise<void> = Promise.resolve()) {
    this.#until = until;
  }

  check(): Promise<Result<void, NetworkFailure>> {
    return Promise.resolve(ok(undefined));
  }

  async bringUp(plan: NetworkPlan, calledOff: AbortSignal) {
    this.plan = plan;
    this.done.push('begin');
    await this.#until;
    if (calledOff.aborted) this.done.push('called off');
    this.done.push('up');
    const takeDown = (): Promise<void> => {
      this.done.push('down');
      return Promise.resolve();
    };
    return { ok: true, value: { tun: this.#device(plan.interfaceName), takeDown } } as const;
  }

  recover(): Promise<string[]> {
    return Promise.resolve([]);
  }

  #device(name: string): TunDevice {
    return silentTun(name, {
      write: (source, start, end) => {
        this.written.push(new Uint8Array(source.subarray(start, end)));
        return true;
      },
      onGone: (callback) => {
        this.goneAway = callback;
      },
    });
  }
}

describe('the device', () => {
  test('is set up by the addresses that the router gave, and taken down at the end', async () => {
    const router = await start();
    const network = new MemoryNetwork();
    const trial = attempt(router, { device: 'tun' }, network);
    expect((await trial.connected()).interfaceName).toBe('svpn0');
    expect(network.plan).toMatchObject({
      address: '192.168.240.10',
      gateway: '192.168.240.1',
      endpoint: '127.0.0.1',
      mtu: 1442,
      mode: 'full',
    });
    await trial.session.cancel();
    expect(network.done).toEqual(['begin', 'up', 'down']);
  });

  test('a cancel while it is set up waits for it and takes it down', async () => {
    const router = await start();
    let finish: () => void = () => undefined;
    const network = new MemoryNetwork(new Promise((resolve) => (finish = resolve)));
    const trial = attempt(router, { device: 'tun' }, network);
    await trial.event('stage', (event) => event.stage === 'configuring');
    const cancelled = trial.session.cancel();
    finish();
    await cancelled;
    expect(network.done).toEqual(['begin', 'called off', 'up', 'down']);
    expect(trial.events.map((event) => event.kind)).not.toContain('connected');
  });

  test('stays when the profile blocks and the tunnel drops, and goes when the user ends it', async () => {
    const router = await start();
    const advanced = advancedOptionsSchema.parse({ blockWhenDown: true });
    const network = holdingNetwork(new MemoryNetwork());
    const dropped = new SessionTrial(sessionOptionsFor(router, { device: 'tun', advanced }), { network });
    await dropped.connected();
    expect(network.isBlocking).toBe(false);
    router.drop(router.connections()[0]?.vpn ?? 0);
    await dropped.session.ended;
    expect(network.isBlocking).toBe(true);
    await network.release();
    const ended = new SessionTrial(sessionOptionsFor(router, { device: 'tun', advanced }), { network });
    await ended.connected();
    await ended.session.cancel();
    expect(network.isBlocking).toBe(false);
  });

  test('that somebody removes ends the tunnel', async () => {
    const router = await start();
    const network = new MemoryNetwork();
    const trial = attempt(router, { device: 'tun' }, network);
    await trial.connected();
    network.goneAway();
    expect(causeOf(await trial.session.ended)).toMatchObject({
      kind: 'network-setup-failed',
      step: 'device',
    });
    expect(network.done.at(-1)).toBe('down');
  });

  test('that cannot be had is said so before anything leaves', async () => {
    const router = await start();
    const refused = { kind: 'device-not-permitted', missing: 'privilege' } as const;
    class Forbidden extends MemoryNetwork {
      override check() {
        return Promise.resolve(err(refused));
      }
    }
    const nowhere = attempt(router, { device: 'tun' });
    const forbidden = attempt(router, { device: 'tun' }, new Forbidden());
    expect(causeOf(await nowhere.session.ended)).toEqual({ ...refused, missing: 'platform' });
    expect(causeOf(await forbidden.session.ended)).toEqual(refused);
    expect([...nowhere.events, ...forbidden.events]).toEqual([]);
    expect(router.openConnections).toBe(0);
  });

  test('a ping of ours is not handed to it', async () => {
    const router = await start();
    const network = new MemoryNetwork();
    const trial = attempt(router, { device: 'tun' }, network);
    await trial.connected();
    expect(await trial.session.measureRoundTrip()).toBeGreaterThan(0);
    expect(network.written).toEqual([]);
  });
});

test('names and passwords outside ASCII go through unharmed', async () => {
  const password = `${randomBytes(30).toString('base64')}:ß€`;
  const router = await start({ users: [{ userName: 'Zoë ♥', password }] });
  const credentials = { kind: 'password', userName: 'Zoë ♥', password } as const;
  const tunnel = await attempt(router, { credentials }).connected();
  expect(tunnel.address).toBe('192.168.240.10');
});
