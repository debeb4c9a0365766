import { lchown, lstat, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Under sudo, files in a user's folders would become root's and be out of the user's reach. So root
 * gives what it makes there to whoever has the place already.
 */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Of the file, or else of its folder; undefined when ownership is not ours to give. */
export async function ownerToKeep(path: string): Promise<Owner | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  try {
    return await lstat(path);
  } catch {
    return stat(dirname(path));
  }
}

/** Makes the folder, and those above it, with mode 0700; one that is there stays as it is. */
export async function makePrivateFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const owner = await ownerToKeep(dirname(first));
  if (owner === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    // Whoever has the folder may have put a link there meanwhile.
    await lchown(made, owner.uid, owner.gid);
  }
}
