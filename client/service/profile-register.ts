import { MOST_PROFILES, type ProfileView } from '../../shared/contract/snapshot-schema.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Store } from '../store/store.ts';
import type { Audience } from './audience.ts';
import type { SecretIndex } from './secret-index.ts';

/** More changes at once than this are told as the whole list. */
const MOST_SINGLE_CHANGES = 20;

interface Known {
  readonly profile: Profile;
  readonly keeps: ProfileView['keeps'];
}

/**
 * What the windows have been told about profiles. Whoever changed one (a window, a connection that
 * remembers a user name, another process), `announce` tells the difference.
 */
export class ProfileRegister {
  readonly #store: Store;
  readonly #secrets: Pick<SecretIndex, 'keeps'>;
  readonly #audience: Audience;
  readonly #onChanged: (profile: Profile) => void;
  #known: ReadonlyMap<string, Known>;

  /** `onChanged` hears of every profile that is new or has changed, before the windows do. */
  constructor(
    store: Store,
    secrets: Pick<SecretIndex, 'keeps'>,
    audience: Audience,
    onChanged: (profile: Profile) => void,
  ) {
    this.#store = store;
    this.#secrets = secrets;
    this.#audience = audience;
    this.#onChanged = onChanged;
    this.#known = this.#now();
  }

  view(profile: Profile): ProfileView {
    return { ...profile, keeps: this.#secrets.keeps(profile.id) };
  }

  views(): ProfileView[] {
    return Array.from(this.#known.values(), ({ profile, keeps }) => ({ ...profile, keeps }));
  }

  /** Reads what other processes have written, and tells it. */
  async refresh(): Promise<void> {
    await this.#store.refresh();
    this.announce();
  }

  announce(): void {
    const before = this.#known;
    const now = this.#now();
    this.#known = now;
    const changed = Array.from(now.values()).filter((known) => isNews(before.get(known.profile.id), known));
    const removed = Array.from(before.keys()).filter((id) => !now.has(id));
    for (const { profile } of changed) this.#onChanged(profile);
    if (changed.length + removed.length > MOST_SINGLE_CHANGES) {
      this.#audience.tell('profiles', { change: 'all', profiles: this.views() });
      return;
    }
    for (const { profile, keeps } of changed) {
      this.#audience.tell('profiles', { change: 'saved', profile: { ...profile, keeps } });
    }
    for (const profileId of removed) this.#audience.tell('profiles', { change: 'removed', profileId });
  }

  #now(): ReadonlyMap<string, Known> {
    const listed = this.#store.profiles.list().slice(0, MOST_PROFILES);
    return new Map(
      listed.map((profile) => [profile.id, { profile, keeps: this.#secrets.keeps(profile.id) }]),
    );
  }
}

/** A file that was read again has new objects with the same content. */
function isNews(before: Known | undefined, now: Known): boolean {
  if (before === undefined) return true;
  const { keeps } = now;
  if (keeps.password !== before.keeps.password || keeps.motpSecret !== before.keeps.motpSecret) return true;
  return now.profile !== before.profile && JSON.stringify(now.profile) !== JSON.stringify(before.profile);
}
