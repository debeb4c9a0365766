import type { Duplex } from 'node:stream';
import { limitUnsentBytes } from './socket-send-buffer.ts';

/** A write that takes longer, in milliseconds, has met a link that is slower than we are. */
const SLOW_WRITE = 4;
/** So has a link that has been behind for so long, in milliseconds, at less than FAST bytes per millisecond. */
const SLOW_BACKLOG = 10;
const FAST = 60_000;
/** Below this rate, 50 Mbit/s, every 16 KiB in the kernel delay a packet by milliseconds. */
const NARROW = 6250;
/** What the kernel may hold unsent, by the rate. */
const UNSENT_NARROW = 16 * 1024;
const UNSENT = 64 * 1024;
/** A slow link is given so many milliseconds' worth in one write. */
const WRITE_DURATION = 2;
const SMALLEST_WRITE = 16 * 1024;

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
  /** Bytes per millisecond, smoothed; 0 = not known. */
  #rate = 0;
  #behindSince = -1;
  #writtenSince = 0;
  #unsent = 0;

  /** `onSlow`: somebody waits for room, and the link has turned out slow. */
  constructor(stream: Duplex, onSlow: () => void) {
    this.#stream = stream;
    this.#onSlow = onSlow;
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
    const elapsed = Math.max(0.01, performance.now() - this.#startedAt);
    this.#writtenSince += this.#length;
    // Short writes say more about the turn of the loop than about the link.
    if (this.#length < BATCH_WORTH && elapsed < SLOW_WRITE) return;
    const rate = this.#length / elapsed;
    this.#rate = this.#rate === 0 ? rate : this.#rate * 0.75 + rate * 0.25;
    this.#limit();
  }

  /** Somebody has more to send than there is room for. True = the link is slow; `onSlow` is not called for it. */
  behind(): boolean {
    const now = performance.now();
    if (this.#behindSince < 0) {
      this.#behindSince = now;
      this.#writtenSince = 0;
    } else if (now - this.#behindSince > SLOW_BACKLOG) {
      const rate = this.#writtenSince / (now - this.#behindSince);
      this.#behindSince = now;
      this.#writtenSince = 0;
      if (rate < FAST) return true;
    }
    if (this.#isWaiting) return false;
    this.#isWaiting = true;
    // The same timer again: none is made per write.
    if (this.#timer === undefined) this.#timer = setTimeout(this.#lookAgain, SLOW_WRITE).unref();
    else this.#timer.refresh();
    return false;
  }

  /** There was room for all. */
  keptUp(): void {
    this.#behindSince = -1;
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
      this.#onSlow();
      this.#limit();
    } else {
      this.#isWaiting = true;
      this.#timer?.refresh();
    }
  };

  #limit(): void {
    const isStalled = this.#isWriting && this.#rate === 0;
    const unsent = isStalled || this.#rate < NARROW ? UNSENT_NARROW : UNSENT;
    // Back only when it is clearly faster: the rate itself depends on it.
    if (unsent === this.#unsent || (unsent > this.#unsent && this.#unsent > 0 && this.#rate < 2 * NARROW))
      return;
    this.#unsent = unsent;
    limitUnsentBytes(this.#stream, unsent);
  }
}

const BATCH_WORTH = 8 * 1024;
