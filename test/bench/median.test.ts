import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, quantile } from './median.ts';

test('the middle of an odd number of values, whatever their order', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([7])).toBe(7);
});

test('the mean of the two in the middle of an even number', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('no values have no median', () => {
  expect(median([])).toBeNaN();
});

test('quantiles run from the lowest value to the highest', () => {
  const values = [10, 40, 20, 30, 50];
  expect([0, 0.25, 0.9, 1].map((share) => quantile(values, share))).toEqual([10, 20, 46, 50]);
});

test('at least half of the values are on either side of the median, and the values are left as they are', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
      const copy = [...values];
      const middle = median(values);
      expect(values).toEqual(copy);
      expect(values.filter((value) => value <= middle).length * 2).toBeGreaterThanOrEqual(values.length);
      expect(values.filter((value) => value >= middle).length * 2).toBeGreaterThanOrEqual(values.length);
    }),
  );
});
