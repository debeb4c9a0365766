import { expect, test } from 'vitest';
import { StageWatch } from './timed-session.ts';

test('each stage lasts until the next one', () => {
  const watch = new StageWatch(100);
  watch.enter('connecting', 105);
  watch.enter('securing', 125);
  expect(watch.end(165)).toEqual({ connecting: 20, securing: 40 });
});

test('a stage that comes back goes on counting', () => {
  const watch = new StageWatch(0);
  watch.enter('negotiating', 0);
  watch.enter('signing-in', 10);
  watch.enter('negotiating', 13);
  expect(watch.end(20)).toEqual({ negotiating: 17, 'signing-in': 3 });
});

test('the time before the first stage counts when it has a name', () => {
  const watch = new StageWatch(50, 'starting');
  watch.enter('connecting', 80);
  expect(watch.end(81)).toEqual({ starting: 30, connecting: 1 });
});
