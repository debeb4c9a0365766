import { z } from 'zod';
import { type TokenProfile, tokenProfileSchema } from './token-profile.ts';

const DATABASE = 'vigor-token';
const STORE = 'profiles';

/** The profiles on this device, in IndexedDB. All calls reject when the browser refuses storage. */
export class Vault {
  readonly #database: IDBDatabase;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  static async open(): Promise<Vault> {
    const request = indexedDB.open(DATABASE, 1);
    request.addEventListener('upgradeneeded', () => {
      request.result.createObjectStore(STORE, { keyPath: 'id' });
    });
    return new Vault(await finished(request));
  }

  /** By name. One that cannot be read does not hide the others, and stays stored. */
  async list(): Promise<TokenProfile[]> {
    const all: unknown = await finished(
      this.#database.transaction(STORE, 'readonly').objectStore(STORE).getAll(),
    );
    const profiles = z
      .array(z.unknown())
      .parse(all)
      .flatMap((stored) => {
        const profile = tokenProfileSchema.safeParse(stored);
        return profile.success ? [profile.data] : [];
      });
    return profiles.sort((a, b) => a.name.localeCompare(b.name));
  }

  /** Resolves when it is on the disk: the router may be told the secret right after. */
  async save(profile: TokenProfile): Promise<void> {
    await this.#change((store) => store.put(profile));
  }

  async remove(id: string): Promise<void> {
    await this.#change((store) => store.delete(id));
  }

  #change(change: (store: IDBObjectStore) => void): Promise<void> {
    const transaction = this.#database.transaction(STORE, 'readwrite', { durability: 'strict' });
    change(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('No storage')));
    });
  }
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('No storage')));
  });
}
