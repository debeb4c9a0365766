import { z } from 'zod';
import { requestIssues, type RequestIssue } from './contract/contract-error.ts';
import { trustedCertificateSchema, type Profile } from './profile.ts';
import { profileDraftSchema } from './profile-draft.ts';
import { profileIssueText } from './profile-issue-text.ts';
import { err, ok, type Result } from './result.ts';

/**
 * The file that "Export" writes and "Import" reads, JSON:
 *
 *   { "format": "smart-vpn-profiles", "version": 1, "profiles": [ { "name": …, "server": …, … } ] }
 *
 * A profile stands in it as in `profileSchema` without `id`: importing twice makes two. No secrets.
 */
const FORMAT = 'smart-vpn-profiles';
const VERSION = 1;

/** Bytes of a file, and no more characters of its text. Ten thousand profiles take about seven million. */
export const LARGEST_PROFILE_FILE = 32_000_000;

const importedProfileSchema = profileDraftSchema.extend({
  trustedCertificate: trustedCertificateSchema.optional(),
});
export type ImportedProfile = z.infer<typeof importedProfileSchema>;

const fileSchema = z.object({
  format: z.literal(FORMAT),
  version: z.number(),
  profiles: z.array(z.unknown()),
});

export type ProfileFileProblem = 'too-large' | 'not-json' | 'not-profiles' | 'newer-version';

export interface ProfileFileContent {
  readonly profiles: readonly ImportedProfile[];
  readonly refused: readonly RefusedProfile[];
}

/** One that cannot be used: its place in the file from 1, its name if it has one, and what is wrong first of all. */
export interface RefusedProfile {
  readonly index: number;
  readonly name: string;
  readonly issue: RequestIssue;
}

export function formatProfileFile(profiles: readonly Profile[]): string {
  const content = profiles.map(({ id: _id, ...rest }) => rest);
  return `${JSON.stringify({ format: FORMAT, version: VERSION, profiles: content }, null, 2)}\n`;
}

export function parseProfileFile(text: string): Result<ProfileFileContent, ProfileFileProblem> {
  if (text.length > LARGEST_PROFILE_FILE) return err('too-large');
  const json = parseJson(text);
  if (!json.ok) return err('not-json');
  const file = fileSchema.safeParse(json.value);
  if (!file.success) return err('not-profiles');
  if (file.data.version !== VERSION) return err('newer-version');
  const profiles: ImportedProfile[] = [];
  const refused: RefusedProfile[] = [];
  for (const [place, entry] of file.data.profiles.entries()) {
    const profile = importedProfileSchema.safeParse(entry, { error: profileIssueText, reportInput: true });
    if (profile.success) profiles.push(profile.data);
    else refused.push({ index: place + 1, name: nameOf(entry), issue: firstIssue(profile.error) });
  }
  return ok({ profiles, refused });
}

function parseJson(text: string): Result<unknown, undefined> {
  try {
    // a byte order mark is what Windows editors put in front
    return ok(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch {
    return err(undefined);
  }
}

const namedSchema = z.object({ name: z.string() });

function nameOf(entry: unknown): string {
  const named = namedSchema.safeParse(entry);
  return named.success ? named.data.name.slice(0, 100).toWellFormed() : '';
}

function firstIssue(error: z.ZodError): RequestIssue {
  const [issue] = requestIssues(error);
  return issue ?? { path: [], code: 'custom', message: '' };
}
