import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { BusProblem } from '../../dbus/message-bus.ts';
import type { CommandRunner } from '../command-runner.ts';
import { forceIpBatch } from '../ip-command.ts';
import { takeDownLines } from '../ip-lines.ts';
import { type JournalEntry, leftJournals, readEntry } from '../journal.ts';
import { isAlive, processIdentitySchema } from '../process-identity.ts';
import { isWhollyFree } from '../routing-slot.ts';
import { deactivate } from './activation.ts';
import { TAG_KEY } from './connection-profile.ts';
import { removeLeftDevice } from './left-device.ts';
import type { NetworkManager } from './network-manager.ts';
import { sweepRules } from './sweep.ts';

/** Milliseconds for NetworkManager to undo an activation, and for each `ip`. */
const UNDO_DEADLINE = 2_000;
/** What it is still undoing is not yet left behind. */
const SETTLING_INTERVAL = 50;
const SETTLING_ATTEMPTS = 10;

/**
 * Removes what was left to NetworkManager by processes of ours that died, and by this one while it was not answered:
 * nearly everything has been undone by itself, unless NetworkManager ended at the same time. `manager` is undefined when
 * it does not run, `silent` when it does and does not answer. `until`: then no answer is waited for any more, and what is
 * left is kept for the next time. A sentence for each thing.
 */
export async function recoverManaged(
  folder: string,
  manager: NetworkManager | 'silent' | undefined,
  run: CommandRunner,
  until: AbortSignal,
): Promise<string[]> {
  const left = await leftEntries(folder);
  const { said: sentences, isDone: areProfilesGone } = await removeProfiles(manager, uuidsOf(left), until);
  for (const { path, entry } of left) {
    if (until.aborted) break;
    const { said, isDone } = await undo(entry, manager, run, until);
    sentences.push(...said);
    if (isDone && areProfilesGone) await rm(path, { force: true }).catch(() => {});
  }
  return sentences;
}

interface LeftEntry {
  readonly path: string;
  readonly entry: JournalEntry;
}

async function leftEntries(folder: string): Promise<LeftEntry[]> {
  const left: LeftEntry[] = [];
  for (const path of await leftJournals(folder)) {
    const read = await readEntry(path);
    if (read.kind === 'entry' && read.entry.networkManager !== undefined)
      left.push({ path, entry: read.entry });
  }
  return left;
}

function uuidsOf(left: readonly LeftEntry[]): ReadonlySet<string | undefined> {
  return new Set(left.flatMap(({ entry: { networkManager: names } }) => [names?.uuid, names?.baseUuid]));
}

const userSettingsSchema = z.object({ data: z.object({ [TAG_KEY]: z.string() }) });
const namesSchema = z.object({ id: z.string(), uuid: z.string() });

/**
 * Also those that somebody has saved ("nmcli connection modify"), which outlive everything. Those of `uuids` are left
 * though their process may live.
 */
async function removeProfiles(
  manager: NetworkManager | 'silent' | undefined,
  uuids: ReadonlySet<string | undefined>,
  until: AbortSignal,
): Promise<Undone> {
  // What nobody has saved went with it.
  if (manager === undefined) return { said: [], isDone: true };
  if (manager === 'silent') return { said: [], isDone: false };
  const profiles = await manager.profiles();
  if (!profiles.ok) return { said: [], isDone: false };
  const said: string[] = [];
  let isDone = true;
  for (const profile of profiles.value) {
    const settings = await manager.profileSettings(profile);
    if (!settings.ok) {
      // One that has gone meanwhile is nobody's; one that is not told of may be ours.
      isDone &&= isTold(settings.error);
      continue;
    }
    const tagged = userSettingsSchema.safeParse(settings.value['user']);
    const names = namesSchema.safeParse(settings.value['connection']);
    if (!tagged.success || !names.success) continue;
    if (isOwned(tagged.data.data[TAG_KEY] ?? '') && !uuids.has(names.data.uuid)) continue;
    const late = AbortSignal.any([until, AbortSignal.timeout(UNDO_DEADLINE)]);
    await deactivate(manager.until(late), names.data.uuid, late);
    const deleted = await manager.deleteProfile(profile);
    // A volatile one has gone with its activation.
    const isGone = deleted.ok || (await hasGone(manager, profile));
    isDone &&= isGone;
    said.push(
      isGone
        ? `Removed the profile "${names.data.id}" from NetworkManager.`
        : `The profile "${names.data.id}" could not be removed from NetworkManager.`,
    );
  }
  return { said, isDone };
}

async function hasGone(manager: NetworkManager, profile: string): Promise<boolean> {
  const settings = await manager.profileSettings(profile);
  return !settings.ok && isTold(settings.error);
}

/** It was answered, only not with what was asked for. */
function isTold({ kind }: BusProblem): boolean {
  return kind === 'error-reply' || kind === 'malformed';
}

/** Whether a tag names a process that lives. */
function isOwned(tag: string): boolean {
  try {
    const identity = processIdentitySchema.safeParse(JSON.parse(tag));
    return identity.success && isAlive(identity.data);
  } catch {
    return false;
  }
}

interface Undone {
  readonly said: string[];
  readonly isDone: boolean;
}

async function undo(
  { interfaceName, routing }: JournalEntry,
  manager: NetworkManager | 'silent' | undefined,
  run: CommandRunner,
  until: AbortSignal,
): Promise<Undone> {
  const said = removeLeftDevice(interfaceName) ? [`Removed the device ${interfaceName}.`] : [];
  if (routing === undefined || (await becomesFree(routing.slot, run))) return { said, isDone: true };
  const lines = takeDownLines(routing);
  await Promise.all([
    forceIpBatch(run, 4, lines.ipv4, UNDO_DEADLINE),
    forceIpBatch(run, 6, lines.ipv6, UNDO_DEADLINE),
  ]);
  const isFree = async (): Promise<boolean> => becomesFree(routing.slot, run);
  // Without the privilege for that, there is NetworkManager's.
  if (!(await isFree()) && manager !== undefined && manager !== 'silent')
    await sweepRules(manager, routing, interfaceName, until);
  return (await isFree())
    ? { said: [...said, `Removed the routing rules of ${interfaceName}.`], isDone: true }
    : { said: [...said, `The routing rules of ${interfaceName} could not be removed.`], isDone: false };
}

async function becomesFree(slot: number, run: CommandRunner): Promise<boolean> {
  for (let attempt = 0; attempt < SETTLING_ATTEMPTS; attempt += 1) {
    const free = await isWhollyFree(slot, run);
    // Without `ip` it cannot be told, and nothing can be done.
    if (!free.ok || free.value) return true;
    await wait(SETTLING_INTERVAL);
  }
  return false;
}
