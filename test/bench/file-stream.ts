import { type Hash, createCipheriv, createHash } from 'node:crypto';

const CHUNK = Buffer.alloc(256 * 1024);

/** Bytes that no part of repeats: an AES-CTR key stream, the same for the same seed. */
export class FileStream {
  readonly #cipher;
  readonly #hash: Hash = createHash('sha256');
  #left: number;

  /** `length` in bytes. */
  constructor(seed: string, length: number) {
    const key = createHash('sha256').update(seed).digest();
    this.#cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16));
    this.#left = length;
  }

  /** Undefined at the end. */
  next(): Buffer | undefined {
    if (this.#left === 0) return undefined;
    const chunk = this.#cipher.update(CHUNK.subarray(0, Math.min(CHUNK.length, this.#left)));
    this.#left -= chunk.length;
    this.#hash.update(chunk);
    return chunk;
  }

  /** SHA-256 of all that was given out. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}
