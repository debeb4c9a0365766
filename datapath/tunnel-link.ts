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
  PppProtocol,
  encodePppData,
  pppInformationStart,
  pppProtocol,
} from '../shared/protocol/ppp-frame.ts';
import { type ProtocolError, protocolError } from '../shared/protocol/protocol-error.ts';
import { copyBytes } from './copy-bytes.ts';
import { takeRecordsDirectly } from './direct-records.ts';
import { FrameSender, type FramesPerRecord, type TrafficOptions, protocolOf } from './frame-sender.ts';
import { borrowReceiveBuffer, returnReceiveBuffer } from './receive-buffer.ts';

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

export interface TunnelLinkOptions {
  /** What came with the HTTP answer: handed out before anything else, never inside the constructor. */
  readonly firstBytes?: Uint8Array | undefined;
  /** Default `many`. */
  readonly framesPerRecord?: FramesPerRecord;
}

interface MutableCounters {
  receivedBytes: number;
  sentBytes: number;
  receivedPackets: number;
  sentPackets: number;
}

/**
 * Tunnel frames over a stream, for client and router alike. It takes the stream over: no one else may
 * read it, write it or destroy it.
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
  readonly #sender: FrameSender;
  #firstBytes: Uint8Array | undefined;
  #isClosed = false;

  constructor(stream: Duplex, handlers: TunnelLinkHandlers, options: TunnelLinkOptions = {}) {
    this.#stream = stream;
    this.#handlers = handlers;
    this.#decoder = new FrameDecoder(this.#onFrame);
    this.#sender = new FrameSender(
      stream,
      this.#counters,
      { drain: () => handlers.drain(), failed: this.#onLost },
      options.framesPerRecord ?? 'many',
    );
    stream.on('error', this.#onError);
    stream.on('end', this.#onEnd);
    stream.on('close', this.#onClose);
    if (options.firstBytes !== undefined && options.firstBytes.length > 0) {
      this.#firstBytes = options.firstBytes;
      process.nextTick(this.#deliverFirstBytes);
    }
    // A socket with `onread` never emits 'data', but must flow all the same to tell its end.
    stream.on('data', this.#onData);
    takeRecordsDirectly(stream, this.#onData);
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
    this.#sender.sendFrame(encodePppData(protocol, information));
  }

  // ---- sending packets: see FrameSender

  prepareForTraffic(options: TrafficOptions): void {
    this.#sender.prepareForTraffic(options);
  }

  sendPacket(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#sender.sendPacket(bytes, start, end);
  }

  get packetSpace(): Uint8Array {
    return this.#sender.packetSpace;
  }

  reservePacket(length: number): number {
    return this.#sender.reservePacket(length);
  }

  commitPacket(): void {
    this.#sender.commitPacket();
  }

  flushPackets(): void {
    this.#sender.flushPackets();
  }

  // ---- keep-alive and goodbye

  /** `n` counts from 0; the answer comes as keepAliveReply(n). */
  sendKeepAlive(n: number): void {
    this.#sender.sendFrame(encodeKeepAliveRequest(n));
  }

  /**
   * Says goodbye behind everything that was sent before, then ends our half of the stream. Afterwards nothing more
   * is sent. The peer's end comes as `closed`; who cannot wait for it calls destroy().
   */
  sendClose(): void {
    this.#sender.leave(encodeFrame(FrameCommand.close));
  }

  /** Ends the link at once. Idempotent; calls closed('destroyed') unless it was closed before. */
  destroy(): void {
    this.#close('destroyed');
  }

  // ---- receiving

  readonly #onData = (chunk: Uint8Array): void => {
    const bytes = borrowReceiveBuffer(chunk.length);
    if (bytes === undefined) {
      this.push(chunk);
      return;
    }
    copyBytes(chunk, 0, chunk.length, bytes, 0);
    try {
      this.push(bytes, 0, chunk.length);
    } finally {
      returnReceiveBuffer();
    }
  };

  readonly #deliverFirstBytes = (): void => {
    const first = this.#firstBytes;
    if (first === undefined) return;
    this.#firstBytes = undefined;
    this.#decode(first, 0, first.length);
  };

  #decode(chunk: Uint8Array, start: number, end: number): void {
    if (this.#isClosed) return;
    const error = this.#decoder.push(chunk, start, end);
    // Not before: nobody asks meanwhile, and the packets are on their way.
    this.lastReceivedAt = performance.now();
    if (error !== undefined) this.#close(error);
  }

  readonly #onFrame = (command: number, bytes: Uint8Array, start: number, end: number): void => {
    if (this.#isClosed) return;
    switch (command) {
      case FrameCommand.data:
        this.#onPppFrame(bytes, start, end);
        return;
      case FrameCommand.request:
        this.#sender.sendFrame(encodeKeepAliveReply(copyOf(bytes, start, end)));
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

  // ---- ending

  readonly #onError = (error: NodeJS.ErrnoException): void => this.#onLost(error.code ?? error.message);

  readonly #onEnd = (): void => {
    this.#deliverFirstBytes();
    if (!this.#isClosed) this.#close(this.#decoder.end() ?? 'ended');
  };

  readonly #onClose = (): void => this.#onLost('closed without an end');

  readonly #onLost = (reason: string): void => this.#close({ kind: 'link-lost', reason });

  #close(how: LinkEnd): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sender.stop();
    this.#firstBytes = undefined;
    this.#stream.destroy();
    this.#handlers.closed(how);
  }
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
