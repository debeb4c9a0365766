import type { Duplex } from 'node:stream';
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
import { BATCH_LENGTH, acquireBatch, releaseBatch } from './batch-pool.ts';

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
  /** Anything but an IPv4 packet. `information` is a copy and may be kept. */
  control(protocol: number, information: Uint8Array): void;
  /** An IPv4 packet, bytes[start..end), valid during the call. */
  packet(bytes: Uint8Array, start: number, end: number): void;
  /** The peer answered keep-alive request `n`; -1 when it did not say which. */
  keepAliveReply(n: number): void;
  /** Exactly once in a link's life; nothing is called after it. */
  closed(how: LinkEnd): void;
  /** Room again, after `sendPacket` said no. */
  drain(): void;
}

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
 * the next batch fills. Both batches come from a pool and go back when idle.
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
  #firstBytes: Uint8Array | undefined;
  #state: 'open' | 'leaving' | 'closed' = 'open';
  #filling: Uint8Array | undefined;
  #filled = 0;
  #inFlight: Uint8Array | undefined;
  #flushScheduled = false;
  /** Frames in order behind #filling, which had no room for the first of them. */
  readonly #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #drainWanted = false;

  /** `firstBytes`: what came with the HTTP answer, handed out before anything else, never inside the constructor. */
  constructor(
    stream: Duplex,
    handlers: TunnelLinkHandlers,
    options: { readonly firstBytes?: Uint8Array | undefined } = {},
  ) {
    this.#stream = stream;
    this.#handlers = handlers;
    this.#decoder = new FrameDecoder(this.#onFrame);
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
   * Copies the IPv4 packet bytes[start..end) behind its header into the batch.
   * False = not taken: no room (`drain` follows) or the link is closed.
   */
  sendPacket(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#state !== 'open') return false;
    const length = end - start;
    const whole = DATA_HEADER_LENGTH + length;
    const batch = this.#waiting.length === 0 ? this.#batchWithRoom(whole) : undefined;
    if (batch === undefined) {
      this.#drainWanted = true;
      return false;
    }
    writeDataHeader(batch, this.#filled, PppProtocol.ipv4, length);
    copyBytes(bytes, start, end, batch, this.#filled + DATA_HEADER_LENGTH);
    this.#filled += whole;
    this.#counters.sentPackets += 1;
    this.#counters.sentBytes += length;
    this.#scheduleFlush();
    return true;
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
    if (protocol !== PppProtocol.ipv4) {
      this.#handlers.control(protocol, copyOf(bytes, information, end));
      return;
    }
    this.#counters.receivedPackets += 1;
    this.#counters.receivedBytes += end - information;
    this.#handlers.packet(bytes, information, end);
  }

  // ---- sending

  #sendFrame(frame: Uint8Array): void {
    if (this.#state !== 'open') return;
    const batch = this.#waiting.length === 0 ? this.#batchWithRoom(frame.length) : undefined;
    if (batch !== undefined) {
      batch.set(frame, this.#filled);
      this.#filled += frame.length;
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

  /** The batch being filled when `length` more bytes fit in it. */
  #batchWithRoom(length: number): Uint8Array | undefined {
    if (length > BATCH_LENGTH) throw new RangeError(`A frame of ${length} bytes fits in no batch`);
    if (this.#filled + length > BATCH_LENGTH) {
      // Full before the turn is over: it can leave now, and the next one be begun.
      this.#flush();
      if (this.#filled + length > BATCH_LENGTH) return undefined;
    }
    this.#filling ??= acquireBatch();
    return this.#filling;
  }

  /** At the end of this turn of the event loop, so that what is sent in one turn shares a record. */
  #scheduleFlush(): void {
    if (this.#flushScheduled || this.#inFlight !== undefined) return;
    this.#flushScheduled = true;
    process.nextTick(this.#scheduledFlush);
  }

  readonly #scheduledFlush = (): void => {
    this.#flushScheduled = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#state === 'closed' || this.#inFlight !== undefined) return;
    const batch = this.#filling;
    if (batch !== undefined && this.#filled > 0) {
      this.#inFlight = batch;
      const length = this.#filled;
      this.#filling = undefined;
      this.#filled = 0;
      this.#stream.write(batch.subarray(0, length), this.#onWritten);
      return;
    }
    if (this.#state === 'leaving' && this.#waiting.length === 0) this.#stream.end();
  }

  readonly #onWritten = (error?: NodeJS.ErrnoException | null): void => {
    const batch = this.#inFlight;
    if (batch === undefined) return; // closed meanwhile
    if (error !== undefined && error !== null) {
      this.#onError(error);
      return;
    }
    this.#inFlight = undefined;
    releaseBatch(batch);
    this.#moveWaiting();
    this.#flush();
    if (this.#drainWanted && this.#waiting.length === 0 && this.#state === 'open') {
      this.#drainWanted = false;
      this.#handlers.drain();
    }
  };

  #moveWaiting(): void {
    while (this.#waiting.length > 0) {
      const frame = this.#waiting[0];
      if (frame === undefined) return;
      const batch = this.#batchWithRoom(frame.length);
      if (batch === undefined) return;
      batch.set(frame, this.#filled);
      this.#filled += frame.length;
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
    if (this.#filling !== undefined) releaseBatch(this.#filling);
    this.#filling = undefined;
    // The one in flight may still be read by the stream: it goes to the collector, not to the pool.
    this.#inFlight = undefined;
    this.#firstBytes = undefined;
    this.#waiting.length = 0;
    this.#stream.destroy();
    this.#handlers.closed(how);
  }
}

/** TypedArray.set needs a subarray, an object for each packet; Buffer's copy needs none. */
function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): void {
  Buffer.prototype.copy.call(source, target, offset, start, end);
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
