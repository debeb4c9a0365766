import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listWindow, movedTo, scrolledTo } from './list-window.ts';

test('of ten thousand rows only those around the view are drawn', () => {
  const { first, end } = listWindow(200_000, 600, 52, 10_000);
  expect(end - first).toBeLessThan(30);
  expect(first * 52).toBeLessThanOrEqual(200_000);
  expect(end * 52).toBeGreaterThanOrEqual(200_600);
});

test('a window is never outside of the list, however it is scrolled', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -500, max: 1_000_000 }),
      fc.nat(2000),
      fc.nat(20_000),
      (top, height, count) => {
        const { first, end } = listWindow(top, height, 52, count);
        expect(first).toBeGreaterThanOrEqual(0);
        expect(end).toBeGreaterThanOrEqual(first);
        expect(end).toBeLessThanOrEqual(Math.max(first, count));
      },
    ),
  );
});

test('scrolling moves no further than it must', () => {
  expect(scrolledTo(2, 0, 520, 52)).toBe(0);
  expect(scrolledTo(10, 0, 520, 52)).toBe(52);
  expect(scrolledTo(1, 520, 520, 52)).toBe(52);
});

test('keys move within the list', () => {
  expect(movedTo('ArrowDown', 9, 10, 5)).toBe(9);
  expect(movedTo('ArrowDown', -1, 10, 5)).toBe(0);
  expect(movedTo('ArrowUp', -1, 10, 5)).toBe(9);
  expect(movedTo('PageUp', 3, 10, 5)).toBe(0);
  expect(movedTo('End', 0, 10, 5)).toBe(9);
  expect(movedTo('a', 3, 10, 5)).toBeUndefined();
  expect(movedTo('End', -1, 0, 5)).toBeUndefined();
});
