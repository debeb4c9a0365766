import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { motpCounter } from '../../shared/otp/motp.ts';
import { createLog } from '../log.ts';
import type { SessionEvent, SessionOptions } from './session-types.ts';
import { sessionOptionsFor } from '../../test/support/session-trial.ts';
import { SpentCounters } from './spent-counters.ts';
import { quietSession } from './testing/quiet-session.ts';

const ROUTER = { host: '192.0.2.1', port: 443, certificate: { publicKeySha256: 'ab'.repeat(32) } };
const OPTIONS = sessionOptionsFor(ROUTER, {
  credentials: { kind: 'motp', userName: 'anna', secret: 'ab', pin: '1234', notBeforeCounter: 0 },
});

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'spent-')), 'state');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

/** The first step that a session of the profile may send; `sends` is the one that it does send. */
async function firstStep(program: SpentCounters, profileId: string, sends?: number): Promise<number> {
  let options: SessionOptions | undefined;
  let tell: (event: SessionEvent) => void = () => undefined;
  const start = program.guard(profileId, (given, _dependencies, listener) => {
    options = given;
    tell = listener;
    return quietSession(Promise.resolve({ kind: 'cancelled' }));
  });
  start(OPTIONS, { network: undefined, log: createLog() }, () => undefined);
  if (sends !== undefined) tell({ kind: 'credentials-sent', motpCounter: sends });
  await program.settled();
  if (options?.credentials.kind !== 'motp') throw new Error('not started');
  return options.credentials.notBeforeCounter;
}

test('what one program has sent, another one that was there before does not send again', async () => {
  const [window, terminal] = [new SpentCounters(folder), new SpentCounters(folder)];
  const now = motpCounter(Date.now());
  expect(await firstStep(terminal, 'office', now)).toBe(0);
  expect(await firstStep(window, 'office')).toBe(now + 1);
});

test('what one program has sent is not forgotten when another one sends something else', async () => {
  const [window, terminal] = [new SpentCounters(folder), new SpentCounters(folder)];
  const now = motpCounter(Date.now());
  await firstStep(terminal, 'office', now);
  await firstStep(window, 'home', now);
  const next = new SpentCounters(folder);
  expect([await firstStep(next, 'office'), await firstStep(next, 'home')]).toEqual([now + 1, now + 1]);
});

test('a step from the future was sent while the clock was wrong: nobody waits for it', async () => {
  const program = new SpentCounters(folder);
  const now = motpCounter(Date.now());
  await firstStep(program, 'office', now + 100_000);
  expect(await firstStep(program, 'office', now)).toBe(0);
  expect(await firstStep(new SpentCounters(folder), 'office')).toBe(now + 1);
});
