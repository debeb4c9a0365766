import { Errno, type Libc } from './libc.ts';
import type { ReadWatch, ReadWatchEvents } from './read-watch.ts';

/** Where packets are read to: `length` bytes from `address` on, which the caller keeps alive. */
export interface ReadSpace {
  readonly address: number;
  readonly length: number;
}

/** Pauses for which it is read on where it was. */
const PAUSES_PER_QUEUE = 8;

export type QueueCalls = Pick<Libc, 'read' | 'write' | 'errno'>;

/** The queues of a device, all of which are read into one space. The first is the one that is written to. */
export class TunQueues {
  readonly #libc: QueueCalls;
  readonly #queues: readonly [ReadWatch, ...ReadWatch[]];
  readonly #space: ReadSpace;
  /** Which of them is read now. */
  #at = 0;
  /** One queue has called: the others call themselves. */
  #isInCallback = false;
  /** Outside of a callback: something was read since the last pause or the last 0. */
  #hasRead = false;
  #pauses = 0;

  /** Each of `queues` was given `space` too. */
  constructor(libc: QueueCalls, queues: readonly [ReadWatch, ...ReadWatch[]], space: ReadSpace) {
    this.#libc = libc;
    this.#queues = queues;
    this.#space = space;
  }

  /** `readable`: read until there is nothing. It comes again for what was left. */
  listen(events: ReadWatchEvents): void {
    for (const [at, queue] of this.#queues.entries()) {
      const readable = (): void => {
        this.#turnTo(at);
        this.#isInCallback = true;
        try {
          events.readable();
        } finally {
          this.#isInCallback = false;
        }
      };
      queue.listen({ readable, gone: () => events.gone() });
    }
  }

  resume(): void {
    for (const queue of this.#queues) queue.resume();
  }

  /** Now and then what is read first after it is another queue: none may keep the others waiting for long. */
  pause(): void {
    for (const queue of this.#queues) queue.pause();
    this.#hasRead = false;
    this.#pauses += 1;
    if (this.#pauses % PAUSES_PER_QUEUE === 0) this.#turnToNext();
  }

  /**
   * The length of one packet; 0 = none now, -1 = the device is gone. Outside of a callback 0 is said of one queue, and
   * only twice in a row of all: looking into those that are mostly empty takes a system call each.
   */
  read(): number {
    let bytes = this.#readOne();
    if (this.#isInCallback) return bytes;
    let others = this.#hasRead ? 0 : this.#queues.length - 1;
    for (; bytes === 0 && others > 0; others -= 1) {
      this.#turnToNext();
      bytes = this.#readOne();
    }
    this.#hasRead = bytes > 0;
    return bytes;
  }

  /** Of `length` bytes: how many the kernel took; negative = none. */
  write(address: number, length: number): number {
    return this.#libc.write(this.#queues[0].descriptor, address, length);
  }

  close(): void {
    for (const queue of this.#queues) queue.close();
  }

  get #reading(): ReadWatch {
    return this.#queues[this.#at] ?? this.#queues[0];
  }

  #readOne(): number {
    const reading = this.#reading;
    const taken = reading.take();
    if (taken > 0) return taken;
    const { address, length } = this.#space;
    const bytes = this.#libc.read(reading.descriptor, address, length);
    if (bytes >= 0) return bytes;
    const errno = this.#libc.errno();
    return errno === Errno.EAGAIN || errno === Errno.EINTR ? 0 : -1;
  }

  #turnToNext(): void {
    this.#turnTo((this.#at + 1) % this.#queues.length);
  }

  #turnTo(at: number): void {
    if (at === this.#at) return;
    // What nobody has read from the space is about to be overwritten there.
    this.#reading.take();
    this.#at = at;
  }
}
