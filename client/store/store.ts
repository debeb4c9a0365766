import type { HistoryEntry } from '../../shared/connection.ts';
import type { Profile } from '../../shared/profile.ts';
import { nameKey, sameName } from '../../shared/profile-names.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Settings } from '../../shared/settings.ts';
import type { ProfileConflict, StoreProblem } from '../../shared/store-problem.ts';
import { DocumentFile } from './document-file.ts';
import { FolderLock } from './folder-lock.ts';
import { historyFormat, profilesFormat, removedProfilesFormat, settingsFormat } from './formats.ts';
import type { DocumentFormat } from './versioned-document.ts';

/**
 * What the client keeps: profiles, settings, history, and which removed profiles still have secrets; no secrets.
 * Reading is from memory and never waits; every change reaches the disk before its promise resolves, on top of what other processes
 * have written meanwhile.
 */
export interface Store {
  readonly profiles: ProfileShelf;
  readonly settings: SettingsShelf;
  readonly history: HistoryShelf;
  readonly removed: RemovedShelf;
  /** Everything found wrong with the files since the store was opened, to be said aloud. */
  readonly problems: readonly StoreProblem[];
  /** Reads again what other processes may have changed. */
  refresh(): Promise<void>;
}

export interface ProfileShelf {
  /** In the order in which they were added. */
  list(): readonly Profile[];
  get(id: string): Profile | undefined;
  /** By id or by name; in a name letter case does not count. */
  find(idOrName: string): Profile | undefined;
  /**
   * Adds the profile, or puts it in the place of the one with its id. An editor gives as `basedOn`
   * what it started from, and is told when someone else has changed that meanwhile.
   */
  save(profile: Profile, basedOn?: Profile): Promise<Result<Profile, StoreProblem | ProfileConflict>>;
  /** All or none. */
  add(profiles: readonly Profile[]): Promise<Result<readonly Profile[], StoreProblem | ProfileConflict>>;
  /** Changes fields of the profile as it stands when it is written. */
  change(
    id: string,
    edit: (profile: Profile) => Profile,
  ): Promise<Result<Profile, StoreProblem | ProfileConflict>>;
  /** What was removed. Its secrets are for the caller to remove. */
  remove(id: string): Promise<Result<Profile, StoreProblem | ProfileConflict>>;
}

export interface SettingsShelf {
  get(): Settings;
  change(settings: Partial<Settings>): Promise<Result<Settings, StoreProblem>>;
}

export interface HistoryShelf {
  /** Newest first. */
  list(profileId?: string): readonly HistoryEntry[];
  append(entry: HistoryEntry): Promise<Result<void, StoreProblem>>;
  /** Of one profile, or all of it. */
  clear(profileId?: string): Promise<Result<void, StoreProblem>>;
}

/** Removed profiles whose secrets the keyring may still have, by their ids. */
export interface RemovedShelf {
  list(): readonly string[];
  add(profileIds: readonly string[]): Promise<Result<void, StoreProblem>>;
  /** Nothing is kept of them any more. */
  drop(profileIds: readonly string[]): Promise<Result<void, StoreProblem>>;
}

export const HISTORY_LIMIT = 500;

export interface StoreFolders {
  /** Profiles and settings. */
  readonly config: string;
  /** History, and which removed profiles still have secrets. */
  readonly state: string;
}

export interface StoreOptions {
  readonly now?: () => Date;
  readonly lockPatienceMilliseconds?: number;
}

/**
 * Always opens: what cannot be read is set aside or left in place, and stands in `problems`. Nothing is
 * created before the first change.
 */
export async function openStore(folders: string | StoreFolders, options: StoreOptions = {}): Promise<Store> {
  const { config, state } = typeof folders === 'string' ? { config: folders, state: folders } : folders;
  const problems: StoreProblem[] = [];
  const lockOptions =
    options.lockPatienceMilliseconds === undefined
      ? {}
      : { patienceMilliseconds: options.lockPatienceMilliseconds };
  const configLock = new FolderLock(config, lockOptions);
  const stateLock = config === state ? configLock : new FolderLock(state, lockOptions);
  const file = <T>(folder: string, lock: FolderLock, format: DocumentFormat<T>): DocumentFile<T> =>
    new DocumentFile({
      folder,
      lock,
      format,
      now: options.now ?? (() => new Date()),
      report: (problem) => problems.push(problem),
    });
  const profiles = file(config, configLock, profilesFormat);
  const settings = file(config, configLock, settingsFormat);
  const history = file(state, stateLock, historyFormat);
  const removed = file(state, stateLock, removedProfilesFormat);
  const refresh = async (): Promise<void> => {
    await Promise.all([profiles, settings, history, removed].map((document) => document.refresh()));
  };
  await refresh();
  return {
    profiles: profileShelf(profiles),
    settings: settingsShelf(settings),
    history: historyShelf(history),
    removed: removedShelf(removed),
    problems,
    refresh,
  };
}

