import type { Profile } from '../../shared/profile.ts';
import type { SecretStore } from '../store/secret-store.ts';

/** So many can be brought back; the secrets of older ones are forgotten. */
const MOST_REMOVED = 20;

/** Profiles that were removed in this run of the program, newest last, and can be brought back with their secrets. */
export class RemovedProfiles {
  readonly #secrets: Pick<SecretStore, 'remove'>;
  readonly #removed = new Map<string, Profile>();

  constructor(secrets: Pick<SecretStore, 'remove'>) {
    this.#secrets = secrets;
  }

  async add(profile: Profile): Promise<void> {
    this.#removed.set(profile.id, profile);
    const surplus = Array.from(this.#removed.keys()).slice(0, -MOST_REMOVED);
    await Promise.all(surplus.map((id) => this.#forget(id)));
  }

  find(profileId: string): Profile | undefined {
    return this.#removed.get(profileId);
  }

  /** It stands among the others again. */
  restored(profileId: string): void {
    this.#removed.delete(profileId);
  }

  async forgetAll(): Promise<void> {
    await Promise.all(Array.from(this.#removed.keys(), (id) => this.#forget(id)));
  }

  async #forget(profileId: string): Promise<void> {
    this.#removed.delete(profileId);
    await this.#secrets.remove(profileId);
  }
}
