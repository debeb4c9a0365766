import { Coalescer } from './coalescing.ts';
import type { TunDevice } from './tun-device.ts';

/** Packets into a device; where it takes superpackets, those of one turn of the event loop are joined. */
export class TunWriter {
  /** Packets or superpackets that the kernel refused. */
  dropped = 0;
  readonly #tun: TunDevice;
  readonly #coalescer: Coalescer | undefined;
  #flushScheduled = false;
  #stopped = false;

  constructor(tun: TunDevice) {
    this.#tun = tun;
    this.#coalescer = tun.offload === undefined ? undefined : new Coalescer(this.#write);
  }

  /** One packet, bytes[start..end), copied where it must wait. */
  write(bytes: Uint8Array, start: number, end: number): void {
    if (this.#stopped) return;
    if (this.#coalescer === undefined) {
      this.#write(bytes, start, end);
      return;
    }
    this.#coalescer.push(bytes, start, end);
    if (this.#coalescer.holds && !this.#flushScheduled) {
      this.#flushScheduled = true;
      // After all that this turn has read, and without a timer.
      setImmediate(this.#flush);
    }
  }

  /** What waits is thrown away. Idempotent. */
  stop(): void {
    this.#stopped = true;
  }

  readonly #flush = (): void => {
    this.#flushScheduled = false;
    if (!this.#stopped) this.#coalescer?.flush();
  };

  readonly #write = (bytes: Uint8Array, start: number, end: number): void => {
    if (!this.#tun.write(bytes, start, end)) this.dropped += 1;
  };
}
