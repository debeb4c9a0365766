import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, 'build-window.ts');

/** Resolves when the built window is that of the sources. Whoever else wants it meanwhile waits for the same build. */
export async function windowBuilt(): Promise<void> {
  // The test runner's would make it a development build.
  const { NODE_ENV: _, ...env } = process.env;
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'inherit', 'inherit'], env });
  const [code]: unknown[] = await once(child, 'exit');
  if (code !== 0) throw new Error('The window could not be built.');
}
