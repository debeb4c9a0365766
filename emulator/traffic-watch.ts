import type { TrafficCounters } from '../shared/connection.ts';
import { RateMeter } from './connection-management.ts';

/** Rates and idleness of one tunnel, from its live counters. All times in milliseconds. */
export class TrafficWatch {
  readonly #counters: TrafficCounters;
  readonly #tx: RateMeter;
  readonly #rx: RateMeter;
  #activeAt: number;
  #packets = 0;

  constructor(counters: TrafficCounters, now: number) {
    this.#counters = counters;
    this.#tx = new RateMeter(now);
    this.#rx = new RateMeter(now);
    this.#activeAt = now;
  }

  /** Bits per second, to the client. */
  get txRate(): number {
    return this.#tx.bitsPerSecond;
  }

  get rxRate(): number {
    return this.#rx.bitsPerSecond;
  }

  sample(now: number): void {
    const { sentBytes, receivedBytes, sentPackets, receivedPackets } = this.#counters;
    this.#tx.sample(sentBytes, now);
    this.#rx.sample(receivedBytes, now);
    if (sentPackets + receivedPackets === this.#packets) return;
    this.#packets = sentPackets + receivedPackets;
    this.#activeAt = now;
  }

  /** Since a packet was last seen, as far as `sample` has looked. Keep-alives are no packets. */
  idleFor(now: number): number {
    return now - this.#activeAt;
  }
}
