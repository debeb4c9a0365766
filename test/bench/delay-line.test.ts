import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DelayLine } from './delay-line.ts';

test('an item arrives after the delay and not before', () => {
  const line = new DelayLine<string>(50);
  line.enter('a', 1000);
  expect(line.nextDue).toBe(1050);
  expect(line.leave(1049.9)).toEqual([]);
  expect(line.leave(1050)).toEqual(['a']);
  expect(line.nextDue).toBeUndefined();
});

test('items under way at the same time each keep their own delay', () => {
  const line = new DelayLine<string>(50);
  line.enter('a', 0);
  line.enter('b', 30);
  expect(line.leave(50)).toEqual(['a']);
  expect(line.nextDue).toBe(80);
  expect(line.leave(200)).toEqual(['b']);
});

test('nothing is lost and the order is kept, however often one looks', () => {
  const steps = fc.array(fc.record({ wait: fc.nat(40), look: fc.boolean() }));
  fc.assert(
    fc.property(steps, fc.nat(100), (moves, delay) => {
      const line = new DelayLine<number>(delay);
      const arrived: number[] = [];
      let now = 0;
      moves.forEach(({ wait, look }, index) => {
        now += wait;
        line.enter(index, now);
        if (look) arrived.push(...line.leave(now));
      });
      arrived.push(...line.leave(now + delay));
      expect(arrived).toEqual(moves.map((_, index) => index));
    }),
  );
});
