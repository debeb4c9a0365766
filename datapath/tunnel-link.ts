import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { TrafficCounters } from '../shared/connection.ts';
import {
  FrameCommand,
  FrameDecoder,
  encodeFrame,
  encodeKeepAliveReply,
  encodeKeepAliveRequest,
} from '../shared/protocol/frame.ts';
import {
  DATA_HEADER_LENGTH,
  PppProtocol,
  encodePppData,
  pppInformationStart,
  pppProtocol,
  writeDataHeader,
} from '../shared/protocol/ppp-frame.ts';
import { type ProtocolError, protocolError } from '../shared/protocol/protocol-error.ts';
import { BATCH_LENGTH, releaseBatch } from './batch-pool.ts';
import { copyBytes } from './copy-bytes.ts';
import type { FairQueue } from './fair-queue.ts';
import { FrameBatch } from './frame-batch.ts';
import { LinkPace } from './link-pace.ts';
import { acquireQueue, releaseQueue } from './queue-pool.ts';
import { switches } from './switches.ts';

/**
 * How a link ended: the peer sent CLOSE; the peer ended the stream between two frames; we destroyed it;
 * it sent what no peer may send (`truncated-stream` when it ended inside a frame); the connection broke.
 */
export type LinkEnd =
  | 'close-frame'
  | 'ended'
  | 'destroyed'
  | ProtocolError
  /** `reason` is a system error code such as ECONNRESET, or a few words. */
  | { readonly kind: 'link-lost'; readonly reason: string };

export interface TunnelLinkHandlers {
  /** Anything but an IP packet. `information` is a copy and may be kept. */
  control(protocol: number, information: Uint8Array): void;
  /** An IPv4 or IPv6 packet as its first nibble says, bytes[start..end), valid during the call. */
  packet(bytes: Uint8Array, start: number, end: number): void;
  /** The peer answered keep-alive request `n`; -1 when it did not say which. */
  keepAliveReply(n: number): void;
  /** Exactly once in a link's life; nothing is called after it. */
  closed(how: LinkEnd): void;
  /** Room again, after `sendPacket` said no. */
  drain(): void;
}

/** `one`: each packet in a TLS record of its own, for a router that takes a record for a frame. */
export type FramesPerRecord = 'many' | 'one';

export interface TunnelLinkOptions {
  /** What came with the HTTP answer: handed out before anything else, never inside the constructor. */
  readonly firstBytes?: Uint8Array | undefined;
  /** Default `many`. */
  readonly framesPerRecord?: FramesPerRecord;
}

export interface TrafficOptions {
  readonly mtu: number;
  /** False: a slow link only holds its senders back. Default true. */
  readonly fairQueue?: boolean;
}

const EMPTY = new Uint8Array(0);

/** Frames that wait for room behind both batches. A peer that reads nothing can hold this much, no more. */
const MAXIMUM_WAITING_BYTES = 64 * 1024;

interface MutableCounters {
  receivedBytes: number;
  sentBytes: number;
  receivedPackets: number;
  sentPackets: number;
}

/**
 * Tunnel frames over a stream, for client and router alike. It takes the stream over: no one else may
 * read it, write it or destroy it. Frames are gathered in a batch and written whole, one write in flight; meanwhile
 * the next batch fills. Both batches come from a pool and go back when idle. No frame straddles two TLS records.
 *
 * A stream that takes less than the sender has to give holds the sender back; when that lasts, packets are queued
 * here instead, in the order that is fair to all flows (fair-queue.ts).
 */
