import { Duplex } from 'node:stream';

/**
 * Two ends of a connection in memory. As a socket does, it copies what is written before it says that the write is
 * done, so that the writer may use its buffer again. `highWaterMark` bytes wait unread at most; then writes stay pending.
 */
export function createDuplexPair(options: { readonly highWaterMark?: number } = {}): [PairEnd, PairEnd] {
  const a = new PairEnd(options.highWaterMark ?? 16_384);
  const b = new PairEnd(options.highWaterMark ?? 16_384);
  a.connect(b);
  b.connect(a);
  return [a, b];
}

export class PairEnd extends Duplex {
  #peer: PairEnd | undefined;
  /** Of the peer's write that we had no room for. */
  #pending: (() => void) | undefined;

  constructor(highWaterMark: number) {
    super({ highWaterMark, allowHalfOpen: true });
  }

  connect(peer: PairEnd): void {
    this.#peer = peer;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#peer?.accept(Buffer.from(chunk), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#peer?.accept(null, callback);
  }

  override _read(): void {
    const callback = this.#pending;
    this.#pending = undefined;
    callback?.();
  }

  /** The other end goes away with this one. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const peer = this.#peer;
    this.#peer = undefined;
    callback(error);
    if (peer !== undefined && !peer.destroyed) process.nextTick(() => peer.hangUp());
  }

  accept(chunk: Buffer | null, done: () => void): void {
    if (this.destroyed) return;
    if (this.push(chunk) || chunk === null) process.nextTick(done);
    else this.#pending = done;
  }

  hangUp(): void {
    if (!this.readableEnded && !this.destroyed) this.push(null);
  }
}
