import { startSystemTimer, type StartTimer } from './start-timer.ts';

export interface KeepAliveOptions {
  /** Silence after which the router is asked, and then between two questions. */
  readonly milliseconds: number;
  /** When the router was last heard, by `now`'s clock. */
  lastReceivedAt(): number;
  /** Monotonic milliseconds. */
  now(): number;
  /** REQUEST number `n`, from 0. */
  ask(n: number): void;
  /** Nothing has been heard for this long, three questions included. Called once. */
  silent(milliseconds: number): void;
  readonly startTimer?: StartTimer;
}

/** Questions without an answer after which the router is given up (protocol.md §2). */
const MOST_UNANSWERED = 3;

/**
 * Asks a silent router whether it is still there. Whatever it sends counts as an answer. One timer, which
 * looks at the time of the last reception when it expires: traffic costs nothing.
 */
export class KeepAlive {
  readonly #options: KeepAliveOptions;
  readonly #startTimer: StartTimer;
  #stopTimer: () => void = () => undefined;
  #next = 0;
  #unanswered = 0;
  #lastAskedAt = 0;

  constructor(options: KeepAliveOptions) {
    this.#options = options;
    this.#startTimer = options.startTimer ?? startSystemTimer;
    this.#wait(options.milliseconds);
  }

  stop(): void {
    this.#stopTimer();
  }

  /** Asks at once, whatever was heard before. Silence for `patience` milliseconds from now on is the end. */
  probe(patience: number): void {
    const options = this.#options;
    const askedAt = options.now();
    this.#stopTimer();
    this.#stopTimer = this.#startTimer(patience, () => {
      const heardAt = options.lastReceivedAt();
      if (heardAt > askedAt) this.#look();
      else options.silent(options.now() - heardAt);
    });
    options.ask(this.#next++);
  }

  #wait(milliseconds: number): void {
    this.#stopTimer = this.#startTimer(milliseconds, () => this.#look());
  }

  #look(): void {
    const options = this.#options;
    const heardAt = options.lastReceivedAt();
    const now = options.now();
    const rest = options.milliseconds - (now - heardAt);
    // Timers have whole milliseconds: waiting for less than one would only spin.
    if (rest >= 1) {
      this.#unanswered = 0;
      this.#wait(rest);
      return;
    }
    if (heardAt >= this.#lastAskedAt) this.#unanswered = 0;
    if (this.#unanswered >= MOST_UNANSWERED) {
      options.silent(now - heardAt);
      return;
    }
    this.#unanswered += 1;
    this.#lastAskedAt = now;
    this.#wait(options.milliseconds);
    options.ask(this.#next++);
  }
}
