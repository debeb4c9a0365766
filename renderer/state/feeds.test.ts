import { expect, test } from 'vitest';
import type { ConnectionStatistics } from '../../shared/connection.ts';
import { MOST_SAMPLES } from '../../shared/contract.ts';
import { contractClient } from '../../shared/contract/contract-client.ts';
import { ok } from '../../shared/result.ts';
import { LogFeed } from './log-feed.ts';
import { StatisticsFeed } from './statistics-feed.ts';

const ID = '7f8b0c1e-6a52-4c3b-9d0e-1f2a3b4c5d6e';

function sample(at: number): ConnectionStatistics {
  return {
    at,
    receivedBytes: 0,
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

/** A page that can be hidden, and a program that writes down what it is asked for. */
function surroundings() {
  const heard: string[] = [];
  let notify: (name: unknown, payload: unknown) => void = () => undefined;
  const client = contractClient({
    call: (name) => {
      heard.push(name);
      return Promise.resolve(ok(name === 'watchLog' ? { lines: [] } : { recent: [] }));
    },
    onNotification: (listener) => {
      notify = listener;
      return () => undefined;
    },
  });
  let isHidden = false;
  const hiding = new Set<() => void>();
  const visibility = {
    isHidden: () => isHidden,
    onChange: (listener: () => void) => {
      hiding.add(listener);
      return () => hiding.delete(listener);
    },
  };
  const hide = (hidden: boolean): void => {
    isHidden = hidden;
    for (const listener of hiding) listener();
  };
  return {
    heard,
    client,
    visibility,
    hide,
    notify: (...said: [string, unknown]) => {
      notify(...said);
    },
  };
}

function statisticsFeed() {
  const around = surroundings();
  const pictures: (() => void)[] = [];
  const feed = new StatisticsFeed({ ...around, schedule: (work) => pictures.push(work) });
  return { ...around, feed, pictures };
}

test('statistics flow while someone looks and the window can be seen', () => {
  const { feed, heard, hide } = statisticsFeed();
  const ends = [feed.watch(ID, () => undefined), feed.watch(ID, () => undefined)];
  expect(heard).toEqual(['watchStatistics']);
  hide(true);
  expect(heard).toEqual(['watchStatistics', 'unwatchStatistics']);
  hide(false);
  expect(heard.at(-1)).toBe('watchStatistics');
  for (const end of ends) end();
  expect(heard).toEqual(['watchStatistics', 'unwatchStatistics', 'watchStatistics', 'unwatchStatistics']);
});

test('a hidden window asks for nothing, not even when its parts come and go', () => {
  const { feed, heard, hide } = statisticsFeed();
  hide(true);
  feed.watch(ID, () => undefined)();
  feed.restart();
  expect(heard).toEqual([]);
});

test('sixty samples in one picture make one change', () => {
  const { feed, pictures, notify } = statisticsFeed();
  let changes = 0;
  feed.watch(ID, () => (changes += 1));
  for (let at = 1; at <= 60; at += 1) notify('statistics', { profileId: ID, sample: sample(at) });
  expect(pictures).toHaveLength(1);
  pictures[0]?.();
  expect(changes).toBe(1);
  expect(feed.samples(ID)).toHaveLength(60);
});

test('samples are bounded, and gone when nobody looks', () => {
  const { feed, notify } = statisticsFeed();
  const end = feed.watch(ID, () => undefined);
  for (let at = 1; at <= MOST_SAMPLES + 50; at += 1)
    notify('statistics', { profileId: ID, sample: sample(at) });
  expect(feed.samples(ID)).toHaveLength(MOST_SAMPLES);
  end();
  notify('statistics', { profileId: ID, sample: sample(1) });
  expect(feed.samples(ID)).toEqual([]);
});

test('the log flows while it is looked at, and is asked for again after a lost link', () => {
  const around = surroundings();
  const feed = new LogFeed(around.client, around.visibility);
  feed.restart();
  expect(around.heard).toEqual([]);
  const end = feed.watch(() => undefined);
  feed.restart();
  around.hide(true);
  around.notify('log', { lines: [{ at: 1, level: 'info', text: 'late' }] });
  around.hide(false);
  end();
  expect(around.heard).toEqual(['watchLog', 'watchLog', 'unwatchLog', 'watchLog', 'unwatchLog']);
  expect(feed.lines()).toEqual([]);
});
