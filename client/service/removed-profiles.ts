import { setTimeout as wait } from 'node:timers/promises';
import type { Profile } from '../../shared/profile.ts';
import type { Logger } from '../log.ts';
import type { SecretStore } from '../store/secret-store.ts';
import type { Store } from '../store/store.ts';

/** So many can be brought back; the secrets of older ones are forgotten. */
const MOST_REMOVED = 20;
/** A keyring that does not answer keeps nobody from quitting. */
const QUITTING_MILLISECONDS = 1_000;

export interface RemovedProfilesParts {
  readonly secrets: Pick<SecretStore, 'forget'>;
  readonly store: Pick<Store, 'profiles' | 'removed'>;
  readonly log: Pick<Logger, 'info'>;
}

/**
 * Profiles that were removed in this run of the program, newest last, and can be brought back with their secrets. Those of
 * the others are forgotten, at the end of the program at last, and nobody is asked for that: what a keyring does not give
 * away then is remembered by the profile's id, and forgotten by a later run.
 */
export class RemovedProfiles {
  readonly #parts: RemovedProfilesParts;
  readonly #removed = new Map<string, Profile>();

  constructor(parts: RemovedProfilesParts) {
    this.#parts = parts;
  }

  /** Waits for no keyring. */
  add(profile: Profile): void {
    this.#removed.set(profile.id, profile);
    const surplus = Array.from(this.#removed.keys()).slice(0, -MOST_REMOVED);
    for (const id of surplus) this.#removed.delete(id);
    if (surplus.length > 0) void this.#forget(surplus);
  }

  find(profileId: string): Profile | undefined {
    return this.#removed.get(profileId);
  }

  /** It stands among the others again. */
  restored(profileId: string): void {
    this.#removed.delete(profileId);
  }

  /** What former runs could not forget. One that another program has brought back meanwhile keeps its secrets. */
  async forgetLeft(): Promise<void> {
    const { store } = this.#parts;
    const left = store.removed.list();
    if (left.length === 0) return;
    const isBack = (id: string): boolean => store.profiles.get(id) !== undefined;
    await store.removed.drop(left.filter(isBack));
    await this.#forget(left.filter((id) => !isBack(id)));
  }

  /** Resolves after a second at the latest: what is left by then is remembered. */
  async forgetAll(): Promise<void> {
    const ids = [...this.#removed.keys(), ...this.#parts.store.removed.list()];
    this.#removed.clear();
    const done = new AbortController();
    const late = wait(QUITTING_MILLISECONDS, undefined, { signal: done.signal }).catch(() => undefined);
    await Promise.race([this.#forget(ids), late]);
    done.abort();
  }

  /** Never rejects. */
  async #forget(ids: readonly string[]): Promise<void> {
    const { store, secrets, log } = this.#parts;
    if (ids.length === 0) return;
    // Before it is tried: the program may end in the middle of it.
    await store.removed.add(ids);
    const outcomes = await Promise.all(
      ids.map(async (id) => {
        const forgotten = await secrets.forget(id).catch(() => undefined);
        return { id, isDone: forgotten?.ok === true };
      }),
    );
    await store.removed.drop(outcomes.filter(({ isDone }) => isDone).map(({ id }) => id));
    const left = outcomes.filter(({ isDone }) => !isDone).length;
    if (left > 0) log.info(`Secrets of removed profiles that the keyring did not give away: ${left}`);
  }
}
