import { expect, test } from 'vitest';
import { fixed, mebibytes, ratio } from './text.ts';

test('what is not known is a dash', () => {
  expect([fixed(Number.NaN, 1), ratio(1, 0), ratio(0, 0), mebibytes(undefined)]).toEqual([
    '–',
    '–',
    '–',
    '–',
  ]);
});

test('nothing is a little below zero', () => {
  expect([fixed(-0.04, 1), fixed(-0.4, 0), fixed(-0.06, 1)]).toEqual(['0.0', '0', '-0.1']);
});

test('a ratio has two significant digits at least', () => {
  expect([ratio(43, 1000), ratio(1.62, 1), ratio(120, 1)]).toEqual(['0.043', '1.62', '120']);
});
