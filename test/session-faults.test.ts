import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { FaultInput } from '../emulator/faults.ts';
import { startRouter, type Router } from '../emulator/router.ts';
import { STAGES, type FailureCause, type Stage } from '../shared/connection.ts';
import { advancedOptionsSchema } from '../shared/profile.ts';
import {
  causeOf,
  heldResources,
  PASSWORD_USER,
  sessionOptionsFor,
  SessionTrial,
  turnsUntil,
} from './support/session-trial.ts';

/** Of the stage that a fault lets run out of time; the others keep theirs, so a busy machine changes nothing. */
const DEADLINE_MILLISECONDS = 400;
/** Four of them without a word are the end. */
const KEEP_ALIVE_SECONDS = 0.1;
/** Long before the first stage's own deadline, which must not be what ends a cancelled attempt. */
const AT_ONCE_MILLISECONDS = 5000;
/** How long a tunnel must go on under a fault that it survives. */
const SURVIVAL_MILLISECONDS = 500;

const timedOut = (stage: Stage) =>
  ({ kind: 'timed-out', stage, seconds: DEADLINE_MILLISECONDS / 1000 }) as const;
const closed = (when: Stage | 'connected'): FailureCause => ({ kind: 'router-closed', when });
const RESET = { kind: 'link-lost', reason: 'ECONNRESET' } as const;
const noTls = (protocol: 'ssh' | 'http' | 'other'): FailureCause => ({
  kind: 'not-draytek-ssl-vpn',
  evidence: { looksLike: 'no-tls', protocol },
});
const protocolFailure = (code: string): object => ({ kind: 'protocol-error', code });
const TLS_FAILED = { kind: 'tls-failed' };
const SILENT = { kind: 'peer-silent' };
const REFUSED = { kind: 'credentials-refused' };

/** Every fault of the emulator that ends an attempt, and how. */
const ENDS: readonly (readonly [FaultInput, object])[] = [
  [{ stage: 'tcp', action: 'refuse' }, { kind: 'connection-refused' }],
  [{ stage: 'tcp', action: 'stall' }, timedOut('securing')],
  [{ stage: 'tcp', action: 'drop' }, RESET],
  [{ stage: 'tcp', action: 'close' }, closed('securing')],
  [{ stage: 'tcp', action: 'half-close' }, closed('securing')],
  [{ stage: 'tcp', action: 'ssh-banner' }, noTls('ssh')],

  [{ stage: 'tls', action: 'refuse' }, TLS_FAILED],
  [{ stage: 'tls', action: 'stall' }, timedOut('securing')],
  [{ stage: 'tls', action: 'drop' }, RESET],
  [{ stage: 'tls', action: 'close' }, closed('securing')],
  [{ stage: 'tls', action: 'half-close' }, closed('securing')],
  [{ stage: 'tls', action: 'garbage' }, noTls('other')],
  [{ stage: 'tls', action: 'oversized' }, TLS_FAILED],
  [{ stage: 'tls', action: 'truncated' }, closed('securing')],
  [{ stage: 'tls', action: 'plain-http' }, noTls('http')],
  [{ stage: 'tls', action: 'slow', millisecondsPerByte: 50 }, timedOut('securing')],

  [{ stage: 'connect', action: 'refuse' }, REFUSED],
  [{ stage: 'connect', action: 'stall' }, timedOut('requesting')],
  [{ stage: 'connect', action: 'drop' }, RESET],
  [{ stage: 'connect', action: 'close' }, closed('requesting')],
  [{ stage: 'connect', action: 'half-close' }, closed('requesting')],
  [
    { stage: 'connect', action: 'garbage' },
    { kind: 'not-draytek-ssl-vpn', evidence: { looksLike: 'other' } },
  ],
  [{ stage: 'connect', action: 'oversized' }, protocolFailure('http-too-long')],
  [{ stage: 'connect', action: 'truncated' }, protocolFailure('truncated-stream')],
  [
    { stage: 'connect', action: 'http-status', status: 501 },
    { kind: 'not-draytek-ssl-vpn', evidence: { looksLike: 'web-server', status: 501 } },
  ],
  [{ stage: 'connect', action: 'http-status', status: 429 }, { kind: 'locked-out' }],
  [{ stage: 'connect', action: 'slow', millisecondsPerByte: 50 }, timedOut('requesting')],

  ...negotiationFaults('lcp', 'negotiating', closed('negotiating')),
  ...negotiationFaults('authentication', 'signing-in', REFUSED),
  ...negotiationFaults('ipcp', 'addressing', protocolFailure('protocol-rejected')),

  [{ stage: 'connected', action: 'stall' }, SILENT],
  [{ stage: 'connected', action: 'silent' }, SILENT],
  [{ stage: 'connected', action: 'drop' }, RESET],
  [{ stage: 'connected', action: 'close' }, closed('connected')],
  [{ stage: 'connected', action: 'expire' }, closed('connected')],
  [
    { stage: 'connected', action: 'half-close' },
    { kind: 'link-lost', reason: 'ended without goodbye' },
  ],
  [{ stage: 'connected', action: 'garbage' }, { kind: 'protocol-error' }],
  [{ stage: 'connected', action: 'oversized' }, protocolFailure('frame-length')],
  [{ stage: 'connected', action: 'truncated' }, protocolFailure('truncated-stream')],
];

