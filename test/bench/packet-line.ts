export interface PacketLineOptions {
  /** Milliseconds on the way. */
  readonly delay: number;
  readonly megabitsPerSecond: number;
  /** Milliseconds that a packet may wait before the wire is free for it; longer, and it is dropped. */
  readonly buffer: number;
  /** One packet in so many is lost on the way, evenly spread; 0 = none. */
  readonly oneLostIn: number;
}

/** Longer than what an Ethernet carries. */
const SLOT = 1600;
const SLOTS = 4096;

/**
 * One direction of a long wire: packets leave one after the other at its rate, and arrive later in the order they came
 * in. Knows no clock; times are any steady milliseconds. Allocates nothing per packet.
 */
export class PacketLine {
  readonly #options: PacketLineOptions;
  readonly #bytes = new Uint8Array(SLOT * SLOTS);
  readonly #lengths = new Uint16Array(SLOTS);
  readonly #due = new Float64Array(SLOTS);
  #first = 0;
  #count = 0;
  #freeAt = Number.NEGATIVE_INFINITY;
  #sent = 0;

  constructor(options: PacketLineOptions) {
    this.#options = options;
  }

  /** Puts source[start..end) on the wire. False = there was no room for it. */
  enter(source: Uint8Array, start: number, end: number, now: number): boolean {
    const { delay, megabitsPerSecond, buffer, oneLostIn } = this.#options;
    const length = end - start;
    const from = Math.max(now, this.#freeAt);
    if (from - now > buffer || this.#count === SLOTS || length > SLOT) return false;
    this.#freeAt = from + (length * 8) / (megabitsPerSecond * 1000);
    this.#sent += 1;
    if (oneLostIn > 0 && this.#sent % oneLostIn === 0) return true;
    const slot = (this.#first + this.#count) % SLOTS;
    this.#bytes.set(source.subarray(start, end), slot * SLOT);
    this.#lengths[slot] = length;
    this.#due[slot] = this.#freeAt + delay;
    this.#count += 1;
    return true;
  }

  /** Hands over what has arrived by `now`: source[start..end). */
  leave(now: number, take: (source: Uint8Array, start: number, end: number) => void): void {
    while (this.#count > 0 && (this.#due[this.#first] ?? 0) <= now) {
      const start = this.#first * SLOT;
      take(this.#bytes, start, start + (this.#lengths[this.#first] ?? 0));
      this.#first = (this.#first + 1) % SLOTS;
      this.#count -= 1;
    }
  }

  /** When the next packet arrives; undefined = none is under way. */
  get nextDue(): number | undefined {
    return this.#count === 0 ? undefined : this.#due[this.#first];
  }
}
