import { assertNever } from '../../shared/assert-never.ts';
import { formatProfileFile, parseProfileFile, type ImportedProfile } from '../../shared/profile-file.ts';
import { freeName, nameKey } from '../../shared/profile-names.ts';
import type { Profile } from '../../shared/profile.ts';
import { err, ok, type Result } from '../../shared/result.ts';

/** Profiles on their way from one machine to another, in the file of shared/profile-file.ts. */
export type ExchangedProfile = ImportedProfile;

export type ExchangeProblem =
  | { readonly kind: 'not-profiles' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'newer-version' }
  /** `faults`: one line for each profile that cannot be used, naming it, the field and the reason. */
  | { readonly kind: 'invalid-profiles'; readonly faults: readonly string[] };

export function formatProfileExchange(profiles: readonly Profile[]): string {
  return formatProfileFile(profiles);
}

/** All profiles of the text or none, so that nobody has to find out which ones are missing. */
export function parseProfileExchange(text: string): Result<readonly ExchangedProfile[], ExchangeProblem> {
  const file = parseProfileFile(text);
  if (!file.ok) return err({ kind: file.error === 'not-json' ? 'not-profiles' : file.error });
  const { profiles, refused } = file.value;
  if (refused.length === 0) return ok(profiles);
  const faults = refused.map(({ index, name, issue }) => {
    const where = [name === '' ? `profile ${index}` : `“${name}”`, issue.path.join('.')];
    return `${where.filter((part) => part !== '').join(', ')}: ${issue.message}`;
  });
  return err({ kind: 'invalid-profiles', faults });
}

export interface Import {
  /** With ids, and names that are free: ready to be added. */
  readonly profiles: readonly Profile[];
  /** What had to be called otherwise because its name was taken. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[];
}

/** `newId` returns a fresh UUID. */
export function planImport(
  existing: readonly Profile[],
  exchanged: readonly ExchangedProfile[],
  newId: () => string,
): Import {
  const taken = new Set(existing.map(({ name }) => nameKey(name)));
  const renamed: { from: string; to: string }[] = [];
  const profiles: Profile[] = [];
  for (const profile of exchanged) {
    const name = freeName(profile.name, taken);
    taken.add(nameKey(name));
    if (name !== profile.name) renamed.push({ from: profile.name, to: name });
    profiles.push({ ...profile, id: newId(), name });
  }
  return { profiles, renamed };
}

export function exchangeProblemText(problem: ExchangeProblem): string {
  switch (problem.kind) {
    case 'not-profiles':
      return 'This is not a file of exported profiles.';
    case 'too-large':
      return 'This file is too large to be one of exported profiles.';
    case 'newer-version':
      return 'This file was exported by a newer version of this program.';
    case 'invalid-profiles':
      return `Nothing was imported, because some of it cannot be read: ${problem.faults.slice(0, 10).join('; ')}`;
    default:
      return assertNever(problem);
  }
}