export class TunnelLink {
  /** `performance.now()` when the peer was last heard. */
  lastReceivedAt = performance.now();
  readonly #stream: Duplex;
  readonly #handlers: TunnelLinkHandlers;
  readonly #decoder: FrameDecoder;
  readonly #counters: MutableCounters = {
    receivedBytes: 0,
    sentBytes: 0,
    receivedPackets: 0,
    sentPackets: 0,
  };
  readonly #pace: LinkPace;
  #firstBytes: Uint8Array | undefined;
  #state: 'open' | 'leaving' | 'closed' = 'open';
  readonly #batch = new FrameBatch();
  #inFlight: Uint8Array | undefined;
  #flushScheduled = false;
  /** Frames in order behind #batch, which had no room for the first of them. */
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #drainWanted = false;
  readonly #hasOneFrameRecords: boolean;
  #mayQueue = false;
  /** Packets wait here while the link is slow. */
  #queue: FairQueue | undefined;
  #packetSpace: Uint8Array = EMPTY;
  #packetAt = 0;
  #packetLength = 0;

  constructor(stream: Duplex, handlers: TunnelLinkHandlers, options: TunnelLinkOptions = {}) {
    this.#stream = stream;
    this.#hasOneFrameRecords = options.framesPerRecord === 'one' || switches.oneFramePerRecord;
    if (this.#hasOneFrameRecords) this.#batch.holdOneFrame();
    this.#handlers = handlers;
    this.#decoder = new FrameDecoder(this.#onFrame);
    this.#pace = new LinkPace(stream, this.#onSlow);
    stream.on('error', this.#onError);
    stream.on('end', this.#onEnd);
    stream.on('close', this.#onClose);
    if (options.firstBytes !== undefined && options.firstBytes.length > 0) {
      this.#firstBytes = options.firstBytes;
      process.nextTick(this.#deliverFirstBytes);
    }
    // A socket with `onread` never emits 'data', but must flow all the same to tell its end.
    stream.on('data', this.#onData);
    stream.resume();
    // Its last event may be over already.
    if (stream.destroyed || stream.readableEnded) process.nextTick(this.#onClose);
  }

  /** Live numbers: the same object every time. */
  get counters(): TrafficCounters {
    return this.#counters;
  }

  /** For a socket made with `onread`: what it read, chunk[start..end), which need not outlive the call. */
  push(chunk: Uint8Array, start = 0, end = chunk.length): void {
    this.#deliverFirstBytes();
    this.#decode(chunk, start, end);
  }

  /** Sends a PPP frame in order with everything else. Copied where it must wait. */
  sendControl(protocol: number, information: Uint8Array): void {
    this.#sendFrame(encodePppData(protocol, information));
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

  /**
   * Copies the IP packet bytes[start..end) behind its header into the batch.
   * It leaves at the end of this turn. False = not taken: no room (`drain` follows) or the link is closed.
   */
  sendPacket(bytes: Uint8Array, start: number, end: number): boolean {
    const at = this.reservePacket(end - start);
    if (at < 0) return false;
    copyBytes(bytes, start, end, this.#packetSpace, at);
    this.commitPacket();
    this.#scheduleFlush();
    return true;
  }

  /** Where a reserved packet is written to; it changes with every `reservePacket`. */
  get packetSpace(): Uint8Array {
    return this.#packetSpace;
  }

  /**
   * Where in `packetSpace` an IP packet of `length` bytes is to be written; `commitPacket` must follow at once.
   * -1 = no room (`drain` follows) or the link is closed.
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

  /** `n` counts from 0; the answer comes as keepAliveReply(n). */
  sendKeepAlive(n: number): void {
    this.#sendFrame(encodeKeepAliveRequest(n));
  }

  /**
   * Says goodbye behind everything that was sent before, then ends our half of the stream. Afterwards nothing more
   * is sent. The peer's end comes as `closed`; who cannot wait for it calls destroy().
   */
  sendClose(): void {
    if (this.#state !== 'open') return;
    this.#sendFrame(encodeFrame(FrameCommand.close));
    if (this.#state !== 'open') return;
    this.#state = 'leaving';
    this.#flush();
  }

  /** Ends the link at once. Idempotent; calls closed('destroyed') unless it was closed before. */
  destroy(): void {
    this.#close('destroyed');
  }

  // ---- receiving

  readonly #onData = (chunk: Uint8Array): void => this.push(chunk);

  readonly #deliverFirstBytes = (): void => {
    const first = this.#firstBytes;
    if (first === undefined) return;
    this.#firstBytes = undefined;
    this.#decode(first, 0, first.length);
  };

  #decode(chunk: Uint8Array, start: number, end: number): void {
    if (this.#state === 'closed') return;
    this.lastReceivedAt = performance.now();
    const error = this.#decoder.push(chunk, start, end);
    if (error !== undefined) this.#close(error);
  }

  readonly #onFrame = (command: number, bytes: Uint8Array, start: number, end: number): void => {
    if (this.#state === 'closed') return;
    switch (command) {
      case FrameCommand.data:
        this.#onPppFrame(bytes, start, end);
        return;
      case FrameCommand.request:
        this.#sendFrame(encodeKeepAliveReply(copyOf(bytes, start, end)));
        return;
      case FrameCommand.reply:
        this.#handlers.keepAliveReply(trailingNumber(bytes, start, end));
        return;
      case FrameCommand.close:
        this.#close('close-frame');
        return;
      default:
        throw new Error(`FrameDecoder let command ${command} pass`);
    }
  };

  #onPppFrame(bytes: Uint8Array, start: number, end: number): void {
    const protocol = pppProtocol(bytes, start, end);
    const information = pppInformationStart(bytes, start, end);
    if (protocol < 0 || information < 0) {
      this.#close(protocolError('ppp-header', `A DATA frame of ${end - start} bytes has no PPP protocol.`));
      return;
    }
    if (protocol !== PppProtocol.ipv4 && protocol !== PppProtocol.ipv6) {
      this.#handlers.control(protocol, copyOf(bytes, information, end));
      return;
    }
    // A device would go by the packet's own word: what PPP did not agree on must not come in under another name.
    if (information === end || protocol !== protocolOf(bytes, information)) return;
    this.#counters.receivedPackets += 1;
    this.#counters.receivedBytes += end - information;
    this.#handlers.packet(bytes, information, end);
  }

  // ---- sending

  #sendFrame(frame: Uint8Array): void {
    if (this.#state !== 'open') return;
    if (this.#waiting.length === 0 && this.#makeRoom(frame.length)) {
      this.#batch.bytes.set(frame, this.#batch.filled);
      this.#batch.filled += frame.length;
      this.#scheduleFlush();
      return;
    }
    this.#waitingBytes += frame.length;
    if (this.#waitingBytes > MAXIMUM_WAITING_BYTES) {
      this.#close({ kind: 'link-lost', reason: 'the peer does not read' });
      return;
    }
    this.#waiting.push(frame);
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
    this.#handlers.drain();
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
    process.nextTick(this.#scheduledFlush);
  }

  readonly #scheduledFlush = (): void => {
    this.#flushScheduled = false;
    this.flushPackets();
  };

  #flush(): void {
    if (this.#state === 'closed' || this.#inFlight !== undefined) return;
    const length = this.#batch.filled;
    if (length > 0) {
      this.#inFlight = this.#batch.detach();
      this.#pace.writeBegins(length);
      this.#stream.write(this.#inFlight.subarray(0, length), this.#onWritten);
      return;
    }
    this.#batch.rest();
    if (this.#state === 'leaving' && this.#waiting.length === 0) this.#stream.end();
  }

  readonly #onWritten = (error?: NodeJS.ErrnoException | null): void => {
    const batch = this.#inFlight;
    if (batch === undefined) return; // closed meanwhile
    if (error !== undefined && error !== null) {
      this.#onError(error);
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
      this.#handlers.drain();
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

  // ---- ending

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    this.#close({ kind: 'link-lost', reason: error.code ?? error.message });
  };

  readonly #onEnd = (): void => {
    this.#deliverFirstBytes();
    if (this.#state !== 'closed') this.#close(this.#decoder.end() ?? 'ended');
  };

  readonly #onClose = (): void => {
    this.#close({ kind: 'link-lost', reason: 'closed without an end' });
  };

  #close(how: LinkEnd): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#pace.stop();
    this.#batch.release();
    if (this.#queue !== undefined) releaseQueue(this.#queue);
    this.#queue = undefined;
    // The one in flight may still be read by the stream: it goes to the collector, not to the pool.
    this.#inFlight = undefined;
    this.#firstBytes = undefined;
    this.#waiting.length = 0;
    this.#stream.destroy();
    this.#handlers.closed(how);
  }
}

/** The PPP protocol for the IP packet at `at`. */
function protocolOf(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) >>> 4 === 6 ? PppProtocol.ipv6 : PppProtocol.ipv4;
}

/** `slice` would do for a Uint8Array, but of a Buffer it gives a view. */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}

/** The decimal number before the padding of "REQUEST <n>", or -1. */
function trailingNumber(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  let digits = 0;
  for (let i = start + 'REQUEST '.length; i < end && bytes[i] !== 0; i += 1) {
    const digit = (bytes[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
    digits += 1;
  }
  return digits > 0 ? value : -1;
}
