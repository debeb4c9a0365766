import { homedir, userInfo } from 'node:os';
import { type CommandResult, fail } from './command-failure.ts';
import type { Context } from './context.ts';
import type { ExitReason } from './exit-codes.ts';
import { type Store, openStore } from '../client/store/store.ts';
import type { Profile } from '../shared/profile.ts';
import { type Result, ok } from '../shared/result.ts';
import type { ProfileConflict, StoreProblem } from '../shared/store-problem.ts';
import { storeProblemText } from '../shared/store-text.ts';

/** The store, with everything that is wrong with its files said aloud. */
export async function openProfiles(context: Context): Promise<Store> {
  const store = await openStore({ config: context.folders.config, state: context.folders.state });
  for (const problem of store.problems) {
    context.output.warn(storeProblemText(problem), { problem });
  }
  return store;
}

/** By name or id. A store that could not be read answers with that, not with "no such profile". */
export function findProfile(store: Store, nameOrId: string): CommandResult<Profile> {
  const profile = store.profiles.find(nameOrId);
  if (profile !== undefined) return ok(profile);
  const damaged = store.problems.find((problem) => 'document' in problem && problem.document === 'profiles');
  if (damaged !== undefined) return fail('storage-failed', storeProblemText(damaged));
  const names = store.profiles.list().map(({ name }) => name);
  return fail(
    'profile-not-found',
    `There is no profile "${nameOrId}".`,
    names.length === 0
      ? 'Add one with: smartvpn profile add NAME --server HOST'
      : `There ${names.length === 1 ? 'is' : 'are'}: ${someOf(names)}`,
    ...ownProfilesStep(),
  );
}

/** Under sudo HOME is root's, unless it is kept: whoever has just added a profile does not find it. */
function ownProfilesStep(): readonly string[] {
  const person = process.env['SUDO_USER'] ?? '';
  if (process.geteuid?.() !== 0 || person === '' || person === 'root') return [];
  if (homedir() !== userInfo().homedir) return [];
  return [`These are root’s profiles. For those of ${person}: sudo --preserve-env=HOME smartvpn …`];
}

const NAMES_SHOWN = 10;

function someOf(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return more <= 0 ? names.join(', ') : `${names.slice(0, NAMES_SHOWN).join(', ')} and ${more} more`;
}

/** What saving came to, in the command line's terms. */
export function saved<T>(result: Result<T, StoreProblem | ProfileConflict>): CommandResult<T> {
  if (result.ok) return result;
  return fail(saveReason(result.error), storeProblemText(result.error));
}

function saveReason(problem: StoreProblem | ProfileConflict): ExitReason {
  if (problem.kind === 'name-taken') return 'usage';
  return problem.kind === 'no-such-profile' ? 'profile-not-found' : 'storage-failed';
}
