import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(import.meta.dirname, 'build-window.ts');

/** Resolves when the built window is that of the sources. Test files beside each other build it once. */
export async function windowBuilt(): Promise<void> {
  await mkdir(join(ROOT, 'dist'), { recursive: true });
  const child = spawn('flock', [join(ROOT, 'dist/.build-lock'), process.execPath, PROGRAM], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code]: unknown[] = await once(child, 'exit');
  if (code !== 0) throw new Error('The window could not be built.');
}
