import type { Result } from '../../shared/result.ts';
import type { SecretProblem } from '../../shared/secret-problem.ts';
import type { ProfileConflict, StoreProblem } from '../../shared/store-problem.ts';
import type { ConnectionDependencies } from '../connection/connection.ts';
import type { SecretStore } from '../store/secret-store.ts';
import type { Store } from '../store/store.ts';
import type { Audience } from './audience.ts';
import type { ProblemList } from './problem-list.ts';
import type { ProfileRegister } from './profile-register.ts';

export interface KeepingStore {
  readonly store: ConnectionDependencies['store'];
  readonly secrets: ConnectionDependencies['secrets'];
  /** Resolves when everything so far is on the disk, or cannot be. */
  settled(): Promise<void>;
}

/**
 * Stands between connections and what they keep: the windows are told of it, and of what could not be
 * kept, because a connection itself waits for none of it.
 */
export function keepingStore(parts: {
  readonly store: Store;
  readonly secrets: SecretStore;
  readonly register: ProfileRegister;
  readonly problems: ProblemList;
  readonly audience: Audience;
}): KeepingStore {
  const { store, secrets, register, problems, audience } = parts;
  const pending = new Set<Promise<unknown>>();

  const followed = <T, E extends StoreProblem | ProfileConflict>(
    keeping: Promise<Result<T, E>>,
    tell: () => void,
  ): Promise<Result<T, E>> => {
    const told = keeping.then((kept) => {
      problems.takeFromStore();
      if (kept.ok) tell();
      else addStoreProblem(problems, kept.error);
      return kept;
    });
    pending.add(told);
    void told.finally(() => pending.delete(told)).catch(() => undefined);
    return told;
  };
  const tellingSecrets = <T, E extends SecretProblem>(outcome: Result<T, E>): Result<T, E> => {
    if (!outcome.ok) problems.add({ source: 'secrets', ...outcome.error });
    return outcome;
  };

  return {
    store: {
      profiles: {
        change: (id, edit) => followed(store.profiles.change(id, edit), () => register.announce()),
      },
      history: {
        append: (entry) => followed(store.history.append(entry), () => audience.tell('history', { entry })),
      },
    },
    secrets: {
      get: async (profileId, name) => tellingSecrets(await secrets.get(profileId, name)),
      set: async (profileId, name, secret) => tellingSecrets(await secrets.set(profileId, name, secret)),
    },
    settled: async () => {
      await Promise.allSettled(pending);
    },
  };
}

/** A profile that was removed meanwhile has nothing to remember: that is no problem. */
function addStoreProblem(problems: ProblemList, problem: StoreProblem | ProfileConflict): void {
  switch (problem.kind) {
    case 'no-such-profile':
    case 'name-taken':
    case 'changed-meanwhile':
      return;
    default:
      problems.add({ source: 'store', problem });
  }
}
