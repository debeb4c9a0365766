import { constants } from 'node:fs';
import { link, open, readdir, rename, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { SLOT_COUNT } from './policy-routing.ts';
import { isAlive, ownIdentity, processIdentitySchema } from './process-identity.ts';
import { makePrivateFolder } from '../store/ownership.ts';
import { errorCode } from '../../shared/error-code.ts';

/**
 * What a tunnel changed on this machine that does not vanish with its device. Each tunnel has a file of its own in
 * the state folder (mode 0600), written before the change that it tells of: a process that dies at any moment
 * leaves enough behind to undo all it did. The file's name is the routing slot, so having it is having the slot.
 * Only values are kept, never commands: whoever could write here could not make root run theirs.
 */
export const journalEntrySchema = z.object({
  version: z.literal(1),
  /** Undefined: its process lives, but could not undo everything. */
  owner: processIdentitySchema.optional(),
  interfaceName: z.string().regex(/^[a-zA-Z0-9_.-]{1,15}$/),
  routing: z
    .object({
      slot: z
        .number()
        .int()
        .min(0)
        .max(SLOT_COUNT - 1),
      mode: z.enum(['full', 'split']),
      endpoint: z.string().refine((text) => isIP(text) !== 0),
      ipv6: z.boolean(),
      ipv6Routes: z.enum(['some', 'all']).optional(),
      excluded: z.array(z.cidrv4()).max(256).readonly().optional(),
    })
    .optional(),
  /** NetworkManager has the routes and DNS, in the profile of this UUID, and for a moment another one. */
  networkManager: z.object({ uuid: z.uuid(), baseUuid: z.uuid().optional() }).optional(),
  dns: z
    .discriminatedUnion('method', [
      z.object({ method: z.literal('resolvconf'), record: z.string().regex(/^[a-zA-Z0-9_.-]{1,40}$/) }),
      z.object({
        method: z.literal('resolv-conf-file'),
        /** The file's text before; undefined when there was none. */
        original: z.string().optional(),
        /** What we put there: only this is ours to replace. */
        written: z.string(),
      }),
    ])
    .optional(),
});
export type JournalEntry = z.infer<typeof journalEntrySchema>;
/** An entry without whose it is. */
export type Changes = Omit<JournalEntry, 'version' | 'owner'>;
export type DnsRecord = NonNullable<JournalEntry['dns']>;

const NAME = /^network-([0-9]{1,2})\.json$/;
const MAXIMUM_LENGTH = 256 * 1024;

/** One tunnel's file. */
export interface Journal {
  readonly slot: number;
  readonly interfaceName: string;
  read(): Promise<ReadJournal>;
  write(changes: Changes): Promise<void>;
  /** Writes what could not be undone, for recover() to try again. */
  abandon(changes: Changes): Promise<void>;
  remove(): Promise<void>;
}

/** Takes slot `slot`; undefined when it is taken. Rejects when the folder cannot be written. */
export async function claimJournal(
  folder: string,
  slot: number,
  interfaceName: string,
): Promise<Journal | undefined> {
  await makePrivateFolder(folder);
  const path = join(folder, `network-${slot}.json`);
  const temporary = join(folder, `.network-${slot}.${process.pid}.tmp`);
  const owner = ownIdentity();
  await writeSynced(temporary, { version: 1, owner, interfaceName });
  try {
    // Appears with its content or not at all, unlike a file opened with O_EXCL.
    await link(temporary, path);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  const put = async (entry: JournalEntry): Promise<void> => {
    await writeSynced(temporary, entry);
    await rename(temporary, path);
  };
  return {
    slot,
    interfaceName,
    read: () => readEntry(path),
    write: (changes) => put({ ...changes, version: 1, owner }),
    abandon: (changes) => put({ ...withoutOwner(changes), version: 1 }),
    remove: () => rm(path, { force: true }),
  };
}

/** The journals of this user whose process is gone, in the order of their slots. */
export async function leftJournals(folder: string): Promise<string[]> {
  const left: string[] = [];
  for (const path of await journalsIn(folder)) {
    const read = await readEntry(path);
    const inUse = read.kind === 'entry' && read.entry.owner !== undefined && isAlive(read.entry.owner);
    if (read.kind !== 'foreign' && !inUse) left.push(path);
  }
  return left;
}

/**
 * A tunnel that goes down may find another's text in resolv.conf, made while its own was there. What the other will
 * put back one day must then be what was there before both.
 */
export async function replaceRemembered(
  folder: string,
  ours: string,
  before: string | undefined,
): Promise<void> {
  for (const path of await journalsIn(folder)) {
    const read = await readEntry(path);
    if (read.kind !== 'entry') continue;
    const { entry } = read;
    if (entry.dns?.method !== 'resolv-conf-file' || entry.dns.original !== ours) continue;
    const temporary = `${path}.${process.pid}.tmp`;
    const dns = { method: entry.dns.method, written: entry.dns.written };
    await writeSynced(temporary, {
      ...entry,
      dns: before === undefined ? dns : { ...dns, original: before },
    });
    await rename(temporary, path);
  }
}

async function journalsIn(folder: string): Promise<string[]> {
  try {
    const names = (await readdir(folder)).filter((name) => NAME.test(name));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function withoutOwner({ interfaceName, routing, networkManager, dns }: Changes): Changes {
  return {
    interfaceName,
    ...(routing === undefined ? {} : { routing }),
    ...(networkManager === undefined ? {} : { networkManager }),
    ...(dns === undefined ? {} : { dns }),
  };
}

export type ReadJournal =
  | { readonly kind: 'entry'; readonly entry: JournalEntry }
  /** Gone, or another user wrote it or could have: not ours to act on. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'damaged' };

export async function readEntry(path: string): Promise<ReadJournal> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const { uid, mode, size } = await handle.stat();
      if (uid !== process.geteuid?.() || (mode & 0o022) !== 0) return { kind: 'foreign' };
      if (size > MAXIMUM_LENGTH) return { kind: 'damaged' };
      return parseEntry(await handle.readFile('utf8'));
    } finally {
      await handle.close();
    }
  } catch {
    return { kind: 'foreign' };
  }
}

function parseEntry(text: string): ReadJournal {
  try {
    const parsed = journalEntrySchema.safeParse(JSON.parse(text));
    return parsed.success ? { kind: 'entry', entry: parsed.data } : { kind: 'damaged' };
  } catch {
    return { kind: 'damaged' };
  }
}

async function writeSynced(path: string, entry: JournalEntry): Promise<void> {
  await rm(path, { force: true });
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(entry)}\n`);
    // resolv.conf outlives a power failure: so must this.
    await handle.sync();
  } finally {
    await handle.close();
  }
}
