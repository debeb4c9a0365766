import { sha256 } from '@noble/hashes/sha2.js';

/**
 * Movements of the phone, mixed into the system's random bytes. They never replace them: the result is at least
 * as good as the system's source alone, whatever the sensor says.
 */
export class MotionEntropy {
  #pool: Uint8Array = new Uint8Array(32);
  #samples = 0;
  #last = Number.NaN;

  /** How much has been shaken, 0 to 1. */
  get progress(): number {
    return Math.min(1, this.#samples / ENOUGH);
  }

  /** Acceleration on three axes, and when (milliseconds). A phone that lies still does not count. */
  add(x: number, y: number, z: number, at: number): void {
    const strength = Math.hypot(x, y, z);
    const sample = new Float64Array([x, y, z, at]);
    const bytes = new Uint8Array(this.#pool.length + sample.byteLength);
    bytes.set(this.#pool);
    bytes.set(new Uint8Array(sample.buffer), this.#pool.length);
    this.#pool = sha256(bytes);
    if (Math.abs(strength - this.#last) > MOVED) this.#samples += 1;
    this.#last = strength;
  }

  /** Sixteen bytes of both. `random` is the system's secure source. */
  secretBytes(random: (length: number) => Uint8Array): Uint8Array {
    const system = random(32);
    const bytes = new Uint8Array(system.length + this.#pool.length);
    bytes.set(system);
    bytes.set(this.#pool, system.length);
    return sha256(bytes).slice(0, 16);
  }
}

const ENOUGH = 60;
/** m/s² between two samples. */
const MOVED = 2;
