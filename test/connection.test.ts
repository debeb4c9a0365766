import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Connection } from '../client/connection/connection.ts';
import { createLog } from '../client/log.ts';
import { startSession } from '../client/session/session.ts';
import { MemorySecretStore } from '../client/store/secret-store.ts';
import { startRouter, type Router } from '../emulator/router.ts';
import type { ConnectionState, ConnectionStatistics, HistoryEntry } from '../shared/connection.ts';
import { motpCode, motpCounter } from '../shared/otp/motp.ts';
import { profileSchema, type Profile, type ProfileInput } from '../shared/profile.ts';
import { ok } from '../shared/result.ts';
import { PASSWORD_USER, turnsUntil } from './support/session-trial.ts';

const MOTP = { pin: '1234', secret: 'e3152afee62599c8' };
const MOTP_USER = { userName: 'bob', motp: MOTP };

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function startTestRouter(): Promise<Router> {
  const router = await startRouter({
    listen: { port: 0 },
    users: [PASSWORD_USER, MOTP_USER],
    lan: { kind: 'built-in' },
  });
  closing.push(() => router.close());
  return router;
}

/** A port that leads to the router, until it is cut: then all connections through it break. */
async function wireTo(router: Router): Promise<{ readonly port: number; cut(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(router.port, router.host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
    sockets.clear();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    cut();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, cut };
}

/** A store in memory, with what was kept in it. */
class Kept {
  profile: Profile;
  readonly entries: HistoryEntry[] = [];
  readonly profiles = {
    change: (_id: string, edit: (profile: Profile) => Profile) => {
      this.profile = edit(this.profile);
      return Promise.resolve(ok(this.profile));
    },
  };
  readonly history = {
    append: (entry: HistoryEntry) => {
      this.entries.push(entry);
      return Promise.resolve(ok(undefined));
    },
  };

  constructor(profile: Profile) {
    this.profile = profile;
  }
}

function connectionTo(router: Router, input: Partial<ProfileInput> = {}) {
  const profile = profileSchema.parse({
    id: '6f7e0f5e-33b0-4b0c-9a39-3d6d5d3c9c11',
    name: 'Office',
    server: router.host,
    port: router.port,
    userName: 'alice',
    trustedCertificate: {
      publicKeySha256: router.certificate.publicKeySha256,
      trustedAt: '2026-01-01T00:00:00Z',
    },
    ...input,
  });
  const kept = new Kept(profile);
  const secrets = new MemorySecretStore();
  const log = createLog();
  const connection = new Connection(profile, {
    startSession,
    network: undefined,
    secrets,
    store: kept,
    log,
    // The longest part of a delay is taken away.
    random: () => 0.99,
  });
  closing.push(() => connection.disconnect());
  return { connection, kept, secrets, log, profile };
}

function stateOf<S extends ConnectionState['state']>(
  connection: Connection,
  name: S,
): Promise<Extract<ConnectionState, { state: S }>> {
  const isIt = (state: ConnectionState): state is Extract<ConnectionState, { state: S }> =>
    state.state === name;
  return new Promise((resolve) => {
    const look = (state: ConnectionState): void => {
      if (!isIt(state)) return;
      unsubscribe();
      resolve(state);
    };
    const unsubscribe = connection.subscribe(look);
    look(connection.state);
  });
}

describe('a connection', () => {
  test('asks, trusts, connects, is measured, and leaves an entry in the history', async () => {
    const router = await startTestRouter();
    const { connection, kept, secrets, log, profile } = connectionTo(router, {
      userName: '',
      trustedCertificate: undefined,
    });
    connection.connect('none');
    expect((await stateOf(connection, 'prompting')).prompt).toMatchObject({ asks: 'password' });
    expect(connection.submitCredentials({ userName: 'alice', secret: '' })).toBe('no-password');
    connection.submitCredentials({ userName: 'alice', secret: PASSWORD_USER.password });
    await stateOf(connection, 'connecting');
    expect((await stateOf(connection, 'prompting')).prompt).toMatchObject({
      kind: 'certificate',
      cause: { kind: 'certificate-unknown', certificate: { fingerprint: router.certificate.fingerprint } },
    });
    connection.trustCertificate();
    const { tunnel } = await stateOf(connection, 'connected');
    expect(tunnel.address).toBe('192.168.240.10');
    expect(kept.profile.userName).toBe('alice');
    expect(kept.profile.trustedCertificate?.publicKeySha256).toBe(router.certificate.publicKeySha256);
    expect(await secrets.get(profile.id, 'password')).toEqual(ok(PASSWORD_USER.password));

    const statistics = await new Promise<ConnectionStatistics>((resolve) => {
      const stop = connection.watchStatistics((sample) => {
        if (sample.roundTrip === undefined) return;
        stop();
        resolve(sample);
      }, 200);
    });
    expect(statistics.roundTrip).toBeGreaterThan(0);
    expect(statistics.sentPackets).toBeGreaterThan(0);

    await connection.disconnect();
    expect(connection.state).toEqual({ state: 'disconnected' });
    expect(connection.statistics()).toBeUndefined();
    expect(kept.entries).toMatchObject([{ address: '192.168.240.10', end: 'user' }]);
    const written = log.lines().map((line) => line.text);
    expect(written.join('\n')).not.toContain(PASSWORD_USER.password);
  });

  test('comes back by itself when the link breaks', async () => {
    const router = await startTestRouter();
    const wire = await wireTo(router);
    const { connection, kept, secrets, profile } = connectionTo(router, { port: wire.port });
    await secrets.set(profile.id, 'password', PASSWORD_USER.password);
    connection.connect('none');
    await stateOf(connection, 'connected');
    wire.cut();
    expect(await stateOf(connection, 'waiting')).toMatchObject({
      attempt: 1,
      because: { kind: 'link-lost' },
    });
    await stateOf(connection, 'connected');
    expect(kept.entries).toMatchObject([{ end: 'link-lost' }]);
    wire.cut();
    await stateOf(connection, 'waiting');
    connection.retryNow();
    // The tunnel that was made anew has not stood for long.
    expect(connection.state).toMatchObject({ state: 'connecting', attempt: 2 });
    await stateOf(connection, 'connected');
  });

  test('with typed codes it asks for a new one when the link breaks', async () => {
    const router = await startTestRouter();
    const wire = await wireTo(router);
    const { connection } = connectionTo(router, {
      authentication: 'motp',
      userName: 'bob',
      port: wire.port,
    });
    connection.connect('none');
    expect((await stateOf(connection, 'prompting')).prompt).toMatchObject({ asks: 'motp-code' });
    const code = motpCode(motpCounter(Date.now()), MOTP.secret, MOTP.pin);
    connection.submitCredentials({ userName: 'bob', secret: code.toUpperCase() });
    await stateOf(connection, 'connected');
    wire.cut();
    expect((await stateOf(connection, 'prompting')).prompt).toMatchObject({
      asks: 'motp-code',
      because: { kind: 'link-lost' },
    });
    const { prompt } = await stateOf(connection, 'prompting');
    expect(connection.submitCredentials({ userName: 'bob', secret: code })).toBe('code-used');
    // Asked anew, for whoever has not looked at the answer.
    expect((await stateOf(connection, 'prompting')).prompt).not.toBe(prompt);
  });

  test('does not come back when the administrator dropped it', async () => {
    const router = await startTestRouter();
    const { connection, secrets, profile } = connectionTo(router);
    await secrets.set(profile.id, 'password', PASSWORD_USER.password);
    connection.connect('none');
    await stateOf(connection, 'connected');
    router.drop(router.connections()[0]?.vpn ?? 0);
    expect(await stateOf(connection, 'failed')).toMatchObject({
      cause: { kind: 'router-closed', when: 'connected' },
    });
  });

  test('a wrong PIN is refused once, and asked for again on the next "Connect"', async () => {
    const router = await startTestRouter();
    const { connection, secrets, profile } = connectionTo(router, {
      authentication: 'motp',
      userName: 'bob',
    });
    await secrets.set(profile.id, 'motp-secret', MOTP.secret);
    connection.connect('none');
    expect((await stateOf(connection, 'prompting')).prompt).toMatchObject({ asks: 'motp-pin' });
    expect(connection.submitCredentials({ userName: 'bob', secret: '99' })).toBe('not-a-pin');
    connection.submitCredentials({ userName: 'bob', secret: '9999' });
    expect(await stateOf(connection, 'failed')).toMatchObject({ cause: { kind: 'code-refused' } });
    connection.connect('none');
    expect((await stateOf(connection, 'prompting')).prompt).toMatchObject({
      because: { kind: 'code-refused' },
    });
    connection.dismissPrompt();
    expect(connection.state).toEqual({ state: 'disconnected' });
  });

  test('that nobody watches keeps only its keep-alive timer', async () => {
    const router = await startTestRouter();
    const { connection, secrets, profile } = connectionTo(router);
    await secrets.set(profile.id, 'password', PASSWORD_USER.password);
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    connection.connect('none');
    await stateOf(connection, 'connected');
    const idle = timers();
    const stop = connection.watchStatistics(() => undefined, 1000);
    expect(timers()).toBeGreaterThan(idle);
    stop();
    await connection.disconnect();
    expect(idle).toBeGreaterThan(before);
    // The router's own timers go a moment later.
    await turnsUntil(() => timers() <= before);
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
