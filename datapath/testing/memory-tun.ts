import type { TunDevice, TunOffload } from '../tun-device.ts';

/** A device whose kernel side is two arrays. Level-triggered, as the real one. */
export class MemoryTun implements TunDevice {
  readonly name = 'memory';
  readonly offload: TunOffload | undefined;
  readonly toRead: Uint8Array[] = [];
  readonly written: Uint8Array[] = [];
  accepts = true;
  paused = false;
  reads = 0;
  #readable: () => void = () => {};

  constructor(offload?: TunOffload) {
    this.offload = offload;
  }

  read(target: Uint8Array, offset: number, length: number): number {
    this.reads += 1;
    const packet = this.toRead.shift()?.subarray(0, length);
    if (packet === undefined) return 0;
    target.set(packet, offset);
    return packet.length;
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
