import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../../client/log.ts';
import type { Report } from './report.ts';
import { MemorySecretStore, type SecretStore } from '../../client/store/secret-store.ts';
import { isUsualForRoot, openSystemSecrets } from '../../client/store/system-secrets.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Result } from '../../shared/result.ts';
import type { SecretProblem } from '../../shared/secret-problem.ts';
import { secretProblemText } from '../../shared/secret-text.ts';

export interface ProfileSecretsOptions {
  readonly profile: Profile;
  /** The built-in generator's, when it was given with the command. */
  readonly motpSecret: string | undefined;
  /** False: nothing is read from the keyring and nothing kept in it. */
  readonly keyring: boolean;
  readonly log: Logger;
  readonly report: (report: Report) => void;
}

/** What a connection of the command line finds and keeps its secrets by. */
export interface ProfileSecrets extends Pick<SecretStore, 'get' | 'set'> {
  /** Resolves when everything so far is kept, or cannot be; it does not wait for somebody to unlock a keyring. */
  settled(): Promise<void>;
}

/** Milliseconds. */
const LONGEST_FAREWELL = 3_000;

/**
 * The keyring is looked for at once, beside whatever else a start does, but only for a profile that has something to find or
 * to keep there.
 */
export function openProfileSecrets(options: ProfileSecretsOptions): ProfileSecrets {
  const { profile, motpSecret, log } = options;
  const memory = new MemorySecretStore();
  if (motpSecret !== undefined) {
    log.secret(motpSecret);
    void memory.set(profile.id, 'motp-secret', motpSecret);
  }
  const mayKeep = profile.authentication === 'motp' || profile.rememberCredentials;
  const useKeyring = options.keyring && mayKeep && motpSecret === undefined;
  const opening = useKeyring ? open(options) : Promise.resolve(memory);
  const warning = <T>(outcome: Result<T, SecretProblem>): Result<T, SecretProblem> => {
    if (!outcome.ok) warn(options, outcome.error);
    return outcome;
  };
  let keeping: Promise<unknown> = Promise.resolve();
  return {
    get: async (profileId, name) => warning(await (await opening).get(profileId, name)),
    set: (profileId, name, secret) => {
      const kept = opening.then(async (secrets) => warning(await secrets.set(profileId, name, secret)));
      keeping = Promise.allSettled([keeping, kept]);
      return kept;
    },
    settled: async () => {
      const patience = new AbortController();
      await Promise.race([
        keeping,
        setTimeout(LONGEST_FAREWELL, undefined, { signal: patience.signal }).catch(() => undefined),
      ]);
      patience.abort();
    },
  };
}

async function open(options: ProfileSecretsOptions): Promise<SecretStore> {
  const { profile, log, report } = options;
  const { secrets, problem } = await openSystemSecrets({
    nameOf: () => profile.name,
    onQuestion: () => report({ event: 'asking', asks: 'keyring' }),
  });
  if (problem === undefined) {
    log.info('Secrets: in the keyring');
    return secrets;
  }
  log.info(`Secrets: in memory (${problem.reason}: ${problem.detail})`);
  // An mOTP profile keeps nothing by itself.
  if (!isUsualForRoot(problem) && profile.authentication === 'password') warn(options, problem);
  return secrets;
}

function warn({ report }: ProfileSecretsOptions, problem: SecretProblem): void {
  report({ event: 'warning', message: secretProblemText(problem) });
}
