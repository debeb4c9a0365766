import { DEFAULT_MAXIMUM_SEGMENT_SIZE, TcpFlag } from './tcp-segment.ts';

/** RFC 6928: what may be under way at first. We never need more. */
export const SEGMENTS_IN_FLIGHT = 10;

/** What goes out next; `flags` without ACK, which depends on the connection's state. */
export interface OutgoingSegment {
  readonly position: number;
  readonly flags: number;
  readonly data: Uint8Array;
}

const NO_DATA = new Uint8Array(0);

/**
 * The sending half of a TCP connection: what is to be said, how much of it was sent, and how much acknowledged.
 * Positions count from our SYN, which is position 0: data begins at 1, the FIN stands behind it.
 */
export class TcpSender {
  #data: Uint8Array = NO_DATA;
  #finishing = false;
  #unacknowledged = 0;
  #next = 0;
  #highestSent = 0;
  #window = 1;
  #segmentSize: number;
  #retransmissions = 0;
  readonly #maximumSegmentSize: number;

  constructor(maximumSegmentSize: number) {
    this.#maximumSegmentSize = maximumSegmentSize;
    this.#segmentSize = Math.min(DEFAULT_MAXIMUM_SEGMENT_SIZE, maximumSegmentSize);
  }

  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  get highestSent(): number {
    return this.#highestSent;
  }

  /** How often in a row the same was sent again. */
  get retransmissions(): number {
    return this.#retransmissions;
  }

  /** Something is not acknowledged yet, sent or not. */
  get owes(): boolean {
    return this.#unacknowledged < this.#lastPosition();
  }

  /** Our FIN was acknowledged. */
  get finished(): boolean {
    return this.#finishing && !this.owes;
  }

  write(bytes: Uint8Array): void {
    if (this.#finishing) {
      return;
    }
    const joined = new Uint8Array(this.#data.length + bytes.length);
    joined.set(this.#data);
    joined.set(bytes, this.#data.length);
    this.#data = joined;
  }

  finish(): void {
    this.#finishing = true;
  }

  /** Forgets what was to be said. */
  clear(): void {
    this.#data = NO_DATA;
  }

  /** What the peer's SYN says: the MSS option, if any, and its window. */
  peerAnnounced(maximumSegmentSize: number | undefined, window: number): void {
    const size = Math.min(maximumSegmentSize ?? DEFAULT_MAXIMUM_SEGMENT_SIZE, this.#maximumSegmentSize);
    this.#segmentSize = Math.max(1, size);
    this.#window = window;
  }

  /** An acknowledgment up to `position`, which was sent; an old one changes nothing. */
  acknowledge(position: number, window: number): void {
    if (position < this.#unacknowledged) {
      return;
    }
    if (position > this.#unacknowledged) {
      this.#unacknowledged = position;
      this.#retransmissions = 0;
    }
    this.#next = Math.max(this.#next, position);
    this.#window = window;
  }

  /** All that is not acknowledged is to be sent again. */
  rewind(): void {
    this.#next = this.#unacknowledged;
    this.#retransmissions += 1;
  }

  /**
   * Takes the next segment that the peer's window has room for. With nothing under way one byte goes out even into a
   * closed window: it is the window probe (RFC 9293 §3.8.6.1).
   */
  next(): OutgoingSegment | undefined {
    const position = this.#next;
    if (position === 0) {
      this.#advance(1);
      return { position, flags: TcpFlag.syn, data: NO_DATA };
    }
    const room = Math.min(this.#window, SEGMENTS_IN_FLIGHT * this.#segmentSize);
    const edge = this.#unacknowledged + Math.max(room, 1);
    if (position >= Math.min(edge, this.#lastPosition())) {
      return undefined;
    }
    const from = position - 1;
    const count = Math.min(this.#segmentSize, this.#data.length - from, edge - position);
    const isLast = this.#finishing && from + count === this.#data.length;
    this.#advance(position + count + (isLast ? 1 : 0));
    const flags = (count > 0 ? TcpFlag.psh : 0) | (isLast ? TcpFlag.fin : 0);
    return { position, flags, data: this.#data.subarray(from, from + count) };
  }

  /** One past the last position that we send. */
  #lastPosition(): number {
    return 1 + this.#data.length + (this.#finishing ? 1 : 0);
  }

  #advance(next: number): void {
    this.#next = next;
    this.#highestSent = Math.max(this.#highestSent, next);
  }
}
