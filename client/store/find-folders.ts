import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Folders, defaultFolders } from './folders.ts';

/**
 * As every surface of the client finds them. Where there is no login session, and so no runtime folder
 * (containers, some ssh servers), the sticky /tmp serves: the control socket's folder is checked for its owner.
 */
export function findFolders(): Folders {
  const folders = defaultFolders();
  const uid = process.geteuid?.();
  if (uid === undefined || existsSync(dirname(folders.runtime))) return folders;
  if ((process.env['XDG_RUNTIME_DIR'] ?? '') !== '') return folders;
  return { ...folders, runtime: join(tmpdir(), `smartvpn-${uid}`) };
}
