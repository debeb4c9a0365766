import { describe, expect, test } from 'vitest';
import { RateMeter, Slots, formatUpTime } from './connection-management.ts';

test.each([
  [0, '0:00:00'],
  [62.9, '0:01:02'],
  [3599, '0:59:59'],
  [36_000, '10:00:00'],
  [400_000, '111:06:40'],
])('%d seconds = %s', (seconds, text) => {
  expect(formatUpTime(seconds)).toBe(text);
});

test('a rate is bits per second since the sample before', () => {
  const meter = new RateMeter(1000);
  expect(meter.bitsPerSecond).toBe(0);
  meter.sample(1000, 2000);
  expect(meter.bitsPerSecond).toBe(8000);
  meter.sample(1000, 2000);
  expect(meter.bitsPerSecond).toBe(8000);
  meter.sample(1500, 4000);
  expect(meter.bitsPerSecond).toBe(2000);
  meter.sample(1500, 5000);
  expect(meter.bitsPerSecond).toBe(0);
});

describe('Slots', () => {
  test('the lowest free one, up to the limit', () => {
    const slots = new Slots(3);
    expect([slots.take(), slots.take(), slots.take(), slots.take()]).toEqual([1, 2, 3, undefined]);
    slots.release(2);
    slots.release(2);
    expect(slots.left).toBe(1);
    expect(slots.take()).toBe(2);
    expect(slots.take()).toBeUndefined();
  });
});
