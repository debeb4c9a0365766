import { chmodSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { ControlProblem } from './control-problem.ts';
import { errorCode } from '../../shared/error-code.ts';
import { type Result, err, ok } from '../../shared/result.ts';

/** sockaddr_un.sun_path holds 108 bytes with its final zero (unix(7)). */
const MAXIMUM_SOCKET_PATH_BYTES = 107;

export function controlSocketPath(runtimeFolder: string): Result<string, ControlProblem> {
  const path = join(runtimeFolder, 'control.sock');
  return Buffer.byteLength(path) > MAXIMUM_SOCKET_PATH_BYTES
    ? err({ kind: 'path-too-long', path })
    : ok(path);
}

/**
 * Makes the folder of the control socket, for its owner alone. A folder that somebody else made there
 * beforehand is refused: they could listen in our place.
 */
export function makeRuntimeFolder(folder: string): Result<undefined, ControlProblem> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const facts = lstatSync(folder);
    if (!isOurs(facts)) return err({ kind: 'foreign-folder', folder });
    if ((facts.mode & 0o077) !== 0) chmodSync(folder, 0o700);
    return ok(undefined);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return err({ kind: 'folder-failed', detail });
  }
}

/** Before anybody is asked there: whose folder it is, theirs are the answers. */
export function checkRuntimeFolder(folder: string): Result<undefined, ControlProblem> {
  try {
    const facts = lstatSync(folder, { throwIfNoEntry: false });
    if (facts === undefined) return err({ kind: 'not-connected' });
    return isOurs(facts) ? ok(undefined) : err({ kind: 'foreign-folder', folder });
  } catch (error) {
    return err({ kind: 'unreachable', code: errorCode(error) ?? String(error) });
  }
}

function isOurs(facts: Stats): boolean {
  // Not userInfo(): in a container a user may have no name.
  return facts.isDirectory() && facts.uid === (process.geteuid?.() ?? facts.uid);
}
