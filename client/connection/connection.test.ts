import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { profileSchema } from '../../shared/profile.ts';
import { ok } from '../../shared/result.ts';
import { createLog } from '../log.ts';
import type { SessionEnd, StartSession } from '../session/session-types.ts';
import { MADE_TUNNEL } from '../session/testing/made-tunnel.ts';
import { quietSession } from '../session/testing/quiet-session.ts';
import { Connection } from './connection.ts';

/** A router that takes everybody at once. */
const startSession: StartSession = (_options, _dependencies, listener) => {
  let end: (end: SessionEnd) => void = () => undefined;
  const ended = new Promise<SessionEnd>((resolve) => {
    end = resolve;
  });
  queueMicrotask(() =>
    listener({
      kind: 'connected',
      tunnel: { ...MADE_TUNNEL, interfaceName: undefined },
    }),
  );
  return quietSession(ended, async () => end({ kind: 'cancelled' }));
};

const profile = profileSchema.parse({
  id: '6f7e0f5e-33b0-4b0c-9a39-3d6d5d3c9c11',
  name: 'Office',
  server: 'vpn.example.com',
  userName: 'alice',
});
const store = {
  profiles: { change: async () => ok(profile) },
  history: { append: async () => ok(undefined) },
};

test('disconnecting does not wait for a keyring that asks for its own password', async () => {
  const asked: string[] = [];
  const connection = new Connection(profile, {
    startSession,
    network: undefined,
    secrets: {
      get: async () => ok(undefined),
      set: (_profileId, name) => {
        asked.push(name);
        return new Promise(() => undefined);
      },
    },
    store,
    log: createLog(),
  });
  const reached = (state: string): Promise<void> =>
    new Promise((resolve) => {
      connection.subscribe((now) => {
        if (now.state === state) resolve();
      });
    });
  const prompted = reached('prompting');
  connection.connect('none');
  await prompted;
  const connected = reached('connected');
  connection.submitCredentials({ userName: 'alice', secret: 'right' });
  await connected;
  expect(asked).toEqual(['password']);
  await connection.disconnect();
  expect(connection.state).toEqual({ state: 'disconnected' });
});

test('disconnecting while what was left behind is mended calls that off, and nothing follows it', async () => {
  const asked: string[] = [];
  const mending = Promise.withResolvers<void>();
  const connection = new Connection(profile, {
    startSession,
    network: undefined,
    recover: async (calledOff) => {
      await once(calledOff, 'abort');
      mending.resolve();
    },
    secrets: {
      get: async (_profileId, name) => {
        asked.push(name);
        return ok('kept');
      },
      set: async () => ok(undefined),
    },
    store,
    log: createLog(),
  });
  connection.connect();
  expect(connection.state).toMatchObject({ state: 'connecting' });
  const disconnected = connection.disconnect();
  expect(connection.state).toEqual({ state: 'disconnected' });
  await Promise.all([disconnected, mending.promise]);
  await nextTurn();
  expect(asked).toEqual([]);
  expect(connection.state).toEqual({ state: 'disconnected' });
});
