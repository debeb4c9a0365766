import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConnectionState, FailureCause, Prompt } from '../connection.ts';
import { calls, notifications, type CallName } from '../contract.ts';
import { ok } from '../result.ts';
import type { StoreProblem } from '../store-problem.ts';
import { contractBridge } from './bridge.ts';
import type { Reply } from './call-types.ts';
import {
  connectionStateSchema,
  type WireCause,
  type WirePrompt,
  type WireState,
} from './connection-schema.ts';
import { contractClient } from './contract-client.ts';
import type { WireStoreProblem } from './contract-error.ts';
import { contractServer, outgoingNotification, type ContractHandlers } from './contract-server.ts';
import { callMessageSchema, readMessage, serverMessageSchema } from './socket-messages.ts';
import { profileView, refusingHandlers } from './test-values.ts';

const ID = '7f8b0c1e-6a52-4c3b-9d0e-1f2a3b4c5d6e';
const CALL_NAMES = Object.keys(calls).filter((name): name is CallName => Object.hasOwn(calls, name));

function serverWith(handlers: Partial<ContractHandlers<undefined>>, faults: unknown[] = []) {
  return contractServer<undefined>({ ...refusingHandlers, ...handlers }, (name, fault) => {
    faults.push([name, fault]);
  });
}

/** Client and server with JSON between them, as on every real transport. */
function pair(handlers: Partial<ContractHandlers<undefined>>) {
  const server = serverWith(handlers);
  const listeners = new Set<(name: unknown, payload: unknown) => void>();
  const client = contractClient({
    call: async (name, payload): Promise<unknown> => {
      const reply = await server(name, JSON.parse(JSON.stringify(payload)), undefined);
      return JSON.parse(JSON.stringify(reply));
    },
    onNotification: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const notify = (name: unknown, payload: unknown): void => {
    for (const listener of listeners) listener(name, payload);
  };
  return { client, notify };
}

// Each line fails to compile when connection.ts or store-problem.ts has a member that no parser knows.
const causeIsWhole = (cause: FailureCause): WireCause => cause;
const promptIsWhole = (prompt: Prompt): Omit<WirePrompt, 'cause'> => prompt;
const stateIsWhole = (state: ConnectionState): Pick<WireState, 'state'> => state;
const problemIsWhole = (
  problem: StoreProblem,
): Omit<WireStoreProblem, 'faults'> & { faults?: readonly string[] } => problem;
void [causeIsWhole, promptIsWhole, stateIsWhole, problemIsWhole];

describe('server', () => {
  test('any garbage is refused in words, and nothing throws', async () => {
    const server = serverWith({});
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom(...CALL_NAMES), fc.string(), fc.anything()),
        fc.anything(),
        async (name, payload) => {
          const reply = await server(name, payload, undefined);
          expect(reply.ok).toBe(false);
        },
      ),
    );
  });

  test('names of what every object has are no calls', async () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(await serverWith({})(name, {}, undefined)).toEqual({
        ok: false,
        error: { code: 'unknown-call' },
      });
    }
  });

  test('a profile with wrong fields is refused at each field, without what was typed', async () => {
    const secret = 'hunter2-planted-secret';
    const reply = await serverWith({})(
      'addProfile',
      {
        profile: { name: 'x'.repeat(1_000_000), server: secret.repeat(40), port: 0 },
        secrets: { password: { change: 'set', value: secret.repeat(30) }, motpSecret: { change: 'keep' } },
      },
      undefined,
    );
    expect(reply.ok).toBe(false);
    if (reply.ok || reply.error.code !== 'invalid-request') throw new Error('not refused as invalid');
    const paths = reply.error.issues.map(({ path }) => path.join('.'));
    expect(paths).toEqual(
      expect.arrayContaining(['profile.name', 'profile.server', 'profile.port', 'secrets.password.value']),
    );
    expect(JSON.stringify(reply)).not.toContain(secret);
    expect(JSON.stringify(reply).length).toBeLessThan(5000);
  });

  test('what a handler throws goes to the log alone', async () => {
    const faults: unknown[] = [];
    const server = serverWith({ connect: () => Promise.reject(new Error('planted-secret')) }, faults);
    const reply = await server('connect', { profileId: ID, purpose: 'use' }, undefined);
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(reply)).not.toContain('planted-secret');
    expect(faults).toHaveLength(1);
  });

  test('no answer carries a field that the contract does not name', async () => {
    const leaking = { ...profileView(ID), password: 'planted-secret', motpSecret: 'planted-secret' };
    const server = serverWith({ undoRemoveProfile: () => Promise.resolve(ok({ profile: leaking })) });
    const reply = await server('undoRemoveProfile', { profileId: ID }, undefined);
    expect(reply.ok).toBe(true);
    expect(JSON.stringify(reply)).not.toContain('planted-secret');
  });

  test('an answer that is none is a fault, not an answer', async () => {
    const faults: unknown[] = [];
    const broken = { ...profileView(ID), port: 70_000 };
    const server = serverWith({ undoRemoveProfile: () => Promise.resolve(ok({ profile: broken })) }, faults);
    const reply = await server('undoRemoveProfile', { profileId: ID }, undefined);
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(faults).toHaveLength(1);
  });

  test('ten thousand profiles pass', async () => {
    const profiles = Array.from({ length: 10_000 }, (_, index) =>
      profileView(`00000000-0000-4000-8000-${String(index).padStart(12, '0')}`),
    );
    const notification = outgoingNotification('profiles', { change: 'all', profiles }, () => undefined);
    expect(notification).toMatchObject({ change: 'all' });
  });
});

