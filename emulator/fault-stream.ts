import { Duplex } from 'node:stream';
import { FrameCommand, FrameDecoder, encodeFrame } from '../shared/protocol/frame.ts';

/**
 * Stands between a connection and what reads and writes it, for faults that lie in the stream itself:
 * it passes everything on, until it is told to be slow, mute or deaf to keep-alives.
 */
export class FaultStream extends Duplex {
  readonly #inner: Duplex;
  #mode: 'pass' | 'mute' | 'slow' = 'pass';
  /** Set while nothing may be sent, to what shall be sent then. */
  #held: (() => void) | undefined;
  #holds = false;
  #millisecondsPerByte = 0;
  #timer: NodeJS.Timeout | undefined;
  #filter: FrameDecoder | undefined;
  #deaf = false;

  constructor(inner: Duplex) {
    super({ allowHalfOpen: true, highWaterMark: 64 * 1024 });
    this.#inner = inner;
    inner.on('data', (chunk: Uint8Array) => this.#incoming(chunk));
    inner.on('end', () => this.push(null));
    inner.on('error', (error) => this.destroy(error));
    inner.on('close', () => this.destroy());
  }

  /** Nothing that is written from now on is sent. */
  mute(): void {
    this.#mode = 'mute';
    this.release();
  }

  /** From now on one byte at a time. */
  slow(millisecondsPerByte: number): void {
    this.#mode = 'slow';
    this.#millisecondsPerByte = millisecondsPerByte;
  }

  /** Keeps what is written back until `release`. */
  hold(): void {
    this.#holds = true;
  }

  release(): void {
    this.#holds = false;
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  /** The bytes from here on are frames: `deafToKeepAlives` may be called later on. */
  watchFrames(): void {
    this.#filter = new FrameDecoder((command, bytes, start, end) => {
      if (this.#deaf && command === FrameCommand.request) return;
      this.#passOn(encodeFrame(command, bytes.subarray(start, end)));
    });
  }

  /** Keep-alive requests are not passed on any more, so that nobody answers them. */
  deafToKeepAlives(): void {
    this.#deaf = true;
  }

  /** Bytes that were read ahead and belong to the frames. */
  incoming(bytes: Uint8Array): void {
    this.#incoming(bytes);
  }

  #incoming(chunk: Uint8Array): void {
    if (this.#filter === undefined) {
      this.#passOn(chunk);
    } else if (this.#filter.push(chunk) !== undefined) {
      // not frames: let the reader find out by itself
      this.#filter = undefined;
      this.#passOn(chunk);
    }
  }

  #passOn(chunk: Uint8Array): void {
    if (!this.push(chunk)) this.#inner.pause();
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, callback: (error?: Error | null) => void) {
    // a stream has one write at a time, so one is all that is ever held
    if (this.#holds) this.#held = () => this.#send(chunk, callback);
    else this.#send(chunk, callback);
  }

  #send(chunk: Uint8Array, callback: (error?: Error | null) => void): void {
    if (this.#mode === 'mute') callback();
    else if (this.#mode === 'slow') this.#writeSlowly(chunk, 0, callback);
    else this.#inner.write(chunk, callback);
  }

  #writeSlowly(chunk: Uint8Array, at: number, callback: (error?: Error | null) => void): void {
    if (at >= chunk.length) return callback();
    this.#inner.write(chunk.subarray(at, at + 1), (error) => {
      if (error) return callback(error);
      this.#timer = setTimeout(() => this.#writeSlowly(chunk, at + 1, callback), this.#millisecondsPerByte);
    });
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (this.#mode === 'mute') return callback();
    this.#inner.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#inner.destroy();
    callback(error);
  }
}
