import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildElectron } from '../../resources/build-electron.ts';
import type { BuiltDesktop } from './desktop-run.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** What would be packaged, from the sources as they are, in a folder of its own below `dist/`: modules are found from there. */
export async function buildDesktop(): Promise<BuiltDesktop & { remove(): Promise<void> }> {
  const parent = join(ROOT, 'dist', 'under-test');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'desktop-'));
  await buildElectron(join(folder, 'electron'));
  await buildRenderer(join(folder, 'renderer'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** In a process of its own: in a test's environment it would become React's development build. */
async function buildRenderer(folder: string): Promise<void> {
  await promisify(execFile)(
    process.execPath,
    [
      join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js'),
      'build',
      'renderer',
      '--outDir',
      folder,
      '--logLevel',
      'warn',
    ],
    { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' } },
  );
}
