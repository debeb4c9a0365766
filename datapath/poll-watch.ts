import type { Libc, PollHandle } from './libc.ts';
import { NO_EVENTS, type ReadWatch, type ReadWatchEvents } from './read-watch.ts';

/**
 * A watch by koffi's poll handle. Not for a worker thread: one that ends while the handle is open takes the whole
 * process with it. Throws where koffi has no such thing.
 */
export class PollWatch implements ReadWatch {
  descriptor: number;
  readonly #libc: Libc;
  #events = NO_EVENTS;
  /** A field, or else the handle is collected and its events stop. */
  readonly #poll: PollHandle;

  constructor(libc: Libc, descriptor: number) {
    this.descriptor = descriptor;
    this.#libc = libc;
    this.#poll = libc.poll(descriptor, this.#onPoll);
    this.#poll.stop();
  }

  listen(events: ReadWatchEvents): void {
    this.#events = events;
  }

  resume(): void {
    if (this.descriptor >= 0) this.#poll.start({ readable: true }, this.#onPoll);
  }

  pause(): void {
    if (this.descriptor >= 0) this.#poll.stop();
  }

  take(): number {
    return 0;
  }

  close(): void {
    if (this.descriptor < 0) return;
    // In this order: a descriptor that is closed while watched may be another file's a moment later.
    this.#poll.close();
    this.#libc.close(this.descriptor);
    this.descriptor = -1;
  }

  readonly #onPoll = (status: number): void => {
    if (status < 0) this.#events.gone();
    else this.#events.readable();
  };
}
