import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { DATA_HEADER_LENGTH, PppProtocol, writeDataHeader } from '../shared/protocol/ppp-frame.ts';
import { BATCH_LENGTH, releaseBatch } from './batch-pool.ts';
import { copyBytes } from './copy-bytes.ts';
import type { FairQueue } from './fair-queue.ts';
import { FrameBatch } from './frame-batch.ts';
import { LinkPace } from './link-pace.ts';
import { acquireQueue, releaseQueue } from './queue-pool.ts';
import { atEndOfTurn } from './send-turn.ts';
import { switches } from './switches.ts';

export interface FrameSenderEvents {
  /** Room again, after a packet was not taken. */
  drain(): void;
  /** Nothing more can be sent: a system error code such as ECONNRESET, or a few words. */
  failed(reason: string): void;
}

/** `one`: each packet in a TLS record of its own, for a router that takes a record for a frame. */
export type FramesPerRecord = 'many' | 'one';

export interface TrafficOptions {
  readonly mtu: number;
  /** False: a slow link only holds its senders back. Default true. */
  readonly fairQueue?: boolean;
}

/** Live numbers of IP packets that have left. */
export interface SentCounters {
  sentBytes: number;
  sentPackets: number;
}

const EMPTY = new Uint8Array(0);

/** Frames that wait for room behind both batches. A peer that reads nothing can hold this much, no more. */
const MAXIMUM_WAITING_BYTES = 64 * 1024;

/**
 * Frames into a stream. They are gathered in a batch and written whole, one write in flight; meanwhile the next batch
 * fills. Both batches come from a pool and go back when idle. No frame straddles two TLS records.
 *
 * A stream that takes less than the sender has to give holds the sender back; when that lasts, packets are queued
 * here instead, in the order that is fair to all flows (fair-queue.ts).
 */
export class FrameSender {
  readonly #stream: Duplex;
  readonly #counters: SentCounters;
  readonly #events: FrameSenderEvents;
  readonly #pace: LinkPace;
  readonly #hasOneFrameRecords: boolean;
  #state: 'open' | 'leaving' | 'stopped' = 'open';
  readonly #batch = new FrameBatch();
  #inFlight: Uint8Array | undefined;
  #flushScheduled = false;
  /** Frames in order behind #batch, which had no room for the first of them. */
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #drainWanted = false;
  #mayQueue = false;
  /** Packets wait here while the link is slow. */
  #queue: FairQueue | undefined;
  #packetSpace: Uint8Array = EMPTY;
  #packetAt = 0;
  #packetLength = 0;

