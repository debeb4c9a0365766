import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { buildElectron } from '../../resources/build-electron.ts';
import type { BuiltDesktop } from './desktop-run.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** What would be packaged, from the sources as they are, in a folder of its own below `dist/`: modules are found from there. */
export async function buildDesktop(): Promise<BuiltDesktop & { remove(): Promise<void> }> {
  const parent = join(ROOT, 'dist', 'under-test');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'desktop-'));
  await buildElectron(join(folder, 'electron'));
  await build({
    configFile: join(ROOT, 'renderer', 'vite.config.ts'),
    root: join(ROOT, 'renderer'),
    logLevel: 'warn',
    build: { outDir: join(folder, 'renderer') },
  });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
