import { fork } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createLog, type Log } from '../../client/log.ts';
import type { SessionEvent, SessionOptions } from '../../client/session/session-types.ts';
import { fromTunnelSchema, toTunnelSchema } from '../../client/tunnel-process/tunnel-messages.ts';
import { TunnelProxy, type TunnelProcess } from '../../client/tunnel-process/tunnel-proxy.ts';
import { advancedOptionsSchema } from '../../shared/profile.ts';

const FIXTURE = new URL('fixtures/scripted-tunnels.ts', import.meta.url);

function asWorker(): TunnelProcess {
  const worker = new Worker(FIXTURE);
  return {
    send: (message) => {
      worker.postMessage(message, []);
    },
    onMessage: (listener) => worker.on('message', listener),
    onExit: (listener) => worker.once('exit', (code) => listener(`exit code ${code}`)),
    kill: () => void worker.terminate(),
  };
}

function asProcess(): TunnelProcess {
  const child = fork(FIXTURE, { serialization: 'advanced' });
  return {
    send: (message) => {
      if (child.connected) child.send(Object(message));
    },
    onMessage: (listener) => child.on('message', listener),
    onExit: (listener) => child.once('exit', (code) => listener(`exit code ${String(code)}`)),
    kill: () => child.kill(),
  };
}

const proxies: TunnelProxy[] = [];
afterEach(() => {
  for (const proxy of proxies.splice(0)) proxy.close();
});

function proxied(spawn: () => TunnelProcess, cancelPatienceMilliseconds = 5000) {
  const log: Log = createLog();
  const crashes: string[] = [];
  const proxy = new TunnelProxy({
    spawn,
    log,
    onCrash: (detail) => crashes.push(detail),
    cancelPatienceMilliseconds,
  });
  proxies.push(proxy);
  const start = (server: string) => {
    const events: SessionEvent[] = [];
    const connected = Promise.withResolvers<undefined>();
    const session = proxy.startSession(optionsFor(server), { network: undefined, log }, (event) => {
      events.push(event);
      if (event.kind === 'connected') connected.resolve(undefined);
    });
    return { session, events, connected: connected.promise };
  };
  return { proxy, log, crashes, start };
}

function optionsFor(server: string): SessionOptions {
  return {
    server,
    port: 443,
    credentials: {
      kind: 'motp',
      userName: 'vera',
      secret: '0123456789abcdef',
      pin: '1234',
      notBeforeCounter: 5,
    },
    tls: { verify: true, trustedPublicKeySha256: undefined, minimumTls: '1.2', legacyRenegotiation: false },
    ip: { mode: 'auto' },
    advanced: advancedOptionsSchema.parse({}),
    secondStep: false,
    device: 'tun',
    deadlines: { securing: 1000 },
  };
}

describe('the network that is held there', () => {
  async function holding() {
    const all = proxied(asWorker);
    const blocking: boolean[] = [];
    const changed = Promise.withResolvers<undefined>();
    all.proxy.network.onBlocking((isBlocking) => {
      blocking.push(isBlocking);
      if (!isBlocking) changed.resolve(undefined);
    });
    const { session, connected } = all.start('hold');
    await connected;
    expect(blocking).toEqual([true]);
    return { ...all, session, blocking, changed: changed.promise };
  }

  test('is released when asked to', async () => {
    const { proxy, blocking } = await holding();
    await proxy.network.release();
    expect(blocking).toEqual([true, false]);
  });

  test('is looked after when asked to', async () => {
    const { proxy, changed } = await holding();
    proxy.network.verify();
    await changed;
    expect(proxy.network.isBlocking).toBe(false);
  });

  test('is gone with the process before anybody hears of its sessions’ end', async () => {
    const { proxy, start, session } = await holding();
    const blockingAtEnd = session.ended.then(() => proxy.network.isBlocking);
    start('crash');
    expect(await blockingAtEnd).toBe(false);
    await proxy.network.release();
  });

  test('a session hears of a network that has changed', async () => {
    const { session } = await holding();
    session.networkChanged();
    expect(await session.ended).toMatchObject({ cause: { kind: 'peer-silent' } });
  });
});

