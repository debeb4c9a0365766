import { expect, test } from 'vitest';
import { Errno } from './libc.ts';
import { NO_EVENTS, type ReadWatch } from './read-watch.ts';
import { type QueueCalls, TunQueues } from './tun-queues.ts';

const GONE = 77;

/** A queue of packets, of which only the lengths are told. */
class Queue implements ReadWatch {
  events = NO_EVENTS;
  isWatched = false;
  /** Read while waiting, and not taken yet. */
  held = 0;
  readonly descriptor: number;
  readonly packets: number[];

  constructor(descriptor: number, packets: number[]) {
    this.descriptor = descriptor;
    this.packets = packets;
  }

  listen(events: typeof NO_EVENTS): void {
    this.events = events;
  }
  resume(): void {
    this.isWatched = true;
  }
  pause(): void {
    this.isWatched = false;
  }
  take(): number {
    const { held } = this;
    this.held = 0;
    return held;
  }
  close(): void {
    this.isWatched = false;
  }
  wake(): void {
    this.held = this.packets.shift() ?? 0;
    this.events.readable();
  }
}

function open(...packets: readonly [number[], ...number[][]]): {
  queues: TunQueues;
  all: [Queue, ...Queue[]];
} {
  const [first, ...others] = packets;
  const all: [Queue, ...Queue[]] = [
    new Queue(0, first),
    ...others.map((waiting, index) => new Queue(index + 1, waiting)),
  ];
  let errno: number = Errno.EAGAIN;
  const calls: QueueCalls = {
    read(descriptor) {
      const bytes = all[descriptor]?.packets.shift() ?? -1;
      if (bytes !== GONE) return bytes;
      errno = Errno.ENODEV;
      return -1;
    },
    write: (descriptor, _address, length) => (descriptor === 0 ? length : -1),
    errno: () => errno,
  };
  return { queues: new TunQueues(calls, all, { address: 0, length: 1000 }), all };
}

function readOne(queues: TunQueues): number[] {
  const read: number[] = [];
  for (let bytes = queues.read(); bytes > 0; bytes = queues.read()) read.push(bytes);
  return read;
}

/** Until there is nothing twice in a row. */
function readAll(queues: TunQueues): number[] {
  const read: number[] = [];
  for (let part = readOne(queues); part.length > 0; part = readOne(queues)) read.push(...part);
  return read;
}

test('whoever calls is read, and nobody else', () => {
  const { queues, all } = open([10, 11], [20, 21, 22]);
  const read: number[][] = [];
  queues.listen({ readable: () => read.push(readOne(queues)), gone: () => undefined });
  all[1]?.wake();
  all[0].wake();
  expect(read).toEqual([
    [20, 21, 22],
    [10, 11],
  ]);
});

test('outside of a call all are read', () => {
  const { queues } = open([10, 11], [], [30], [40, 41]);
  expect(readAll(queues)).toEqual([10, 11, 30, 40, 41]);
  expect(queues.read()).toBe(0);
});

test('outside of a call all are read, whoever called last', () => {
  const { queues, all } = open([10], [20], [30], [40]);
  let called = 0;
  queues.listen({ readable: () => (called = queues.read()), gone: () => undefined });
  all[2]?.wake();
  expect(called).toBe(30);
  expect(readAll(queues)).toEqual([40, 10, 20]);
});

test('a full queue keeps nobody waiting for long, however short the turns are', () => {
  const { queues } = open(
    Array.from({ length: 100 }, () => 10),
    [],
    [30],
    [40],
  );
  const read: number[] = [];
  for (let turn = 0; turn < 32; turn += 1) {
    queues.resume();
    read.push(queues.read());
    queues.pause();
  }
  expect(read).toContain(30);
  expect(read).toContain(40);
});

test('what was read and not taken is never handed out for another packet', () => {
  const { queues, all } = open([10], [20]);
  queues.listen({ readable: () => undefined, gone: () => undefined });
  all[0].wake();
  const read: number[] = [];
  queues.listen({ readable: () => read.push(...readOne(queues)), gone: () => undefined });
  all[1]?.wake();
  all[0].wake();
  expect(read).toEqual([20]);
});

test('packets are written to the first, and all are watched or none', () => {
  const { queues, all } = open([], [], []);
  expect(queues.write(0, 99)).toBe(99);
  queues.resume();
  expect(all.map((queue) => queue.isWatched)).toEqual([true, true, true]);
  queues.pause();
  expect(all.map((queue) => queue.isWatched)).toEqual([false, false, false]);
});

test('a device that is gone', () => {
  const { queues } = open([GONE], [20]);
  expect(queues.read()).toBe(-1);
});
