import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readUint32, writeUint32 } from '../shared/ip/byte-order.ts';
import { INTERVAL, TARGET } from './codel.ts';
import { FairQueue, QUEUE_SLOTS } from './fair-queue.ts';
import { tcpPacket } from './testing/packets.ts';

const HEADER = 8;

/** A frame of `flow` with `mark` where its sequence number is. */
function put(queue: FairQueue, flow: number, mark: number, length: number, now: number): void {
  const packet = tcpPacket({ flow, payload: new Uint8Array(length - 40) });
  writeUint32(packet, 24, mark);
  const place = queue.reserve();
  queue.slab.set(packet, place + HEADER);
  queue.commit(HEADER + length, HEADER, now);
}

function take(queue: FairQueue, now: number, most = 2000): { flow: number; mark: number } | undefined {
  const place = queue.take(now, most);
  if (place < 0) return undefined;
  const packet = queue.slab.subarray(place + HEADER);
  return { flow: packet[15] ?? 0, mark: readUint32(packet, 24) };
}

test('every packet comes out once, in its flow’s order, or is counted as dropped', () => {
  const step = fc.record({
    flow: fc.nat(20),
    length: fc.integer({ min: 40, max: 1500 }),
    takes: fc.nat(2),
    wait: fc.nat(20),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new FairQueue();
      const last = new Map<number, number>();
      let now = 0;
      let taken = 0;
      const check = (seen: { flow: number; mark: number } | undefined): boolean => {
        if (seen === undefined) return false;
        expect(seen.mark).toBeGreaterThan(last.get(seen.flow) ?? -1);
        last.set(seen.flow, seen.mark);
        taken += 1;
        return true;
      };
      steps.forEach(({ flow, length, takes, wait }, i) => {
        put(queue, flow, i, length, now);
        now += wait;
        for (let n = 0; n < takes; n += 1) check(take(queue, now));
      });
      while (check(take(queue, now)));
      expect(queue.isEmpty).toBe(true);
      expect(queue.bytes).toBe(0);
      expect(taken + queue.dropped).toBe(steps.length);
    }),
    { numRuns: 60 },
  );
});

describe('fairness', () => {
  test('a packet of a quiet flow passes a flood', () => {
    const queue = new FairQueue();
    for (let i = 0; i < 1000; i += 1) put(queue, 1, i, 1400, 0);
    take(queue, 0);
    put(queue, 2, 0, 84, 0);
    const next = [take(queue, 0), take(queue, 0), take(queue, 0)].map((seen) => seen?.flow);
    expect(next).toContain(2);
  });

  test('two floods get the same number of bytes, whatever their packets’ lengths', () => {
    const queue = new FairQueue();
    for (let i = 0; i < 300; i += 1) put(queue, 1, i, 1400, 0);
    for (let i = 0; i < 600; i += 1) put(queue, 2, i, 200, 0);
    const bytes = [0, 0, 0];
    for (let i = 0; i < 300; i += 1) {
      const flow = take(queue, 0)?.flow ?? 0;
      bytes[flow] = (bytes[flow] ?? 0) + (flow === 1 ? 1408 : 208);
    }
    expect(Math.abs((bytes[1] ?? 0) - (bytes[2] ?? 0))).toBeLessThan(2 * 1514);
  });

  test('a full queue takes from the longest flow', () => {
    const queue = new FairQueue();
    put(queue, 2, 7, 100, 0);
    for (let i = 0; i < 3 * QUEUE_SLOTS; i += 1) put(queue, 1, i, 1400, 0);
    expect(queue.dropped).toBeGreaterThan(QUEUE_SLOTS);
    const seen = [take(queue, 0), take(queue, 0), take(queue, 0)];
    expect(seen).toContainEqual({ flow: 2, mark: 7 });
  });
});

describe('age', () => {
  test('a standing queue loses packets, ever more of them, until it is short again', () => {
    const queue = new FairQueue();
    let dropsLate = 0;
    // Ten packets behind for a second: each waits 20 ms.
    for (let now = 0; now < 1000; now += 2) {
      put(queue, 1, now, 1000, now);
      if (now < 20) continue;
      take(queue, now);
      if (now === 500) dropsLate = queue.dropped;
    }
    expect(queue.dropped).toBeGreaterThan(0);
    expect(queue.dropped).toBeLessThan(50);
    expect(dropsLate).toBeLessThanOrEqual(queue.dropped);
  });

  test('a burst that is over within the interval loses nothing', () => {
    const queue = new FairQueue();
    for (let i = 0; i < 100; i += 1) put(queue, 1, i, 1000, 0);
    for (let i = 0; i < 100; i += 1) take(queue, (i * (INTERVAL - 1)) / 100);
    expect(queue.dropped).toBe(0);
  });

  test('a single packet is never too old', () => {
    const queue = new FairQueue();
    for (let now = 0; now < 100 * INTERVAL; now += 2 * TARGET) {
      put(queue, 1, now, 1000, now);
      expect(take(queue, now + 2 * TARGET)?.mark).toBe(now);
    }
  });
});

test('a frame that is too long for the rest of a record stays', () => {
  const queue = new FairQueue();
  put(queue, 1, 5, 1000, 0);
  expect(take(queue, 0, 500)).toBeUndefined();
  expect(queue.isEmpty).toBe(false);
  expect(take(queue, 0, 1008)?.mark).toBe(5);
});
