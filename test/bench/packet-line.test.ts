import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PacketLine, type PacketLineOptions } from './packet-line.ts';

/** 1250 bytes take a millisecond. */
const LINE = { delay: 20, megabitsPerSecond: 10, buffer: 4, oneLostIn: 0 } satisfies PacketLineOptions;
const LENGTH = 1250;

function numbered(number: number, length = LENGTH): Uint8Array {
  return new Uint8Array(length).fill(number);
}

function arrived(line: PacketLine, now: number): number[] {
  const numbers: number[] = [];
  line.leave(now, (source, start, end) => {
    expect(new Set(source.subarray(start, end)).size).toBe(1);
    numbers.push(source[start] ?? -1);
  });
  return numbers;
}

test('packets leave one after the other, and arrive after the delay', () => {
  const line = new PacketLine(LINE);
  for (const number of [1, 2]) line.enter(numbered(number), 0, LENGTH, 0);
  expect(line.nextDue).toBe(21);
  expect(arrived(line, 20.9)).toEqual([]);
  expect(arrived(line, 21)).toEqual([1]);
  expect(arrived(line, 22)).toEqual([2]);
  expect(line.nextDue).toBeUndefined();
});

test('what would wait for longer than the buffer is dropped', () => {
  const line = new PacketLine(LINE);
  const taken = [1, 2, 3, 4, 5, 6, 7].map((number) => line.enter(numbered(number), 0, LENGTH, 0));
  expect(taken).toEqual([true, true, true, true, true, false, false]);
  expect(line.enter(numbered(8), 0, LENGTH, 1)).toBe(true);
  expect(arrived(line, 100)).toEqual([1, 2, 3, 4, 5, 8]);
});

test('one packet in so many is lost', () => {
  const line = new PacketLine({ ...LINE, buffer: 1000, oneLostIn: 3 });
  for (const number of [1, 2, 3, 4, 5, 6, 7]) line.enter(numbered(number), 0, LENGTH, 0);
  expect(arrived(line, 1000)).toEqual([1, 2, 4, 5, 7]);
});

test('everything else arrives unchanged and in order, however long it goes on', () => {
  const packets = fc.array(fc.record({ wait: fc.nat(9), length: fc.integer({ min: 1, max: 1600 }) }), {
    size: 'large',
  });
  fc.assert(
    fc.property(packets, (all) => {
      const line = new PacketLine({ ...LINE, buffer: 1e9 });
      const seen: number[] = [];
      let now = 0;
      all.forEach(({ wait, length }, index) => {
        now += wait;
        line.enter(numbered(index % 256, length), 0, length, now);
        seen.push(...arrived(line, now));
      });
      seen.push(...arrived(line, Number.POSITIVE_INFINITY));
      expect(seen).toEqual(all.map((_, index) => index % 256));
    }),
  );
});
