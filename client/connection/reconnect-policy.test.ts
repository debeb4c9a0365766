import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelay } from './reconnect-policy.ts';

test('the delay doubles from a second to a minute, of which chance takes up to half', () => {
  expect([1, 2, 3, 6, 7, 8, 2000].map((attempt) => retryDelay(attempt, 0))).toEqual([
    1000, 2000, 4000, 32_000, 60_000, 60_000, 60_000,
  ]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, random) => {
        const delay = retryDelay(attempt, random);
        const full = retryDelay(attempt, 0);
        return delay <= full && delay >= full / 2;
      },
    ),
  );
});
