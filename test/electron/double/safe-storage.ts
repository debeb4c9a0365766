import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { Encryption } from '../../../electron/safe-secret-store.ts';

/** A keyring that keeps one key over restarts. `backend` as `getSelectedStorageBackend` says it; 'none' = there is none. */
export class SafeStorageDouble implements Encryption {
  readonly #backend: string;
  readonly #key: Buffer;

  constructor(backend: string) {
    this.#backend = backend;
    this.#key = createHash('sha256').update(`key of ${backend}`).digest();
  }

  isAsyncEncryptionAvailable(): Promise<boolean> {
    return Promise.resolve(this.#backend !== 'none');
  }

  encryptStringAsync(plainText: string): Promise<Buffer> {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    const encrypted = Buffer.concat([cipher.update(plainText, 'utf8'), cipher.final()]);
    return Promise.resolve(Buffer.concat([nonce, cipher.getAuthTag(), encrypted]));
  }

  decryptStringAsync(encrypted: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }> {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, encrypted.subarray(0, 12));
      decipher.setAuthTag(encrypted.subarray(12, 28));
      const text = Buffer.concat([decipher.update(encrypted.subarray(28)), decipher.final()]).toString(
        'utf8',
      );
      return Promise.resolve({ result: text, shouldReEncrypt: false });
    } catch {
      return Promise.reject(new Error('Error while decrypting the ciphertext provided to safeStorage'));
    }
  }

  getSelectedStorageBackend(): string {
    return this.#backend;
  }
}