/** And those that it survives. */
const SURVIVED: readonly FaultInput[] = [
  { stage: 'connect', action: 'renegotiate' },
  { stage: 'lcp', action: 'renegotiate' },
  { stage: 'authentication', action: 'renegotiate' },
  { stage: 'ipcp', action: 'renegotiate' },
  { stage: 'connected', action: 'renegotiate' },
  { stage: 'connected', action: 'slow', millisecondsPerByte: 2 },
];

function negotiationFaults(
  stage: 'lcp' | 'authentication' | 'ipcp',
  during: Stage,
  refused: object,
): readonly (readonly [FaultInput, object])[] {
  return [
    [{ stage, action: 'refuse' }, refused],
    [{ stage, action: 'stall' }, timedOut(during)],
    [{ stage, action: 'drop' }, RESET],
    [{ stage, action: 'close' }, closed(during)],
    [{ stage, action: 'half-close' }, closed(during)],
    [{ stage, action: 'garbage' }, { kind: 'protocol-error' }],
    [{ stage, action: 'oversized' }, protocolFailure('frame-length')],
    [{ stage, action: 'truncated' }, protocolFailure('truncated-stream')],
    [{ stage, action: 'slow', millisecondsPerByte: 100 }, timedOut(during)],
  ];
}

let router: Router;
let before: ReturnType<typeof heldResources>;

beforeAll(async () => {
  // Node's server takes what was on its way when it asked to renegotiate for attempts of the client's, and
  // hangs up after three.
  Object.assign(tls, { CLIENT_RENEG_LIMIT: 100 });
  router = await startRouter({
    listen: { port: 0 },
    users: [PASSWORD_USER],
    bruteForce: { attempts: 0 },
  });
  // The first session loads what stays loaded: engines, the random source.
  await attempt();
  before = heldResources();
});

afterAll(async () => {
  await router.close();
});

async function attempt(): Promise<void> {
  const trial = new SessionTrial(sessionOptionsFor(router));
  await trial.connected();
  await trial.session.cancel();
  await nothingLeft();
}

function hastyOptions(expected: object) {
  const advanced = { ...advancedOptionsSchema.parse({}), keepAliveSeconds: KEEP_ALIVE_SECONDS };
  const stage = STAGES.find((name) => isDeepStrictEqual(expected, timedOut(name)));
  return sessionOptionsFor(router, {
    ...(isDeepStrictEqual(expected, SILENT) ? { advanced } : {}),
    ...(stage === undefined ? {} : { deadlines: { [stage]: DEADLINE_MILLISECONDS } }),
  });
}

/** The router's own side of a cut connection goes a moment later. */
async function nothingLeft(): Promise<void> {
  await router.setFaults([]);
  await turnsUntil(() => router.openConnections === 0);
  expect(router.openConnections).toBe(0);
}

async function asBefore(): Promise<void> {
  await nothingLeft();
  const isAsBefore = (): boolean => isDeepStrictEqual(heldResources(), before);
  await turnsUntil(isAsBefore);
  expect(heldResources()).toEqual(before);
}

test.each(ENDS)('%o ends with %o', async (fault, expected) => {
  await router.setFaults([fault]);
  const end = await new SessionTrial(hastyOptions(expected)).session.ended;
  expect(causeOf(end)).toMatchObject(expected);
  expect(end).toMatchObject({ wasConnected: fault.stage === 'connected' });
  await asBefore();
});

test.each(SURVIVED)('%o is survived', async (fault) => {
  await router.setFaults([fault]);
  const trial = new SessionTrial(sessionOptionsFor(router));
  await trial.connected();
  await sleep(SURVIVAL_MILLISECONDS);
  await trial.session.cancel();
  expect(await trial.session.ended).toEqual({ kind: 'cancelled' });
  await asBefore();
});

describe('cancelling leaves nothing, at once', () => {
  const stalls: readonly (readonly [Stage, FaultInput])[] = [
    ['resolving', { stage: 'tcp', action: 'stall' }],
    ['connecting', { stage: 'tcp', action: 'stall' }],
    ['securing', { stage: 'tls', action: 'stall' }],
    ['requesting', { stage: 'connect', action: 'stall' }],
    ['negotiating', { stage: 'lcp', action: 'stall' }],
    ['signing-in', { stage: 'authentication', action: 'stall' }],
    ['addressing', { stage: 'ipcp', action: 'stall' }],
  ];

  test.each(stalls)('while %s', async (stage, fault) => {
    await router.setFaults([fault]);
    const trial = new SessionTrial(sessionOptionsFor(router));
    await trial.event('stage', (event) => event.stage === stage);
    const late = new AbortController();
    const winner = await Promise.race([
      trial.session.cancel(),
      sleep(AT_ONCE_MILLISECONDS, 'late', { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
    expect(winner).toBeUndefined();
    expect(await trial.session.ended).toEqual({ kind: 'cancelled' });
    await asBefore();
  });
});
