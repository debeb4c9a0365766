import { randomUUID } from 'node:crypto';
import type { CallResponse, SecretsChange } from '../../shared/contract.ts';
import type { Reply } from '../../shared/contract/call-types.ts';
import type { ContractError } from '../../shared/contract/contract-error.ts';
import type { ContractHandlers } from '../../shared/contract/contract-server.ts';
import { MOST_PROFILES } from '../../shared/contract/snapshot-schema.ts';
import { editedProfile, newProfile } from '../../shared/profile-draft.ts';
import { formatProfileFile, parseProfileFile } from '../../shared/profile-file.ts';
import type { Profile } from '../../shared/profile.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { SecretProblem } from '../../shared/secret-problem.ts';
import type { ProfileConflict, StoreProblem } from '../../shared/store-problem.ts';
import type { Logger } from '../log.ts';
import { planImport } from '../store/profile-exchange.ts';
import type { Store } from '../store/store.ts';
import type { Peer } from './audience.ts';
import type { Connections } from './connections.ts';
import { applySecrets } from './apply-secrets.ts';
import type { ProblemList } from './problem-list.ts';
import type { ProfileRegister } from './profile-register.ts';
import type { RemovedProfiles } from './removed-profiles.ts';
import type { SecretIndex } from './secret-index.ts';

export type ProfileCalls = Pick<
  ContractHandlers<Peer>,
  'addProfile' | 'saveProfile' | 'removeProfile' | 'undoRemoveProfile' | 'importProfiles' | 'exportProfiles'
>;

export interface ProfileCallsParts {
  readonly store: Store;
  readonly secrets: SecretIndex;
  readonly register: ProfileRegister;
  readonly connections: Connections;
  readonly removed: RemovedProfiles;
  readonly problems: ProblemList;
  readonly log: Logger;
}

type Saved = CallResponse<'addProfile'>;
type Kept<T> = Result<T, StoreProblem | ProfileConflict>;

export function profileCalls(parts: ProfileCallsParts): ProfileCalls {
  const { store, secrets, register, connections, removed, problems, log } = parts;

  /** Whatever came of it, what is on the disk now is told. */
  const kept = async <T>(keeping: Promise<Kept<T>>): Promise<Reply<T>> => {
    const outcome = await keeping;
    problems.takeFromStore();
    register.announce();
    return outcome.ok ? outcome : err(notSaved(outcome.error));
  };
  const saved = (profile: Profile, secretsProblem?: SecretProblem): Reply<Saved> =>
    ok({ profile: register.view(profile), ...(secretsProblem === undefined ? {} : { secretsProblem }) });
  const saveWithSecrets = async (
    keeping: Promise<Kept<Profile>>,
    change: SecretsChange,
  ): Promise<Reply<Saved>> => {
    const outcome = await kept(keeping);
    if (!outcome.ok) return outcome;
    const problem = await applySecrets(secrets, outcome.value, change, log);
    return saved(outcome.value, problem);
  };
  const addOne = async (profile: Profile): Promise<Kept<Profile>> => {
    const added = await store.profiles.add([profile]);
    return added.ok ? ok(profile) : added;
  };
  const withFreeName = (profile: Profile): Profile => {
    const [planned] = planImport(store.profiles.list(), [profile], () => profile.id).profiles;
    return planned ?? profile;
  };

  return {
    addProfile: ({ profile, trustOf, secrets: change }) => {
      const id = randomUUID();
      const original = trustOf === undefined ? undefined : store.profiles.get(trustOf);
      const added =
        original === undefined ? newProfile(profile, id) : { ...editedProfile(profile, original), id };
      return saveWithSecrets(addOne(added), change);
    },
    saveProfile: async ({ profileId, profile, basedOn, trust, secrets: change }) => {
      const previous = trust === 'keep' ? basedOn : withoutCertificate(basedOn);
      const edited = { ...editedProfile(profile, previous), id: profileId };
      const reply = await saveWithSecrets(store.profiles.save(edited, { ...basedOn, id: profileId }), change);
      // Also with the same fields: perhaps its password was corrected, which deserves a try.
      if (reply.ok) connections.find(profileId)?.changeProfile(edited);
      return reply;
    },
    removeProfile: async ({ profileId }) => {
      await connections.disconnect(profileId);
      const reply = await kept(store.profiles.remove(profileId));
      if (!reply.ok) return reply;
      removed.add(reply.value);
      return ok({});
    },
    undoRemoveProfile: async ({ profileId }) => {
      const profile = removed.find(profileId);
      if (profile === undefined) return err({ code: 'not-now' });
      const back = withFreeName(profile);
      const reply = await kept(addOne(back));
      if (!reply.ok) return reply;
      removed.restored(profileId);
      return saved(back);
    },
    importProfiles: async ({ text }) => {
      const file = parseProfileFile(text);
      if (!file.ok) return err({ code: 'unreadable-file', problem: file.error });
      const { profiles, refused } = file.value;
      if (profiles.length + refused.length === 0) {
        return err({ code: 'unreadable-file', problem: 'not-profiles' });
      }
      if (profiles.length + store.profiles.list().length > MOST_PROFILES) {
        return err({ code: 'unreadable-file', problem: 'too-large' });
      }
      const plan = planImport(store.profiles.list(), profiles, randomUUID);
      const reply = await kept(store.profiles.add(plan.profiles));
      if (!reply.ok) return reply;
      const added = reply.value.map((profile) => register.view(profile));
      return ok({ added, refused: refused.slice(0, MOST_PROFILES) });
    },
    exportProfiles: async ({ profileIds }) => {
      const all = store.profiles.list();
      const wanted = new Set(profileIds);
      const chosen = wanted.size === 0 ? all : all.filter(({ id }) => wanted.has(id));
      return ok({ text: formatProfileFile(chosen) });
    },
  };
}

function withoutCertificate({ trustedCertificate: _forgotten, ...profile }: Profile): Profile {
  return profile;
}

function notSaved(problem: StoreProblem | ProfileConflict): ContractError {
  return { code: 'not-saved', problem };
}
