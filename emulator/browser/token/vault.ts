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

  /** By name. */
  async list(): Promise<TokenProfile[]> {
    const all: unknown = await finished(this.#store('readonly').getAll());
    const profiles = z.array(tokenProfileSchema).safeParse(all);
    return profiles.success ? profiles.data.sort((a, b) => a.name.localeCompare(b.name)) : [];
  }

  async save(profile: TokenProfile): Promise<void> {
    await finished(this.#store('readwrite').put(profile));
  }

  async remove(id: string): Promise<void> {
    await finished(this.#store('readwrite').delete(id));
  }

  #store(mode: IDBTransactionMode): IDBObjectStore {
    return this.#database.transaction(STORE, mode).objectStore(STORE);
  }
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('No storage')));
  });
}
