import type { z } from 'zod';
import { profileIssueText } from '../../shared/profile-issue-text.ts';
import { profileSchema, type Profile } from '../../shared/profile.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { FileProblem } from '../../shared/store-problem.ts';
import { storeProblemText } from '../../shared/store-text.ts';
import { readTextFile, writeFileAtomically } from './atomic-file.ts';
import { freeName, nameKey } from './profile-names.ts';
import { isRecord, readDocument, writeDocument, type DocumentContent } from './versioned-document.ts';

/**
 * Profiles on their way from one machine to another: `{ "version": 1, "format": "smartvpn-profiles",
 * "profiles": [ … ] }`. Without ids, which are each store's own, and without secrets, which profiles
 * never hold. A trusted certificate goes along: it is public, and its receiver checks it no worse.
 */
export type ExchangedProfile = Omit<Profile, 'id'>;

export type ExchangeProblem =
  | { readonly kind: 'not-profiles' }
  | { readonly kind: 'newer-version'; readonly version: number }
  | { readonly kind: 'no-such-file'; readonly path: string }
  /** `faults`: one line each, naming profile and field. */
  | { readonly kind: 'invalid-profiles'; readonly faults: readonly string[] }
  | FileProblem;

const FORMAT = 'smartvpn-profiles';

/** Ten thousand profiles take a third of it. */
const MAXIMUM_BYTES = 16 * 1024 * 1024;

const exchangedProfileSchema = profileSchema.omit({ id: true });

const exchangeFormat = {
  version: 1,
  migrations: [],
  decode: (content: DocumentContent) => ok({ value: content, faults: [] }),
  encode: (profiles: readonly ExchangedProfile[]) => ({ format: FORMAT, profiles }),
} as const;

export function formatProfileExchange(profiles: readonly Profile[]): string {
  return writeDocument(
    exchangeFormat,
    profiles.map((profile) => exchangedProfileSchema.parse(profile)),
  );
}

/** All profiles of the text or none, so that nobody has to find out which ones are missing. */
export function parseProfileExchange(text: string): Result<readonly ExchangedProfile[], ExchangeProblem> {
  const document = readDocument(exchangeFormat, text);
  if (!document.ok) {
    return err(document.error.kind === 'damaged' ? { kind: 'not-profiles' } : document.error);
  }
  const { format, profiles } = document.value.value;
  if (format !== FORMAT || !Array.isArray(profiles)) return err({ kind: 'not-profiles' });
  const read: ExchangedProfile[] = [];
  const faults: string[] = [];
  for (const [index, raw] of profiles.entries()) {
    const profile = exchangedProfileSchema.safeParse(raw, { error: profileIssueText, reportInput: true });
    if (profile.success) read.push(profile.data);
    else faults.push(...describe(profile.error, index, raw));
  }
  return faults.length === 0 ? ok(read) : err({ kind: 'invalid-profiles', faults });
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

export async function readProfileExchange(
  path: string,
): Promise<Result<readonly ExchangedProfile[], ExchangeProblem>> {
  const text = await readTextFile(path, MAXIMUM_BYTES);
  if (!text.ok) return text;
  return text.value === undefined ? err({ kind: 'no-such-file', path }) : parseProfileExchange(text.value);
}

export function writeProfileExchange(
  path: string,
  profiles: readonly Profile[],
): Promise<Result<void, FileProblem>> {
  return writeFileAtomically(path, formatProfileExchange(profiles));
}

export function exchangeProblemText(problem: ExchangeProblem): string {
  switch (problem.kind) {
    case 'not-profiles':
      return 'This is not a file of exported profiles.';
    case 'newer-version':
      return `This file was exported by a newer version of this program (format ${problem.version}).`;
    case 'no-such-file':
      return `There is no file ${problem.path}`;
    case 'invalid-profiles':
      return `Nothing was imported, because some of it cannot be read: ${problem.faults.slice(0, 10).join('; ')}`;
    case 'file-failed':
      return problem.code === 'EFBIG'
        ? `This file is too large to be one of exported profiles: ${problem.path}`
        : storeProblemText(problem);
    default:
      return storeProblemText(problem);
  }
}

function describe(error: z.ZodError, index: number, raw: unknown): string[] {
  const name = isRecord(raw) ? raw['name'] : undefined;
  const profile =
    typeof name === 'string' && name !== '' ? `“${name.slice(0, 100)}”` : `profile ${index + 1}`;
  return error.issues.map((issue) => {
    const field = issue.path.join('.');
    return field === '' ? `${profile}: ${issue.message}` : `${profile}, ${field}: ${issue.message}`;
  });
}
