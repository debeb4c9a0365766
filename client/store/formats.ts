import { z } from 'zod';
import type { FailureKind, HistoryEntry } from '../../shared/connection.ts';
import { profileSchema, type Profile } from '../../shared/profile.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { settingsSchema, type Settings } from '../../shared/settings.ts';
import { profilesFrom1 } from './migrations/profiles-1.ts';
import { isRecord, type Decoded, type DocumentContent, type DocumentFormat } from './versioned-document.ts';

/** The documents as they are written today. Former versions: `migrations/`. */

export const profilesFormat: DocumentFormat<readonly Profile[]> = {
  name: 'profiles',
  version: 2,
  migrations: [profilesFrom1],
  empty: [],
  decode: (content) => {
    const decoded = decodeList(content, 'profiles', profileSchema, 'profile');
    return decoded.ok ? ok(withoutRepeatedIds(decoded.value)) : decoded;
  },
  encode: (profiles) => ({ profiles }),
};

export const settingsFormat: DocumentFormat<Settings> = {
  name: 'settings',
  version: 1,
  migrations: [],
  empty: settingsSchema.parse({}),
  decode: (content) => ok(decodeSettings(content)),
  encode: (settings) => settings,
};

/** `{ user: 'user', … }`: complete by its type, so a new cause cannot be forgotten here. */
const ENDS = {
  user: 'user',
  'no-network': 'no-network',
  'captive-portal': 'captive-portal',
  'name-not-found': 'name-not-found',
  'network-unreachable': 'network-unreachable',
  'connection-refused': 'connection-refused',
  'timed-out': 'timed-out',
  'tls-failed': 'tls-failed',
  'certificate-unknown': 'certificate-unknown',
  'certificate-changed': 'certificate-changed',
  'not-draytek-ssl-vpn': 'not-draytek-ssl-vpn',
  'credentials-refused': 'credentials-refused',
  'code-refused': 'code-refused',
  'locked-out': 'locked-out',
  'no-address': 'no-address',
  'device-not-permitted': 'device-not-permitted',
  'network-setup-failed': 'network-setup-failed',
  'protocol-error': 'protocol-error',
  'router-closed': 'router-closed',
  'peer-silent': 'peer-silent',
  'link-lost': 'link-lost',
  'unsupported-server-type': 'unsupported-server-type',
  internal: 'internal',
} as const satisfies { [End in 'user' | FailureKind]: End };

export const historyEntrySchema = z
  .object({
    profileId: z.uuid(),
    profileName: z.string(),
    startedAt: z.number(),
    endedAt: z.number(),
    address: z.string().optional(),
    receivedBytes: z.number().min(0),
    sentBytes: z.number().min(0),
    end: z.enum(ENDS),
  })
  // JSON leaves out what is undefined
  .transform((entry): HistoryEntry => ({ ...entry, address: entry.address }));

/** Oldest first. */
export const historyFormat: DocumentFormat<readonly HistoryEntry[]> = {
  name: 'history',
  version: 1,
  migrations: [],
  empty: [],
  decode: (content) => decodeList(content, 'entries', historyEntrySchema, 'entry'),
  encode: (entries) => ({ entries }),
};

/** Ids of removed profiles whose secrets may still be kept. */
export const removedProfilesFormat: DocumentFormat<readonly string[]> = {
  name: 'removed-profiles',
  version: 1,
  migrations: [],
  empty: [],
  decode: (content) => decodeList(content, 'profileIds', z.uuid(), 'profile'),
  encode: (profileIds) => ({ profileIds }),
};

/** Entries that cannot be read are left out and named, so that one does not cost the others. */
function decodeList<T>(
  content: DocumentContent,
  field: string,
  schema: z.ZodType<T>,
  noun: string,
): Result<Decoded<T[]>, string> {
  const list = content[field];
  if (!Array.isArray(list)) return err(`no list "${field}"`);
  const value: T[] = [];
  const faults: string[] = [];
  for (const [index, raw] of list.entries()) {
    const parsed = schema.safeParse(raw);
    if (parsed.success) value.push(parsed.data);
    else faults.push(`${noun} ${index + 1}${nameOf(raw)}: ${firstIssue(parsed.error)}`);
  }
  return ok({ value, faults });
}

function withoutRepeatedIds(decoded: Decoded<readonly Profile[]>): Decoded<readonly Profile[]> {
  const seen = new Set<string>();
  const faults = [...decoded.faults];
  const value = decoded.value.filter((profile) => {
    if (!seen.has(profile.id)) return seen.add(profile.id);
    faults.push(`profile "${profile.name}": has the id of another one`);
    return false;
  });
  return { value, faults };
}

/** A setting that cannot be read is what it is by default; the others stay. */
function decodeSettings(content: DocumentContent): Decoded<Settings> {
  const whole = settingsSchema.safeParse(content);
  if (whole.success) return { value: whole.data, faults: [] };
  const wrong = new Set(whole.error.issues.map((issue) => String(issue.path[0])));
  const readable = Object.fromEntries(Object.entries(content).filter(([name]) => !wrong.has(name)));
  return {
    value: settingsSchema.parse(readable),
    faults: Array.from(wrong, (name) => `setting "${name}": not a value it can have`),
  };
}

function nameOf(raw: unknown): string {
  return isRecord(raw) && typeof raw['name'] === 'string' ? ` "${raw['name'].slice(0, 100)}"` : '';
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'cannot be read' : `${issue.path.join('.')}: ${issue.message}`;
}
