import type { Duplex } from 'node:stream';
import { limitUnsentBytes } from './socket-send-buffer.ts';

/** A write that takes longer, in milliseconds, has met a link that is slower than we are. */
const SLOW_WRITE = 4;
/** So has a link that has been behind for so long, in milliseconds, at less than FAST bytes per millisecond. */
const SLOW_BACKLOG = 10;
const FAST = 60_000;
/** The rate is that over so many milliseconds: a single write says only how much the kernel had room for. */
const RATE_WINDOW = 25;
/** A slow link is given so many milliseconds' worth in one write. */
const WRITE_DURATION = 2;
const SMALLEST_WRITE = 6 * 1024;
/** And the kernel so many unsent, in a power of two between the two. */
const UNSENT_DURATION = 4;
const LEAST_UNSENT = 8 * 1024;
const MOST_UNSENT = 128 * 1024;

/**
 * Measures how fast a link takes what is written, in milliseconds of `performance.now()`, and keeps the kernel's send
 * buffer short where that is slow. Its only timer runs while somebody waits for room.
 */
export class LinkPace {
  readonly #stream: Duplex;
  readonly #onSlow: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isWaiting = false;
  #isWriting = false;
  #startedAt = 0;
  #length = 0;
  /** Bytes per millisecond while there was always more to send; 0 = not known. */
  #rate = 0;
  #behindSince = -1;
  #windowStart = -1;
  #windowBytes = 0;
  #unsent = 0;

  /** `onSlow`: somebody waits for room, and the link has turned out slow. */
  constructor(stream: Duplex, onSlow: () => void) {
    this.#stream = stream;
    this.#onSlow = onSlow;
  }

  /** From now on the kernel holds no more unsent than a fast link needs, so that a slow one is noticed soon. */
  start(): void {
    this.#unsent = MOST_UNSENT;
    limitUnsentBytes(this.#stream, MOST_UNSENT);
  }

  /** How much to write at once when the link is slow, in bytes. */
  get writeLength(): number {
    return Math.max(SMALLEST_WRITE, this.#rate * WRITE_DURATION);
  }

  writeBegins(length: number): void {
    this.#isWriting = true;
    this.#startedAt = performance.now();
    this.#length = length;
  }

  writeEnds(): void {
    this.#isWriting = false;
    if (this.#windowStart < 0) return;
    const now = performance.now();
    this.#windowBytes += this.#length;
    const elapsed = now - this.#windowStart;
    if (elapsed < RATE_WINDOW) return;
    const rate = this.#windowBytes / elapsed;
    this.#rate = this.#rate === 0 ? rate : (this.#rate + rate) / 2;
    this.#windowStart = now;
    this.#windowBytes = 0;
    this.#limit();
  }

  /** Somebody has more to send than there is room for. True = the link is slow; `onSlow` is not called for it. */
  behind(): boolean {
    const now = performance.now();
    if (this.#behindSince < 0) this.#behindSince = now;
    this.#measureFrom(now);
    if (now - this.#behindSince > SLOW_BACKLOG && this.#windowBytes > 0) {
      if (this.#windowBytes / (now - this.#windowStart) < FAST && now - this.#windowStart > SLOW_BACKLOG / 2)
        return true;
    }
    if (this.#isWaiting) return false;
    this.#isWaiting = true;
    // The same timer again: none is made per write.
    if (this.#timer === undefined) this.#timer = setTimeout(this.#lookAgain, SLOW_WRITE).unref();
    else this.#timer.refresh();
    return false;
  }

  /** There was room for all: the link's own rate does not show. */
  keptUp(): void {
    this.#behindSince = -1;
    this.#windowStart = -1;
    this.#isWaiting = false;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#isWaiting = false;
    this.#isWriting = false;
  }

  readonly #lookAgain = (): void => {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    if (!this.#isWriting) return;
    if (performance.now() - this.#startedAt >= SLOW_WRITE - 0.5) {
      if (this.#rate === 0) this.#rate = this.#length / SLOW_WRITE / 8;
      this.#limit();
      this.#onSlow();
    } else {
      this.#isWaiting = true;
      this.#timer?.refresh();
    }
  };

  #measureFrom(now: number): void {
    if (this.#windowStart >= 0) return;
    this.#windowStart = now;
    this.#windowBytes = 0;
  }

  #limit(): void {
    const wanted = this.#rate * UNSENT_DURATION;
    // Between a half and twice of what it is: left as it is.
    if (wanted > this.#unsent / 2 && wanted < this.#unsent * 2) return;
    const unsent = Math.min(MOST_UNSENT, Math.max(LEAST_UNSENT, 2 ** Math.ceil(Math.log2(wanted + 1))));
    if (unsent === this.#unsent) return;
    this.#unsent = unsent;
    limitUnsentBytes(this.#stream, unsent);
  }
}
