import { afterEach, expect, test } from 'vitest';
import { atEndOfTurn, beginTurn, endTurn, flushTurn } from './send-turn.ts';

const log: string[] = [];
afterEach(() => {
  endTurn();
  log.length = 0;
});

function nextTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function send(name: string): void {
  atEndOfTurn(() => log.push(name));
}

test('without a turn, the end of Node’s own', async () => {
  send('a');
  expect(log).toEqual([]);
  await nextTick();
  expect(log).toEqual(['a']);
});

test('at the end of the turn, each once and in order', () => {
  beginTurn();
  send('a');
  send('b');
  expect(log).toEqual([]);
  endTurn();
  expect(log).toEqual(['a', 'b']);
  endTurn();
  expect(log).toEqual(['a', 'b']);
});

test('sooner when told, and the turn goes on', () => {
  beginTurn();
  send('a');
  flushTurn();
  expect(log).toEqual(['a']);
  send('b');
  expect(log).toEqual(['a']);
  endTurn();
  expect(log).toEqual(['a', 'b']);
});

test('what a flush sends itself leaves in the same turn', () => {
  beginTurn();
  atEndOfTurn(() => send('a'));
  flushTurn();
  expect(log).toEqual(['a']);
});

test('after the turn, the end of Node’s own', async () => {
  beginTurn();
  endTurn();
  send('a');
  expect(log).toEqual([]);
  await nextTick();
  expect(log).toEqual(['a']);
});
