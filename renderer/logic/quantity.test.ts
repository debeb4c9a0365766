import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesText, clockText, latencyText, logTimeText, rateText } from './quantity.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [1234, '1.23 kB'],
  [12_345, '12.3 kB'],
  [999_499, '999 kB'],
  [999_500, '1 MB'],
  [5e15, '5,000 TB'],
])('%d bytes', (bytes, text) => {
  expect(bytesText(bytes, 'en')).toBe(text);
});

test('a rate in the notation of the language', () => {
  expect(rateText(9_350_000, 'de')).toBe('9,35 Mbit/s');
});

test('no quantity has more than four digits before its unit, up to the largest unit', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 9e14, noNaN: true }), (bytes) => {
      expect(bytesText(bytes, 'en').replace(/[^0-9]/g, '').length).toBeLessThanOrEqual(4);
    }),
  );
});

test('uptime', () => {
  expect([5, 754, 3723, 93_784, -3].map(clockText)).toEqual(['0:05', '12:34', '1:02:03', '26:03:04', '0:00']);
});

test('latency', () => {
  expect([0.3, 12.4, 1250].map((time) => latencyText(time, 'en'))).toEqual(['< 1 ms', '12 ms', '1,250 ms']);
});

test('a line of the log says its day when that is not the newest line’s', () => {
  const at = (day: number, hour: number): number => new Date(2026, 10, day, hour, 2, 5).getTime();
  expect(logTimeText(at(23, 8), at(23, 23), 'en-GB')).toBe('08:02:05');
  expect(logTimeText(at(22, 23), at(23, 0), 'en-GB')).toBe('22 Nov, 23:02:05');
});
