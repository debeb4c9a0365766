import { expect, test } from 'vitest';
import type { NotificationName } from '../../shared/contract.ts';
import { settingsSchema } from '../../shared/settings.ts';
import { profileView } from '../../shared/contract/test-values.ts';
import { Outbox } from './outbox.ts';

const FIRST = '6f7e0f5e-33b0-4b0c-9a39-3d6d5d3c9c11';
const SECOND = '6f7e0f5e-33b0-4b0c-9a39-3d6d5d3c9c12';
const SETTINGS = { settings: settingsSchema.parse({}) };

/** A window that takes a message only when told to. */
function slowWindow() {
  const sent: [NotificationName, unknown][] = [];
  const room: (() => void)[] = [];
  let stuck = 0;
  const outbox = new Outbox(
    (name, payload, done) => {
      sent.push([name, payload]);
      room.push(done);
    },
    () => (stuck += 1),
  );
  return {
    outbox,
    sent,
    stuck: () => stuck,
    /** Takes everything there is. */
    read: () => {
      for (let done = room.shift(); done !== undefined; done = room.shift()) done();
    },
  };
}

/** Fills what is on its way, so that everything after it waits. */
function block({ outbox, sent }: ReturnType<typeof slowWindow>): void {
  for (let count = 0; count < 8; count += 1) outbox.notify('show', { view: 'log' });
  sent.length = 0;
}

function sample(at: number) {
  return {
    at,
    receivedBytes: at,
    sentBytes: 0,
    receivedPackets: 0,
    sentPackets: 0,
    receiveRate: 0,
    sendRate: 0,
    peakReceiveRate: 0,
    peakSendRate: 0,
    roundTrip: undefined,
  };
}

test('a window that keeps up gets everything at once and in order', () => {
  const { outbox, sent, read } = slowWindow();
  for (let at = 0; at < 100; at += 1) {
    outbox.notify('statistics', { profileId: FIRST, sample: sample(at) });
    read();
  }
  expect(sent).toHaveLength(100);
});

test('a slow one: of statistics and states the newest per profile', () => {
  const window = slowWindow();
  block(window);
  for (let at = 0; at < 10_000; at += 1) {
    for (const profileId of [FIRST, SECOND]) {
      window.outbox.notify('statistics', { profileId, sample: sample(at) });
      window.outbox.notify('connection', {
        profileId,
        state: { state: 'connecting', stage: 'securing', attempt: at },
      });
    }
  }
  expect(window.sent).toEqual([]);
  window.read();
  expect(window.sent).toMatchObject([
    ['connection', { profileId: FIRST, state: { attempt: 9999 } }],
    ['connection', { profileId: SECOND, state: { attempt: 9999 } }],
    ['statistics', { profileId: FIRST, sample: { at: 9999 } }],
    ['statistics', { profileId: SECOND, sample: { at: 9999 } }],
  ]);
});

test('a slow one: the last word on each profile, and nothing older than the whole list', () => {
  const window = slowWindow();
  block(window);
  const { outbox } = window;
  outbox.notify('profiles', { change: 'saved', profile: profileView(FIRST, 'old') });
  outbox.notify('profiles', { change: 'all', profiles: [profileView(FIRST), profileView(SECOND)] });
  outbox.notify('profiles', { change: 'saved', profile: profileView(SECOND, 'new') });
  outbox.notify('profiles', { change: 'removed', profileId: FIRST });
  outbox.notify('settings', SETTINGS);
  outbox.notify('settings', SETTINGS);
  window.read();
  expect(window.sent).toMatchObject([
    ['profiles', { change: 'all' }],
    ['profiles', { change: 'saved', profile: { name: 'new' } }],
    ['profiles', { change: 'removed', profileId: FIRST }],
    ['settings', SETTINGS],
  ]);
});

test('a slow one: the newest thousand log lines, in one message', () => {
  const window = slowWindow();
  block(window);
  for (let at = 0; at < 50_000; at += 1) {
    window.outbox.notify('log', { lines: [{ at, level: 'info', text: 'line' }] });
  }
  window.read();
  expect(window.sent).toHaveLength(1);
  const [message] = window.sent;
  expect(message).toMatchObject(['log', { lines: expect.objectContaining({ length: 1000 }) }]);
  expect(message).toMatchObject([
    'log',
    { lines: expect.arrayContaining([expect.objectContaining({ at: 49_999 })]) },
  ]);
});

test('one that does not read at all is given up, once, and nothing is held for it', () => {
  const window = slowWindow();
  block(window);
  for (let startedAt = 0; startedAt < 5000; startedAt += 1) {
    window.outbox.notify('history', {
      entry: {
        profileId: FIRST,
        profileName: 'Office',
        startedAt,
        endedAt: startedAt,
        address: undefined,
        receivedBytes: 0,
        sentBytes: 0,
        end: 'user',
      },
    });
  }
  expect(window.stuck()).toBe(1);
  window.read();
  expect(window.sent).toEqual([]);
});
