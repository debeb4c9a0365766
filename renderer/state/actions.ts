import type { ContractClient } from '../../shared/contract/contract-client.ts';
import type { Reply } from '../../shared/contract/call-types.ts';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import type { SettingsChange } from '../../shared/contract/snapshot-schema.ts';
import { LARGEST_PROFILE_FILE } from '../../shared/profile-file.ts';
import { profileOf, readForm, profileForm } from '../logic/editor-form.ts';
import type { AppStore } from './store.ts';

/** What buttons and keys do. Failures end at the window's foot. */
export interface Actions {
  readonly connect: (profileId: string, purpose?: 'use' | 'test') => void;
  readonly disconnect: (profileId: string) => void;
  readonly retryNow: (profileId: string) => void;
  readonly remove: (profile: ProfileView) => void;
  readonly undoRemove: (profileId: string) => void;
  readonly importFile: (file: Blob) => void;
  /** Saves all profiles, or those named, by the browser's own means. */
  readonly exportProfiles: (profileIds: readonly string[]) => void;
  readonly changeSettings: (change: SettingsChange) => void;
  readonly allowLegacyRenegotiation: (profile: ProfileView) => void;
  readonly dismissProblem: (id: number) => void;
  readonly clearHistory: (profileId: string) => void;
  readonly tell: Tell;
}

/** True = it was done. What was not is said at the window's foot. */
type Tell = <T>(reply: Reply<T>) => reply is { ok: true; value: T };

export function createActions(
  store: AppStore,
  client: ContractClient,
  saveFile: (name: string, type: string, text: string) => void,
): Actions {
  const tell: Tell = <T>(reply: Reply<T>): reply is { ok: true; value: T } => {
    if (reply.ok) return true;
    store.send({ kind: 'notice', notice: { kind: 'failed', error: reply.error } });
    return false;
  };
  const run = (call: Promise<Reply<unknown>>): void => {
    void call.then(tell);
  };
  const connect: Actions['connect'] = (profileId, purpose = 'use') => {
    run(client.call('connect', { profileId, purpose }));
  };
  return {
    connect,
    disconnect: (profileId) => {
      run(client.call('disconnect', { profileId }));
    },
    retryNow: (profileId) => {
      run(client.call('retryNow', { profileId }));
    },
    remove: (profile) => {
      void remove(profile);
    },
    undoRemove: (profileId) => {
      void undoRemove(profileId);
    },
    importFile: (file) => {
      void importFile(file);
    },
    exportProfiles: (profileIds) => {
      void client.call('exportProfiles', { profileIds: [...profileIds] }).then((reply) => {
        if (tell(reply)) saveFile('smart-vpn-profiles.json', 'application/json', reply.value.text);
      });
    },
    changeSettings: (change) => {
      run(client.call('changeSettings', change));
    },
    allowLegacyRenegotiation: (profile) => {
      void allowLegacy(profile);
    },
    dismissProblem: (id) => {
      run(client.call('dismissProblem', { id }));
    },
    clearHistory: (profileId) => {
      run(client.call('clearHistory', { profileId }));
    },
    tell,
  };

  async function remove({ id, name }: ProfileView): Promise<void> {
    const reply = await client.call('removeProfile', { profileId: id });
    if (!tell(reply)) return;
    store.send({ kind: 'profiles', change: { change: 'removed', profileId: id } });
    store.send({ kind: 'notice', notice: { kind: 'removed', profiles: [...removed(), { id, name }] } });
  }

  /** Those that the present notice can bring back. */
  function removed(): readonly Pick<ProfileView, 'id' | 'name'>[] {
    const { notice } = store.get();
    return notice?.kind === 'removed' ? notice.profiles : [];
  }

  async function undoRemove(profileId: string): Promise<void> {
    const reply = await client.call('undoRemoveProfile', { profileId });
    if (!tell(reply)) return;
    store.send({ kind: 'profiles', change: { change: 'saved', profile: reply.value.profile } });
    store.send({ kind: 'select', profileId });
    const profiles = removed().filter(({ id }) => id !== profileId);
    store.send({ kind: 'notice', notice: profiles.length === 0 ? undefined : { kind: 'removed', profiles } });
  }

  async function importFile(file: Blob): Promise<void> {
    if (file.size > LARGEST_PROFILE_FILE) {
      tell({ ok: false, error: { code: 'unreadable-file', problem: 'too-large' } });
      return;
    }
    const reply = await client.call('importProfiles', { text: await file.text() });
    if (!tell(reply)) return;
    const { added, refused } = reply.value;
    const first = added[0];
    if (first !== undefined) store.send({ kind: 'select', profileId: first.id });
    store.send({ kind: 'notice', notice: { kind: 'imported', added: added.length, refused } });
  }

  async function allowLegacy(profile: ProfileView): Promise<void> {
    const read = readForm({ ...profileForm(profile), legacyRenegotiation: true });
    if (!read.ok) return;
    const reply = await client.call('saveProfile', {
      profileId: profile.id,
      profile: read.value.profile,
      basedOn: profileOf(profile),
      secrets: { password: { change: 'keep' }, motpSecret: { change: 'keep' } },
    });
    if (tell(reply)) connect(profile.id);
  }
}