describe.each([
  ['a worker thread', asWorker],
  ['a process', asProcess],
])('in %s', (_name, spawn) => {
  test('a session behaves as one that runs here', async () => {
    const { start, log } = proxied(spawn);
    const { session, events, connected } = start('router');
    expect(events).toEqual([]);
    await connected;
    expect(events).toEqual([
      { kind: 'stage', stage: 'resolving' },
      { kind: 'credentials-sent', motpCounter: 7 },
      {
        kind: 'connected',
        tunnel: expect.objectContaining({ address: '192.168.1.10', interfaceName: undefined }),
      },
    ]);
    expect(await session.measureRoundTrip()).toBe(12.5);
    const before = session.counters().receivedBytes;
    await expect.poll(() => session.counters().receivedBytes).toBeGreaterThan(before);
    session.submitSecondStep('123456');
    await session.cancel();
    expect(await session.ended).toEqual({ kind: 'cancelled' });
    expect(session.counters().receivedBytes).toBeGreaterThan(0);
    const text = log
      .lines()
      .map((line) => line.text)
      .join('\n');
    expect(text).toContain('Dialling router');
    expect(text).not.toContain('computed-code-1f');
    expect(text).not.toContain('123456');
  });

  test('a failure arrives with its cause', async () => {
    const { session } = proxied(spawn).start('refuse');
    expect(await session.ended).toEqual({
      kind: 'failed',
      cause: { kind: 'credentials-refused' },
      wasConnected: false,
    });
  });

  test('what a former run left is mended there', async () => {
    expect(await proxied(spawn).proxy.network.recover()).toEqual(['A route was removed.']);
  });

  test('mending that takes too long is called off there', async () => {
    const { start, proxy } = proxied(spawn);
    const { connected, session } = start('slow');
    await connected;
    const calledOff = new AbortController();
    const mending = proxy.network.recover(calledOff.signal);
    calledOff.abort();
    expect(await mending).toEqual(['The rest is left to the next time.']);
    await session.cancel();
  });

  test('a crash ends every session with an internal cause, and the next one runs in a new process', async () => {
    const { start, crashes, proxy } = proxied(spawn);
    const other = start('router');
    await other.connected;
    const { session } = start('crash');
    const answer = other.session.measureRoundTrip();
    expect(await session.ended).toMatchObject({ kind: 'failed', cause: { kind: 'internal' } });
    expect(await other.session.ended).toMatchObject({ kind: 'failed', wasConnected: true });
    await answer;
    expect(await other.session.measureRoundTrip()).toBeUndefined();
    expect(crashes).toEqual(['exit code 3']);
    await other.session.cancel();
    const again = start('router');
    await again.connected;
    expect(await proxy.network.recover()).toHaveLength(1);
    await again.session.cancel();
  });

  test('one that hangs is ended, and counts as cancelled', async () => {
    const { start, log } = proxied(spawn, 50);
    const { session, connected } = start('hang');
    await connected;
    await session.cancel();
    expect(await session.ended).toEqual({ kind: 'cancelled' });
    expect(log.lines().some(({ text }) => text.includes('does not answer'))).toBe(true);
  });

  test('a message that is none is noted and changes nothing', async () => {
    const { start, log } = proxied(spawn);
    const { session, connected } = start('garbage');
    await connected;
    expect(log.lines().some(({ level }) => level === 'error')).toBe(true);
    await session.cancel();
  });
});

test('after the end no process is started any more', async () => {
  let spawned = 0;
  const { proxy, start } = proxied(() => {
    spawned += 1;
    return asWorker();
  });
  proxy.close();
  expect(await start('router').session.ended).toMatchObject({ kind: 'failed', cause: { kind: 'internal' } });
  expect(await proxy.network.recover()).toEqual([]);
  expect(spawned).toBe(0);
});

test('any garbage is refused by both parsers, and nothing throws', () => {
  fc.assert(
    fc.property(fc.anything(), (garbage) => {
      expect(fromTunnelSchema.safeParse(garbage).success).toBe(false);
      expect(toTunnelSchema.safeParse(garbage).success).toBe(false);
    }),
  );
});

test('options cross whole', () => {
  const options = optionsFor('router');
  const message = { message: 'start', session: 1, options };
  expect(toTunnelSchema.parse(structuredClone(message))).toEqual(message);
});
