import {
  BATCH_LENGTH,
  LARGE_BATCH_LENGTH,
  acquireBatch,
  acquireLargeBatch,
  releaseBatch,
} from './batch-pool.ts';
import { copyBytes } from './copy-bytes.ts';

const EMPTY = new Uint8Array(0);

/*
 * What one write holds. TLS cuts it into records of `recordLength` bytes, the last one shorter.
 *
 *   0                       recordLength            2 × recordLength
 *   +-----------+-----------+-----------+-----------+-------+------+
 *   | frame     | frame     | frame     | frame     | frame | frame|      no frame straddles a border
 *   +-----------+-----------+-----------+-----------+-------+------+
 */

/** Frames on their way into a write. Its buffer comes from the pool with the first frame. */
export class FrameBatch {
  /** Bytes of whole frames. */
  filled = 0;
  #bytes: Uint8Array = EMPTY;
  /** Where the record that is being filled must end. */
  #recordEnd = 0;
  #recordLength = BATCH_LENGTH;
  #records = 1;
  #isOneFrame = false;
  /** The last batch was not enough: the next one is large from the beginning. */
  #isBusy = false;

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Records that TLS cuts after exactly `length` bytes: a batch may hold many of them. */
  shapeRecords(length: number): void {
    this.#recordLength = length;
    this.#records = Math.floor(LARGE_BATCH_LENGTH / length);
  }

  /** A batch for each frame. */
  holdOneFrame(): void {
    this.#isOneFrame = true;
  }

  /** The longest frame that may follow; 0 = the batch is full. */
  get room(): number {
    if (this.filled === 0) return BATCH_LENGTH;
    if (this.#isOneFrame) return 0;
    if (this.filled < this.#recordEnd) return this.#recordEnd - this.filled;
    // TLS begins the next record only where this one is full: otherwise a frame would straddle them.
    return this.#recordEnd < this.#records * this.#recordLength ? this.#recordLength : 0;
  }

  /** Makes bytes[filled…filled + length) ready for a frame; it counts when `filled` was raised. False = no room. */
  reserve(length: number): boolean {
    if (this.filled === 0) {
      if (length > BATCH_LENGTH) throw new RangeError(`A frame of ${length} bytes fits in no batch`);
      if (this.#bytes === EMPTY) this.#bytes = this.#isBusy ? acquireLargeBatch() : acquireBatch();
      this.#recordEnd = Math.max(length, this.#recordLength);
      return true;
    }
    if (length > this.room) return false;
    if (this.filled + length > this.#recordEnd) {
      this.#enlarge();
      this.#recordEnd += this.#recordLength;
    }
    return true;
  }

  /** The buffer, for the write; what comes now goes into another one. Give it back to the pool. */
  detach(): Uint8Array {
    const bytes = this.#bytes;
    this.#bytes = EMPTY;
    this.filled = 0;
    return bytes;
  }

  /** Nothing is on its way. */
  rest(): void {
    this.#isBusy = false;
  }

  release(): void {
    if (this.#bytes !== EMPTY) releaseBatch(this.detach());
    this.filled = 0;
  }

  #enlarge(): void {
    const small = this.#bytes;
    if (small.length > BATCH_LENGTH) return;
    this.#isBusy = true;
    this.#bytes = acquireLargeBatch();
    copyBytes(small, 0, this.filled, this.#bytes, 0);
    releaseBatch(small);
  }
}
