import { spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { Message, type MessageBus as ServiceBus, MessageType, sessionBus } from '@jellybrick/dbus-next';
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

describe.skipIf(!BUSES_POSSIBLE)('signals of a service', () => {
  let own: SessionBus;
  let service: ServiceBus;
  let stranger: ServiceBus;
  let bus: MessageBus;
  /** The name by which the bus knows us, as any other user of it can find out. */
  let us = '';
  const told = new EventEmitter<{ word: [string] }>();
  const words: string[] = [];

  beforeEach(async () => {
    own = await startSessionBus();
    service = await serve();
    stranger = sessionBus({ busAddress: own.address });
    await once(stranger, 'connect');
    const connected = await connectBus({ address: own.address, deadline: AN_HOUR });
    if (!connected.ok) throw new Error(connected.error.detail);
    bus = connected.value;
    await bus.call(CALL, z.unknown());
    words.length = 0;
    const match = { sender: NAME, path: '/', interface: NAME, member: 'Said' };
    await bus.listen(match, ({ body }) => {
      words.push(String(body[0]));
      told.emit('word', String(body[0]));
    });
  });
  afterEach(async () => {
    for (const each of [service, stranger]) each.disconnect();
    bus.close();
    await own.close();
  });

  async function serve(): Promise<ServiceBus> {
    const made = sessionBus({ busAddress: own.address });
    made.addMethodHandler((message) => {
      us = message.sender ?? '';
      made.send(Message.newMethodReturn(message, '', []));
      return true;
    });
    await made.requestName(NAME, 0);
    return made;
  }

  function say(from: ServiceBus, word: string, destination?: string): void {
    const type = MessageType.SIGNAL;
    const to = destination === undefined ? {} : { destination };
    from.send(
      new Message({
        type,
        path: '/',
        interface: NAME,
        member: 'Said',
        signature: 's',
        body: [word],
        ...to,
      }),
    );
  }

  test('are heard from it alone: anybody may send us one of that name', async () => {
    say(stranger, 'forged', us);
    await stranger.call(new Message({ ...CALL, destination: NAME }));
    const heard = once(told, 'word');
    say(service, 'true');
    expect(await heard).toEqual(['true']);
    expect(words).toEqual(['true']);
  });

  test('are heard from the next one, too, once it was started again', async () => {
    service.disconnect();
    service = await serve();
    const heard = once(told, 'word');
    say(service, 'back');
    expect(await heard).toEqual(['back']);
  });
});
