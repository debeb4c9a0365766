import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type CommandResult, fail } from '../command-failure.ts';
import { ok } from '../../shared/result.ts';

/** sockaddr_un.sun_path holds 108 bytes with its final zero (unix(7)). */
const MAXIMUM_SOCKET_PATH_BYTES = 107;

export function controlSocketPath(runtimeFolder: string): CommandResult<string> {
  const path = join(runtimeFolder, 'control.sock');
  return Buffer.byteLength(path) > MAXIMUM_SOCKET_PATH_BYTES
    ? fail(
        'storage-failed',
        `The path of the control socket is too long: ${path}`,
        'Set XDG_RUNTIME_DIR to a folder with a shorter path.',
      )
    : ok(path);
}

/**
 * Makes the folder of the control socket, for its owner alone. A folder that somebody else made there
 * beforehand is refused: they could listen in our place.
 */
export function makeRuntimeFolder(folder: string): CommandResult<undefined> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const facts = lstatSync(folder);
    if (!facts.isDirectory() || facts.uid !== userInfo().uid) {
      return fail(
        'storage-failed',
        `The folder ${folder} belongs to somebody else.`,
        'Remove it, or set XDG_RUNTIME_DIR.',
      );
    }
    if ((facts.mode & 0o077) !== 0) chmodSync(folder, 0o700);
    return ok(undefined);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return fail('storage-failed', `The folder for the control socket cannot be made: ${detail}`);
  }
}
