import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM_FOLDER } from './program-folder.ts';

const ELECTRON = join(PROGRAM_FOLDER, 'node_modules', 'electron');

/** Where Electron's distribution is, unpacked; undefined = not on this machine. As Electron's own launcher looks for it. */
export function electronFolder(): string | undefined {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(ELECTRON, 'dist');
  return existsSync(join(folder, binaryName())) ? folder : undefined;
}

/** The program itself; undefined = not on this machine. */
export function electronBinary(): string | undefined {
  const folder = electronFolder();
  return folder === undefined ? undefined : join(folder, binaryName());
}

/** `path.txt` names the binary in the folder of the distribution. */
function binaryName(): string {
  try {
    return readFileSync(join(ELECTRON, 'path.txt'), 'utf8').trim();
  } catch {
    return process.platform === 'win32' ? 'electron.exe' : 'electron';
  }
}
