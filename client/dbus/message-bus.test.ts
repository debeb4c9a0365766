import { spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { type MessageBus as ServiceBus, sessionBus } from '@jellybrick/dbus-next';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type SessionBus, startSessionBus } from '../../test/support/session-bus.ts';
import { type MessageBus, connectBus } from './message-bus.ts';

const BUSES_POSSIBLE = spawnSync('dbus-daemon', ['--version']).status === 0;
const NAME = 'org.example.Silent';
/** Longer than any test. */
const AN_HOUR = 3_600_000;

const CALL = { destination: NAME, path: '/', interface: NAME, member: 'Ask' };
const NO_ANSWER = { ok: false, error: { kind: 'no-answer', detail: `${NAME}.Ask` } };

describe.skipIf(!BUSES_POSSIBLE)('a service that takes every call and answers none', () => {
  let own: SessionBus;
  let service: ServiceBus;
  let bus: MessageBus;
  const heard = new EventEmitter<{ call: [] }>();

  beforeEach(async () => {
    own = await startSessionBus();
    service = sessionBus({ busAddress: own.address });
    service.addMethodHandler(() => {
      heard.emit('call');
      return true;
    });
    await service.requestName(NAME, 0);
    const connected = await connectBus({ address: own.address, deadline: AN_HOUR });
    if (!connected.ok) throw new Error(connected.error.detail);
    bus = connected.value;
  });
  afterEach(async () => {
    bus.close();
    service.disconnect();
    await own.close();
  });

  test('is waited for no longer once the call is given up', async () => {
    const given = new AbortController();
    const arrived = once(heard, 'call');
    const answer = bus.call(CALL, z.unknown(), given.signal);
    await arrived;
    given.abort();
    expect(await answer).toEqual(NO_ANSWER);
  });

  test('is not asked what was given up before', async () => {
    let calls = 0;
    heard.on('call', () => (calls += 1));
    expect(await bus.call(CALL, z.unknown(), AbortSignal.abort())).toEqual(NO_ANSWER);
    const arrived = once(heard, 'call');
    void bus.call({ ...CALL, member: 'AskAgain' }, z.unknown());
    await arrived;
    expect(calls).toBe(1);
  });

  test('has not answered when it ends', async () => {
    const arrived = once(heard, 'call');
    const answer = bus.call(CALL, z.unknown());
    await arrived;
    service.disconnect();
    expect(await answer).toEqual(NO_ANSWER);
  });
});
