import { expect, onTestFinished, test } from 'vitest';
import { attend } from './attend.ts';
import { RecordKeeper } from './record-keeper.ts';
import type { Report } from './report.ts';
import type { CommandFailure } from '../command-failure.ts';
import { Connection } from '../../client/connection/connection.ts';
import { createLog } from '../../client/log.ts';
import { BlockingFlag } from '../../client/network/blocking-flag.ts';
import type { HoldingNetwork } from '../../client/network/holding-network.ts';
import type { SessionEnd, SessionEvent, StartSession } from '../../client/session/session-types.ts';
import { MADE_TUNNEL } from '../../client/session/testing/made-tunnel.ts';
import { quietSession } from '../../client/session/testing/quiet-session.ts';
import type { ConnectionState, FailureCause } from '../../shared/connection.ts';
import { profileSchema } from '../../shared/profile.ts';
import { err, ok } from '../../shared/result.ts';

/** A connection with the kill switch that was left to itself, whose router wants a second code. */

const profile = profileSchema.parse({
  id: '6f7e0f5e-33b0-4b0c-9a39-3d6d5d3c9c11',
  name: 'office',
  server: '192.0.2.1',
  userName: 'alice',
  advanced: { blockWhenDown: true },
});
const CONNECTED: SessionEvent = { kind: 'connected', tunnel: MADE_TUNNEL };
const LOST: FailureCause = { kind: 'link-lost', reason: 'ECONNRESET' };

/** What the router does in one attempt. */
interface Attempt {
  say(event: SessionEvent): void;
  fail(cause: FailureCause): void;
}

class Alone {
  readonly connection: Connection;
  readonly attempts: Attempt[] = [];
  readonly reports: Report[] = [];
  unanswered: CommandFailure | undefined;
  readonly #blocking = new BlockingFlag();

  constructor() {
    const blocking = this.#blocking;
    const network: HoldingNetwork = {
      get isBlocking() {
        return blocking.value;
      },
      check: async () => ok(undefined),
      recover: async () => [],
      bringUp: async () => err({ kind: 'device-not-permitted', missing: 'platform' }),
      onBlocking: (listener) => blocking.onChange(listener),
      verify: () => undefined,
      release: async () => blocking.set(false),
    };
    const store = {
      profiles: { change: async () => ok(profile) },
      history: { append: async () => ok(undefined) },
    };
    const records = new RecordKeeper(store, () => undefined);
    this.connection = new Connection(profile, {
      startSession: this.#start,
      network,
      secrets: { get: async () => ok('kept'), set: async () => ok(undefined) },
      store: records.store,
      log: createLog(),
    });
    const end = new AbortController();
    const attending = attend({
      connection: this.connection,
      profile,
      records,
      attendant: {
        report: (report) => void this.reports.push(report),
        answer: () => Promise.reject(new Error('nobody is there')),
        isAlone: () => true,
      },
      signal: end.signal,
      device: 'tun',
      onUnanswered: (why) => {
        this.unanswered = why;
      },
    });
    onTestFinished(async () => {
      end.abort();
      await attending;
    });
  }

  readonly #start: StartSession = (_options, _dependencies, listener) => {
    const { promise: ended, resolve } = Promise.withResolvers<SessionEnd>();
    let wasConnected = false;
    this.attempts.push({
      say: (event) => {
        wasConnected ||= event.kind === 'connected';
        listener(event);
      },
      fail: (cause) => {
        if (wasConnected) this.#blocking.set(true);
        resolve({ kind: 'failed', cause, wasConnected });
      },
    });
    return quietSession(ended, async () => resolve({ kind: 'cancelled' }));
  };

  /** Resolves when it is so, at once if it is already. */
  reached(state: ConnectionState['state']): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (this.connection.state.state !== state) return;
        unsubscribe();
        resolve();
      };
      const unsubscribe = this.connection.subscribe(check);
      check();
    });
  }

  /** The next attempt, without the wait before it. */
  async again(): Promise<void> {
    await this.reached('waiting');
    this.connection.retryNow();
    await this.reached('connecting');
  }

  get attempt(): Attempt {
    const last = this.attempts.at(-1);
    if (last === undefined) throw new Error('none was made');
    return last;
  }
}

async function lostAndAskedForCode(): Promise<Alone> {
  const alone = new Alone();
  await expect.poll(() => alone.attempts.length).toBe(1);
  alone.attempt.say(CONNECTED);
  alone.attempt.fail(LOST);
  await alone.again();
  alone.attempt.say({ kind: 'second-step', deadline: Date.now() + 120_000, refused: false });
  await expect.poll(() => alone.unanswered?.reason).toBe('nobody-to-ask');
  expect(alone.connection.state).toMatchObject({ state: 'prompting', traffic: 'blocked' });
  return alone;
}

test('a code that nobody gives is the last sign-in: then it waits, blocked, for a person', async () => {
  const alone = await lostAndAskedForCode();
  alone.attempt.fail({ kind: 'timed-out', stage: 'second-step', seconds: 120 });
  await alone.reached('failed');
  expect(alone.connection.state).toMatchObject({ traffic: 'blocked' });
  expect(alone.attempts).toHaveLength(2);
  expect(alone.unanswered?.message).toContain('needs the code of the second step');
  expect(alone.unanswered?.steps).toContain('Connect again with: smartvpn connect office');
});

test('what goes on after such a question is not said to be stuck for it', async () => {
  const alone = await lostAndAskedForCode();
  alone.attempt.fail(LOST);
  await alone.again();
  alone.attempt.fail({ kind: 'locked-out', retryAfterSeconds: 60 });
  await alone.reached('failed');
  expect(alone.unanswered).toBeUndefined();
  expect(alone.reports.at(-1)).toMatchObject({ event: 'blocked', because: { reason: 'locked-out' } });
});
