import { createReadStream } from 'node:fs';
import { lstat, open, realpath, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../../shared/error-code.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { FileProblem } from '../../shared/store-problem.ts';
import { ownerToKeep, type Owner } from './ownership.ts';
import { readAtMost } from './read-at-most.ts';

/**
 * The text of a file; undefined when there is none. Longer than `maximumBytes` is refused with the
 * code EFBIG.
 */
export async function readTextFile(
  path: string,
  maximumBytes: number,
): Promise<Result<string | undefined, FileProblem>> {
  try {
    const bytes = await readAtMost(createReadStream(path), maximumBytes);
    if (bytes === undefined) return err({ kind: 'file-failed', path, code: 'EFBIG' });
    return ok(bytes.toString('utf8'));
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? ok(undefined) : err(fileProblem(path, error));
  }
}

/**
 * Puts `text` in the place of the file: all of it or nothing, also when the power fails halfway. The
 * text goes to a temporary file beside it (mode 0600), reaches the disk, and then takes the file's
 * name. Callers that may write the same path at once hold a lock.
 */
export async function writeFileAtomically(path: string, text: string): Promise<Result<void, FileProblem>> {
  const target = await realTarget(path);
  // One fixed name: what a killed writer left is replaced by the next one, not added to.
  const temporary = join(dirname(target), `.${basename(target)}.tmp`);
  try {
    await rm(temporary, { force: true });
    await writeDurably(temporary, text, await ownerToKeep(target));
    await rename(temporary, target);
    await syncFolder(dirname(target));
    return ok(undefined);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    return err(fileProblem(path, error));
  }
}

/** Waits until a rename inside the folder has reached the disk. */
export async function syncFolder(folder: string): Promise<void> {
  await syncHandle(await open(folder, 'r'));
}

export async function syncFile(path: string): Promise<void> {
  await syncHandle(await open(path, 'r+'));
}

async function syncHandle(handle: FileHandle): Promise<void> {
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function fileProblem(path: string, error: unknown): FileProblem {
  const code = errorCode(error);
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return { kind: 'disk-full', path };
    case 'EROFS':
      return { kind: 'read-only', path };
    case 'EACCES':
    case 'EPERM':
      return { kind: 'not-permitted', path };
    default:
      return { kind: 'file-failed', path, code: code ?? 'UNKNOWN' };
  }
}

async function writeDurably(path: string, text: string, owner: Owner | undefined): Promise<void> {
  const handle: FileHandle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * A file that is a link into someone's dotfiles stays one: what it points to is replaced. Only root does not follow a user's
 * link, to where that user may not write.
 */
async function realTarget(path: string): Promise<string> {
  try {
    const isForeign = process.geteuid?.() === 0 && (await lstat(path)).uid !== 0;
    return isForeign ? path : await realpath(path);
  } catch {
    return path;
  }
}