describe('client', () => {
  test('a call and its answer arrive as they were', async () => {
    const { client } = pair({
      addProfile: ({ profile }) => Promise.resolve(ok({ profile: profileView(ID, profile.name) })),
    });
    const profile = { name: ' Büro 🏢 ', server: 'vpn.example.com' };
    const secrets = { password: { change: 'keep' }, motpSecret: { change: 'keep' } } as const;
    expect(await client.call('addProfile', { profile, secrets })).toEqual({
      ok: true,
      value: { profile: { ...profileView(ID), name: 'Büro 🏢' } },
    });
  });

  test('garbage for an answer is a typed failure', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.constantFrom(...CALL_NAMES), async (answer, name) => {
        const client = contractClient({
          call: () => Promise.resolve(answer),
          onNotification: () => () => undefined,
        });
        const reply: Reply<unknown> = await client.call(name, {});
        expect(reply.ok).toBe(false);
      }),
    );
  });

  test('a transport that fails is a lost connection', async () => {
    const client = contractClient({
      call: () => Promise.reject(new Error('gone')),
      onNotification: () => () => undefined,
    });
    expect(await client.call('snapshot', {})).toEqual({ ok: false, error: { code: 'connection-lost' } });
  });

  test('a request that is none is not sent', async () => {
    let sent = 0;
    const client = contractClient({
      call: () => Promise.resolve((sent += 1)),
      onNotification: () => () => undefined,
    });
    const reply = await client.call('submitSecondStep', { profileId: ID, code: '12345' });
    expect(reply).toMatchObject({ ok: false, error: { code: 'invalid-request' } });
    expect(sent).toBe(0);
  });

  test('garbage for a notification is dropped', () => {
    const { client, notify } = pair({});
    const heard: unknown[] = [];
    client.on('connection', (payload) => heard.push(payload));
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...Object.keys(notifications)), fc.anything()),
        fc.anything(),
        (name, payload) => {
          notify(name, payload);
        },
      ),
    );
    expect(heard).toEqual([]);
    notify('connection', { profileId: ID, state: { state: 'disconnected' } });
    expect(heard).toEqual([{ profileId: ID, state: { state: 'disconnected' } }]);
  });

  test('a listener that has ended hears nothing more', () => {
    const { client, notify } = pair({});
    const heard: unknown[] = [];
    const end = client.on('show', (payload) => heard.push(payload));
    end();
    notify('show', { view: 'log' });
    expect(heard).toEqual([]);
  });
});

test('a router that sends endless text does not cost its state', () => {
  const state = connectionStateSchema.parse({
    state: 'failed',
    since: 0,
    cause: { kind: 'internal', detail: 'x'.repeat(1_000_000) },
  });
  expect(JSON.stringify(state).length).toBeLessThan(2100);
});

test('fields that JSON leaves out count as undefined', () => {
  expect(connectionStateSchema.parse({ state: 'failed', since: 0, cause: { kind: 'locked-out' } })).toEqual({
    state: 'failed',
    since: 0,
    cause: { kind: 'locked-out', retryAfterSeconds: undefined },
  });
});

test('the bridge has a method for every call and sends each under its own name', async () => {
  const bridge = contractBridge({
    call: (name) => Promise.resolve(name),
    onNotification: () => () => undefined,
  });
  for (const name of CALL_NAMES) expect(await bridge[name]({})).toBe(name);
  expect(Object.keys(bridge).toSorted()).toEqual([...CALL_NAMES, 'onNotification'].toSorted());
});

test('socket messages: no text makes reading throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.anything()), (text) => {
      expect(readMessage(callMessageSchema, text).ok).toBeTypeOf('boolean');
      expect(readMessage(serverMessageSchema, text).ok).toBeTypeOf('boolean');
    }),
  );
});
