import { type ProtocolError, protocolError } from './protocol-error.ts';

/*
 * The tunnel frame inside TLS (protocol.md §2). Big-endian.
 *
 *   0        1        2                 4
 *   +--------+--------+-----------------+----------------
 *   |command |version | length, 16 bit  | payload: length bytes
 *   +--------+--------+-----------------+----------------
 */

export const FrameCommand = { data: 0, close: 1, request: 2, reply: 3 } as const;
export const FRAME_HEADER_LENGTH = 4;
/** RFC 1661's default MRU of 1500 behind FF 03 and a two-byte protocol number. */
export const DEFAULT_MAXIMUM_PAYLOAD = 1504;
/** "REQUEST <n>", padded with zeros. */
export const KEEP_ALIVE_LENGTH = 16;
const VERSION = 0;

export function writeFrameHeader(target: Uint8Array, offset: number, command: number, length: number): void {
  target[offset] = command;
  target[offset + 1] = VERSION;
  target[offset + 2] = length >>> 8;
  target[offset + 3] = length;
}

/** A whole frame. For control traffic: data packets are written in place with `writeDataHeader`. */
export function encodeFrame(command: number, payload: Uint8Array = new Uint8Array(0)): Uint8Array {
  const frame = new Uint8Array(FRAME_HEADER_LENGTH + payload.length);
  writeFrameHeader(frame, 0, command, payload.length);
  frame.set(payload, FRAME_HEADER_LENGTH);
  return frame;
}

/** A whole REQUEST frame. `n` counts from 0. */
export function encodeKeepAliveRequest(n: number): Uint8Array {
  const payload = new Uint8Array(KEEP_ALIVE_LENGTH);
  const text = `REQUEST ${n}`;
  for (let i = 0; i < text.length && i < KEEP_ALIVE_LENGTH; i += 1) payload[i] = text.charCodeAt(i);
  return encodeFrame(FrameCommand.request, payload);
}

/** A whole REPLY frame, which gives the REQUEST's payload back. */
export function encodeKeepAliveReply(requestPayload: Uint8Array): Uint8Array {
  return encodeFrame(FrameCommand.reply, requestPayload);
}

/**
 * Takes one frame's payload: bytes[start..end). `bytes` is the caller's chunk or the decoder's carry
 * buffer, valid only during the call.
 */
export type FrameSink = (command: number, bytes: Uint8Array, start: number, end: number) => void;

/**
 * Cuts a byte stream into frames, whatever its chunking. A frame that lies whole in a chunk is handed
 * out in place; only one that straddles chunks is copied, into one carry buffer of at most header +
 * `maximumPayload` bytes. A header is judged when its four bytes are there, so the outcome does not
 * depend on the chunking.
 */
export class FrameDecoder {
  readonly #sink: FrameSink;
  readonly #maximumPayload: number;
  /** Made at the first straddling frame; a quiet session never needs it. */
  #carry: Uint8Array | undefined;
  #carried = 0;
  #error: ProtocolError | undefined;

  /** `maximumPayload`: of DATA, in bytes. */
  constructor(sink: FrameSink, options: { readonly maximumPayload?: number } = {}) {
    this.#sink = sink;
    this.#maximumPayload = options.maximumPayload ?? DEFAULT_MAXIMUM_PAYLOAD;
  }

  /** Decodes chunk[start..end). After an error every call returns that error. */
  push(chunk: Uint8Array, start = 0, end = chunk.length): ProtocolError | undefined {
    if (this.#error !== undefined) return this.#error;
    let at = start;
    if (this.#carried > 0) {
      at = this.#finishCarried(chunk, start, end);
      if (this.#error !== undefined || this.#carried > 0) return this.#error;
    }
    while (end - at >= FRAME_HEADER_LENGTH) {
      const length = this.#payloadLength(chunk, at);
      if (length < 0) return this.#error;
      const next = at + FRAME_HEADER_LENGTH + length;
      if (next > end) break;
      this.#sink(chunk[at] ?? 0, chunk, at + FRAME_HEADER_LENGTH, next);
      at = next;
    }
    if (at < end) this.#carryOn(chunk, at, end);
    return undefined;
  }

  /** The stream has ended. An error when that was inside a frame. */
  end(): ProtocolError | undefined {
    if (this.#error === undefined && this.#carried > 0) {
      this.#error = protocolError(
        'truncated-stream',
        `The stream ended ${this.#carried} bytes into a frame.`,
      );
    }
    return this.#error;
  }

  /** Completes the carried frame from the chunk. Returns where in the chunk the next frame starts. */
  #finishCarried(chunk: Uint8Array, start: number, end: number): number {
    let at = start;
    if (this.#carried < FRAME_HEADER_LENGTH) {
      const stop = Math.min(end, at + FRAME_HEADER_LENGTH - this.#carried);
      this.#carryOn(chunk, at, stop);
      at = stop;
      if (this.#carried < FRAME_HEADER_LENGTH) return at;
    }
    const carry = this.#carryBuffer();
    const length = this.#payloadLength(carry, 0);
    if (length < 0) return end;
    const whole = FRAME_HEADER_LENGTH + length;
    const stop = Math.min(end, at + whole - this.#carried);
    this.#carryOn(chunk, at, stop);
    if (this.#carried < whole) return stop;
    this.#carried = 0;
    this.#sink(carry[0] ?? 0, carry, FRAME_HEADER_LENGTH, whole);
    return stop;
  }

  #carryOn(chunk: Uint8Array, start: number, end: number): void {
    const carry = this.#carryBuffer();
    // Byte by byte: a subarray would make an object for every straddling frame.
    for (let i = start; i < end; i += 1) carry[this.#carried + i - start] = chunk[i] ?? 0;
    this.#carried += end - start;
  }

  #carryBuffer(): Uint8Array {
    this.#carry ??= new Uint8Array(FRAME_HEADER_LENGTH + Math.max(this.#maximumPayload, KEEP_ALIVE_LENGTH));
    return this.#carry;
  }

  /** The payload's length by the header at `at`, or -1 with the error set. */
  #payloadLength(bytes: Uint8Array, at: number): number {
    const command = bytes[at] ?? 0;
    const version = bytes[at + 1] ?? 0;
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    if (version !== VERSION) return this.#fail('frame-version', `Frame of version ${version}.`);
    switch (command) {
      case FrameCommand.data:
        // At least a one-byte protocol number (RFC 1661 §6.5).
        return this.#within(command, length, 1, this.#maximumPayload);
      case FrameCommand.close:
        return this.#within(command, length, 0, 0);
      case FrameCommand.request:
      case FrameCommand.reply:
        // 16 by every description; a shorter one harms nobody.
        return this.#within(command, length, 0, KEEP_ALIVE_LENGTH);
      default:
        return this.#fail('frame-unknown-command', `Frame with command ${command}.`);
    }
  }

  #within(command: number, length: number, least: number, most: number): number {
    if (length >= least && length <= most) return length;
    return this.#fail('frame-length', `Frame with command ${command} and a payload of ${length} bytes.`);
  }

  #fail(code: 'frame-version' | 'frame-unknown-command' | 'frame-length', detail: string): -1 {
    this.#error = protocolError(code, detail);
    return -1;
  }
}