  constructor(
    stream: Duplex,
    counters: SentCounters,
    events: FrameSenderEvents,
    framesPerRecord: FramesPerRecord,
  ) {
    this.#stream = stream;
    this.#counters = counters;
    this.#events = events;
    this.#pace = new LinkPace(stream, this.#onSlow);
    this.#hasOneFrameRecords = framesPerRecord === 'one' || switches.oneFramePerRecord;
    if (this.#hasOneFrameRecords) this.#batch.holdOneFrame();
  }

  /**
   * Prepares for packets of the system's, `mtu` bytes long: records are made to hold a whole number of them, so that a
   * write at full speed can be many records long and yet no frame straddles two; and slow links get a fair queue.
   */
  prepareForTraffic({ mtu, fairQueue = switches.fairQueue }: TrafficOptions): void {
    this.#mayQueue = fairQueue;
    if (fairQueue) this.#pace.start();
    if (this.#hasOneFrameRecords) return;
    const frame = DATA_HEADER_LENGTH + mtu;
    const length = Math.floor(BATCH_LENGTH / frame) * frame;
    // Only a TLS socket has records, and only where it agrees do we know how they are cut.
    if (this.#stream instanceof TLSSocket && this.#stream.setMaxSendFragment(length)) {
      this.#batch.shapeRecords(length);
    }
  }

  /** Where a reserved packet is written to; it changes with every `reservePacket`. */
  get packetSpace(): Uint8Array {
    return this.#packetSpace;
  }

  /**
   * Where in `packetSpace` an IP packet of `length` bytes is to be written; `commitPacket` must follow at once.
   * -1 = no room (`drain` follows), or nothing is sent any more.
   */
  reservePacket(length: number): number {
    if (this.#state !== 'open') return -1;
    const whole = DATA_HEADER_LENGTH + length;
    this.#packetLength = length;
    if (this.#queue === undefined) {
      if (this.#waiting.length === 0 && this.#makeRoom(whole)) {
        this.#packetSpace = this.#batch.bytes;
        this.#packetAt = this.#batch.filled;
        return this.#packetAt + DATA_HEADER_LENGTH;
      }
      if (this.#mayQueue && this.#pace.behind()) this.#queue = acquireQueue();
    }
    if (this.#queue === undefined) {
      this.#drainWanted = true;
      return -1;
    }
    this.#packetSpace = this.#queue.slab;
    this.#packetAt = this.#queue.reserve();
    return this.#packetAt + DATA_HEADER_LENGTH;
  }

  /** Takes what was written at the reserved place; `flushPackets` must follow in the same turn. */
  commitPacket(): void {
    const length = this.#packetLength;
    const whole = DATA_HEADER_LENGTH + length;
    const protocol = protocolOf(this.#packetSpace, this.#packetAt + DATA_HEADER_LENGTH);
    writeDataHeader(this.#packetSpace, this.#packetAt, protocol, length);
    if (this.#queue === undefined) {
      this.#batch.filled += whole;
      this.#counters.sentPackets += 1;
      this.#counters.sentBytes += length;
    } else {
      this.#queue.commit(whole, DATA_HEADER_LENGTH, performance.now());
    }
  }

  /** Sends what was committed, unless a write is in flight: that one's end sends it. */
  flushPackets(): void {
    if (this.#inFlight !== undefined || this.#state !== 'open') return;
    if (this.#queue !== undefined) this.#fillFromQueue(this.#queue);
    this.#flush();
  }

  /**
   * Copies the IP packet bytes[start..end) behind its header into the batch. It leaves at the end of this turn.
   * False = not taken: no room (`drain` follows), or nothing is sent any more.
   */
  sendPacket(bytes: Uint8Array, start: number, end: number): boolean {
    const at = this.reservePacket(end - start);
    if (at < 0) return false;
    copyBytes(bytes, start, end, this.#packetSpace, at);
    this.commitPacket();
    this.#scheduleFlush();
    return true;
  }

  /** A frame with its header. It leaves at the end of this turn, in order with everything else. */
  sendFrame(frame: Uint8Array): void {
    if (this.#state !== 'open') return;
    if (this.#waiting.length === 0 && this.#makeRoom(frame.length)) {
      this.#batch.bytes.set(frame, this.#batch.filled);
      this.#batch.filled += frame.length;
      this.#scheduleFlush();
      return;
    }
    this.#waitingBytes += frame.length;
    if (this.#waitingBytes > MAXIMUM_WAITING_BYTES) {
      this.#events.failed('the peer does not read');
      return;
    }
    this.#waiting.push(frame);
  }

  /** Sends `last` behind everything else, then ends our half of the stream. Nothing more is taken. */
  leave(last: Uint8Array): void {
    this.sendFrame(last);
    if (this.#state !== 'open') return;
    this.#state = 'leaving';
    this.#flush();
  }

  /** Nothing more is written and nothing more is told. Idempotent. */
  stop(): void {
    this.#state = 'stopped';
    this.#pace.stop();
    this.#batch.release();
    if (this.#queue !== undefined) releaseQueue(this.#queue);
    this.#queue = undefined;
    // The one in flight may still be read by the stream: it goes to the collector, not to the pool.
    this.#inFlight = undefined;
    this.#waiting.length = 0;
  }

  /** Whether a frame of `length` bytes fits in the batch now. */
  #makeRoom(length: number): boolean {
    if (this.#batch.reserve(length)) return true;
    // Full before the turn is over: it can leave now, and the next one be begun.
    this.#flush();
    return this.#batch.reserve(length);
  }

  /** A link that is slow: what it has no room for waits in order of fairness, and goes on being read. */
  readonly #onSlow = (): void => {
    if (this.#state !== 'open' || this.#queue !== undefined) return;
    this.#queue = acquireQueue();
    if (this.#queue === undefined) return;
    this.#drainWanted = false;
    this.#events.drain();
  };

  #fillFromQueue(queue: FairQueue): void {
    const now = performance.now();
    const enough = this.#pace.writeLength;
    const batch = this.#batch;
    while (batch.filled < enough) {
      const place = queue.take(now, batch.room);
      if (place < 0) break;
      const length = queue.frameLength(place);
      batch.reserve(length);
      copyBytes(queue.slab, place, place + length, batch.bytes, batch.filled);
      batch.filled += length;
      this.#counters.sentPackets += 1;
      this.#counters.sentBytes += length - DATA_HEADER_LENGTH;
    }
    if (!queue.isEmpty) return;
    this.#queue = undefined;
    releaseQueue(queue);
  }

  /** At the end of this turn of the event loop, so that what is sent in one turn shares a record. */
  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#inFlight !== undefined) return;
    this.#flushScheduled = true;
    atEndOfTurn(this.#scheduledFlush);
  }

  readonly #scheduledFlush = (): void => {
    this.#flushScheduled = false;
    this.flushPackets();
  };

  #flush(): void {
    if (this.#state === 'stopped' || this.#inFlight !== undefined) return;
    const length = this.#batch.filled;
    if (length > 0) {
      this.#inFlight = this.#batch.detach();
      this.#stream.write(this.#inFlight.subarray(0, length), this.#onWritten);
      // It never ends within the call; what takes long is what comes now.
      this.#pace.writeBegins(length);
      return;
    }
    this.#batch.rest();
    if (this.#state === 'leaving' && this.#waiting.length === 0) this.#stream.end();
  }

  readonly #onWritten = (error?: NodeJS.ErrnoException | null): void => {
    const batch = this.#inFlight;
    if (batch === undefined) return; // stopped meanwhile
    if (error !== undefined && error !== null) {
      this.#events.failed(error.code ?? error.message);
      return;
    }
    this.#pace.writeEnds();
    this.#inFlight = undefined;
    releaseBatch(batch);
    this.#moveWaiting();
    if (this.#queue !== undefined && this.#state === 'open') this.#fillFromQueue(this.#queue);
    this.#flush();
    if (!this.#drainWanted) {
      if (this.#queue === undefined) this.#pace.keptUp();
    } else if (this.#waiting.length === 0 && this.#state === 'open') {
      this.#drainWanted = false;
      this.#events.drain();
    }
  };

  #moveWaiting(): void {
    while (this.#waiting.length > 0) {
      const frame = this.#waiting[0];
      if (frame === undefined) return;
      if (!this.#makeRoom(frame.length)) return;
      this.#batch.bytes.set(frame, this.#batch.filled);
      this.#batch.filled += frame.length;
      this.#waitingBytes -= frame.length;
      this.#waiting.shift();
    }
  }
}

/** The PPP protocol for the IP packet at `at`. */
export function protocolOf(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) >>> 4 === 6 ? PppProtocol.ipv6 : PppProtocol.ipv4;
}
