import { allocateReadBuffer } from '../read-buffer.ts';
import type { TunDevice, TunOffload } from '../tun-device.ts';
import { HEADER_AT, PACKET_AT } from '../virtio-header.ts';

/** A device whose kernel side is two arrays. Level-triggered, as the real one. */
export class MemoryTun implements TunDevice {
  readonly name = 'memory';
  readonly offload: TunOffload | undefined;
  readonly readBuffer = allocateReadBuffer();
  readonly toRead: Uint8Array[] = [];
  readonly written: Uint8Array[] = [];
  accepts = true;
  paused = false;
  reads = 0;
  #readable: () => void = () => {};

  constructor(offload?: TunOffload) {
    this.offload = offload;
  }

  read(): number {
    this.reads += 1;
    const packet = this.toRead.shift();
    if (packet === undefined) return 0;
    const start = this.offload === undefined ? PACKET_AT : HEADER_AT;
    this.readBuffer.set(packet, start);
    return start + packet.length;
  }
  write(source: Uint8Array, start: number, end: number): boolean {
    if (this.accepts) this.written.push(new Uint8Array(source.subarray(start, end)));
    return this.accepts;
  }
  onReadable(callback: () => void): void {
    this.#readable = callback;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  onGone(): void {}
  close(): void {}
  /** One turn of the event loop. */
  poll(): void {
    if (!this.paused && this.toRead.length > 0) this.#readable();
  }
}
