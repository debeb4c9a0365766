import { describe, expect, test } from 'vitest';
import type { ConnectionState } from '../shared/connection.ts';
import { en } from '../shared/text/en.ts';
import { DESKTOP_WORDS } from './desktop-words.ts';
import { decideNotice, type Notice, type NoticeMemory } from './notification-policy.ts';

const CONNECTED: ConnectionState = {
  state: 'connected',
  since: 0,
  tunnel: {
    interfaceName: 'svpn0',
    address: '192.168.1.10',
    gateway: '192.168.1.1',
    dns: [],
    mtu: 1442,
    cipher: 'TLSv1.3',
    routerAddress: '203.0.113.1',
    authentication: 'PAP',
  },
};
const CONNECTING: ConnectionState = { state: 'connecting', stage: 'securing', attempt: 1 };
const LOST: ConnectionState = {
  state: 'waiting',
  attempt: 2,
  retryAt: 5000,
  because: { kind: 'link-lost', reason: 'ECONNRESET' },
};
const failed = (cause: Extract<ConnectionState, { state: 'failed' }>['cause']): ConnectionState => ({
  state: 'failed',
  since: 0,
  cause,
});
const OPTIONS = { areWanted: true, isWindowWatched: false, catalogue: en, words: DESKTOP_WORDS.en };

class Story {
  memory: NoticeMemory = [];
  readonly options: typeof OPTIONS;
  #state: ConnectionState = { state: 'disconnected' };

  constructor(options: Partial<typeof OPTIONS> = {}) {
    this.options = { ...OPTIONS, ...options };
  }

  becomes(after: ConnectionState, at = 0, profileId = 'p'): Notice | undefined {
    const change = { profileId, profileName: 'Office', before: this.#state, after, at };
    this.#state = after;
    const decided = decideNotice(this.memory, change, this.options);
    this.memory = decided.memory;
    return decided.notice;
  }
}

test('blocked is said with the loss, and when it is so no longer', () => {
  const story = new Story();
  story.becomes(CONNECTED);
  expect(story.becomes({ ...LOST, traffic: 'blocked' })?.body).toContain('Traffic blocked.');
  expect(story.becomes(LOST)).toMatchObject({
    severity: 'warning',
    title: 'No longer blocked: Office',
    body: en.blocked.ended,
  });
  expect(story.becomes(LOST)).toBeUndefined();
});

test('a failure that leaves traffic blocked says so, and when it is so no longer', () => {
  const story = new Story();
  const refused = { state: 'failed', since: 0, cause: { kind: 'credentials-refused' } } as const;
  story.becomes(CONNECTED);
  expect(story.becomes({ ...refused, traffic: 'blocked' })?.body).toContain(en.blocked.sentence);
  expect(story.becomes(refused)).toMatchObject({ title: 'No longer blocked: Office' });
});

test('connected: its name and its address, also beside the window', () => {
  const story = new Story({ isWindowWatched: true });
  expect(story.becomes(CONNECTING)).toBeUndefined();
  expect(story.becomes(CONNECTED)).toEqual({
    profileId: 'p',
    severity: 'info',
    title: 'Connected: Office',
    body: 'Your address in the remote network is 192.168.1.10.',
  });
});

test('a test without a device says nothing', () => {
  if (CONNECTED.state !== 'connected') throw new Error('unreachable');
  const tested = { ...CONNECTED, tunnel: { ...CONNECTED.tunnel, interfaceName: undefined } };
  expect(new Story().becomes(tested)).toBeUndefined();
});

test('lost is a warning, failed an error, ended by the router a warning', () => {
  const story = new Story();
  story.becomes(CONNECTED);
  expect(story.becomes(LOST)).toMatchObject({ severity: 'warning', title: 'Connection lost: Office' });
  expect(story.becomes(failed({ kind: 'credentials-refused' }))?.severity).toBe('error');
  const dropped = new Story();
  dropped.becomes(CONNECTED);
  expect(dropped.becomes(failed({ kind: 'router-closed', when: 'connected' }))?.severity).toBe('warning');
});

test('what the user sees in the window is not said twice', () => {
  const story = new Story({ isWindowWatched: true });
  story.becomes(CONNECTING);
  expect(story.becomes(failed({ kind: 'credentials-refused' }))).toBeUndefined();
});

test('none are shown when none are wanted', () => {
  const story = new Story({ areWanted: false });
  expect(story.becomes(CONNECTED)).toBeUndefined();
  expect(story.becomes(LOST)).toBeUndefined();
});

describe('throttle', () => {
  test('a link that comes and goes says so once a minute', () => {
    const story = new Story();
    const said = Array.from({ length: 12 }, (_, index) =>
      story.becomes(index % 2 === 0 ? CONNECTED : LOST, index * 1000),
    );
    expect(said.filter((notice) => notice !== undefined)).toHaveLength(2);
    expect(story.becomes(CONNECTED, 70_000)).toBeDefined();
  });

  test('who disconnects and connects again is told again', () => {
    const story = new Story();
    expect(story.becomes(CONNECTED)).toBeDefined();
    story.becomes({ state: 'disconnected' }, 1000);
    expect(story.becomes(CONNECTED, 2000)).toBeDefined();
  });

  test('many profiles together are held back, and the memory is bounded', () => {
    const story = new Story();
    let said = 0;
    for (let index = 0; index < 500; index += 1) {
      if (story.becomes(CONNECTED, index, `p${index}`) !== undefined) said += 1;
      story.becomes(CONNECTING, index, `p${index}`);
    }
    expect(said).toBe(6);
    expect(story.memory.length).toBeLessThanOrEqual(6);
  });

  test('a clock that went back does not silence for ever', () => {
    const story = new Story();
    story.becomes(CONNECTED, 10_000_000);
    story.becomes(LOST, 10_000_001);
    expect(story.becomes(CONNECTED, 0)).toBeDefined();
  });
});
