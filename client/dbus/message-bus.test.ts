import { spawnSync } from 'node:child_process';
import { type Message, sessionBus } from '@jellybrick/dbus-next';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startSessionBus } from '../../test/support/session-bus.ts';
import { connectBus } from './message-bus.ts';

const BUSES_POSSIBLE = spawnSync('dbus-daemon', ['--version']).status === 0;
const NAME = 'org.example.Silent';
/** Longer than any test. */
const AN_HOUR = 3_600_000;

test.skipIf(!BUSES_POSSIBLE)('a call may wait less long than its connection does', async () => {
  const own = await startSessionBus();
  const service = sessionBus({ busAddress: own.address });
  const heard: Message[] = [];
  // Takes every call and answers none.
  service.addMethodHandler((message) => heard.push(message) > 0);
  await service.requestName(NAME, 0);
  const bus = await connectBus({ address: own.address, deadline: AN_HOUR });
  if (!bus.ok) throw new Error(bus.error.detail);
  try {
    const call = { destination: NAME, path: '/', interface: NAME, member: 'Ask' };
    expect(await bus.value.call(call, z.unknown(), 20)).toEqual({
      ok: false,
      error: { kind: 'no-answer', detail: `${NAME}.Ask` },
    });
  } finally {
    bus.value.close();
    service.disconnect();
    await own.close();
  }
});
