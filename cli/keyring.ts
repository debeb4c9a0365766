import { type CommandFailure, type CommandResult, failure } from './command-failure.ts';
import type { Context } from './context.ts';
import type { SecretName, SecretStore } from '../client/store/secret-store.ts';
import { sessionBusAddress } from '../client/dbus/session-bus-address.ts';
import { openSystemSecrets } from '../client/store/system-secrets.ts';
import type { Profile } from '../shared/profile.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { SecretProblem } from '../shared/secret-problem.ts';
import { secretProblemText } from '../shared/secret-text.ts';

/** The keyring in the command line's terms. */
export interface CommandKeyring {
  get(profile: Profile, name: SecretName): Promise<CommandResult<string | undefined>>;
  set(profile: Profile, name: SecretName, secret: string): Promise<CommandResult<void>>;
  remove(profile: Profile, name?: SecretName): Promise<CommandResult<void>>;
  /** What is kept for the profiles that it was opened for. */
  list(): Promise<CommandResult<readonly { readonly profile: Profile; readonly name: SecretName }[]>>;
}

/** For commands that are of no use without one. */
export async function openKeyring(profiles: readonly Profile[]): Promise<CommandResult<CommandKeyring>> {
  const { secrets, problem } = await open(profiles);
  return problem === undefined ? ok(commandKeyring(secrets, profiles)) : err(keyringFailure(problem));
}

/** A profile went, or keeps less from now on: what cannot be removed is said. */
export async function forgetSecrets(context: Context, profile: Profile, name?: SecretName): Promise<void> {
  if ((await sessionBusAddress()) === undefined) return;
  const { secrets, problem } = await open([profile]);
  // Where there is none, nothing is left in it.
  if (problem !== undefined) return;
  const removed = await secrets.remove(profile.id, name);
  if (removed.ok) return;
  context.output.warn(
    `What the keyring holds of ${profile.name} could not be removed. ${secretProblemText(removed.error)}`,
  );
}

function open(profiles: readonly Profile[]): ReturnType<typeof openSystemSecrets> {
  return openSystemSecrets({ nameOf: (id) => profiles.find((profile) => profile.id === id)?.name });
}

function commandKeyring(secrets: SecretStore, profiles: readonly Profile[]): CommandKeyring {
  return {
    get: async ({ id }, name) => inWords(await secrets.get(id, name)),
    set: async ({ id }, name, secret) => inWords(await secrets.set(id, name, secret)),
    remove: async ({ id }, name) => inWords(await secrets.remove(id, name)),
    list: async () => {
      const listed = await secrets.list(profiles.map(({ id }) => id));
      if (!listed.ok) return inWords(listed);
      const names = Map.groupBy(listed.value, ({ profileId }) => profileId);
      return ok(
        profiles.flatMap((profile) => (names.get(profile.id) ?? []).map(({ name }) => ({ profile, name }))),
      );
    },
  };
}

function inWords<T>(outcome: Result<T, SecretProblem>): CommandResult<T> {
  return outcome.ok ? outcome : err(keyringFailure(outcome.error));
}

function keyringFailure(problem: SecretProblem): CommandFailure {
  return { ...failure('keyring-failed', secretProblemText(problem)), details: { ...problem } };
}