type Profiles = readonly Profile[];

function profileShelf(file: DocumentFile<Profiles>): ProfileShelf {
  return {
    list: () => file.value,
    get: (id) => file.value.find((profile) => profile.id === id),
    find: (idOrName) =>
      file.value.find((profile) => profile.id === idOrName) ??
      file.value.find((profile) => sameName(profile.name, idOrName)),
    save: async (profile, basedOn) => {
      const saved = await file.update((profiles) => withSaved(profiles, profile, basedOn));
      return saved.ok ? ok(profile) : saved;
    },
    add: async (added) => {
      const saved = await file.update((profiles) => withAdded(profiles, added));
      return saved.ok ? ok(added) : saved;
    },
    change: async (id, edit) => {
      const saved = await file.update((profiles) => withChanged(profiles, id, edit));
      return saved.ok ? foundIn(saved.value, id) : saved;
    },
    remove: async (id) => {
      let removed: Result<Profile, ProfileConflict> = err({ kind: 'no-such-profile', id });
      const saved = await file.update((profiles) => {
        removed = foundIn(profiles, id);
        return removed.ok ? ok(profiles.filter((profile) => profile.id !== id)) : removed;
      });
      return saved.ok ? removed : saved;
    },
  };
}

function withSaved(
  profiles: Profiles,
  profile: Profile,
  basedOn: Profile | undefined,
): Result<Profiles, ProfileConflict> {
  const index = profiles.findIndex(({ id }) => id === profile.id);
  if (basedOn !== undefined && index < 0) return err({ kind: 'no-such-profile', id: profile.id });
  if (basedOn !== undefined && !sameProfile(profiles[index], basedOn)) {
    return err({ kind: 'changed-meanwhile', name: basedOn.name });
  }
  const taken = profiles.some(({ id, name }) => id !== profile.id && sameName(name, profile.name));
  if (taken) return err({ kind: 'name-taken', name: profile.name });
  return ok(index < 0 ? [...profiles, profile] : profiles.with(index, profile));
}

function withAdded(profiles: Profiles, added: Profiles): Result<Profiles, ProfileConflict> {
  const names = new Set(profiles.map(({ name }) => nameKey(name)));
  const ids = new Set(profiles.map(({ id }) => id));
  for (const { id, name } of added) {
    if (ids.has(id) || names.has(nameKey(name))) return err({ kind: 'name-taken', name });
    ids.add(id);
    names.add(nameKey(name));
  }
  return ok([...profiles, ...added]);
}

function withChanged(
  profiles: Profiles,
  id: string,
  edit: (profile: Profile) => Profile,
): Result<Profiles, ProfileConflict> {
  const found = foundIn(profiles, id);
  return found.ok ? withSaved(profiles, { ...edit(found.value), id }, undefined) : found;
}

function foundIn(profiles: Profiles, id: string): Result<Profile, ProfileConflict> {
  const profile = profiles.find((profile) => profile.id === id);
  return profile === undefined ? err({ kind: 'no-such-profile', id }) : ok(profile);
}

/** Compared as JSON with sorted fields: an undefined field is the same as none. */
function sameProfile(one: Profile | undefined, other: Profile): boolean {
  return one !== undefined && canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function settingsShelf(file: DocumentFile<Settings>): SettingsShelf {
  return {
    get: () => file.value,
    change: (settings) => file.update((current): Result<Settings, never> => ok({ ...current, ...settings })),
  };
}

function historyShelf(file: DocumentFile<readonly HistoryEntry[]>): HistoryShelf {
  const update = async (
    change: (entries: readonly HistoryEntry[]) => readonly HistoryEntry[],
  ): Promise<Result<void, StoreProblem>> => {
    const saved = await file.update((entries): Result<readonly HistoryEntry[], never> => ok(change(entries)));
    return saved.ok ? ok(undefined) : saved;
  };
  return {
    list: (profileId) =>
      file.value.filter((entry) => profileId === undefined || entry.profileId === profileId).toReversed(),
    append: (entry) => update((entries) => [...entries, entry].slice(-HISTORY_LIMIT)),
    clear: (profileId) =>
      update((entries) => (profileId === undefined ? [] : entries.filter((e) => e.profileId !== profileId))),
  };
}

function removedShelf(file: DocumentFile<readonly string[]>): RemovedShelf {
  const update = async (
    change: (ids: readonly string[]) => readonly string[],
  ): Promise<Result<void, StoreProblem>> => {
    const saved = await file.update((ids): Result<readonly string[], never> => {
      const changed = change(ids);
      return ok(changed.length === ids.length ? ids : changed);
    });
    return saved.ok ? ok(undefined) : saved;
  };
  return {
    list: () => file.value,
    add: (added) => update((ids) => [...new Set([...ids, ...added])]),
    drop: (dropped) => update((ids) => ids.filter((id) => !dropped.includes(id))),
  };
}
