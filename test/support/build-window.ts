import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';

/** Builds the window that `smartvpn ui` serves, unless the built one is newer than all it is made of. */

const ROOT = join(import.meta.dirname, '../..');
const BUILT = join(ROOT, 'dist/renderer/index.html');

async function newest(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const times = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).mtimeMs),
  );
  return Math.max(0, ...times);
}

async function isBuilt(): Promise<boolean> {
  const built = await stat(BUILT).catch(() => undefined);
  if (built === undefined) return false;
  const sources = await Promise.all(['renderer', 'shared'].map((folder) => newest(join(ROOT, folder))));
  return built.mtimeMs > Math.max(...sources);
}

if (!(await isBuilt())) {
  await build({
    root: join(ROOT, 'renderer'),
    configFile: join(ROOT, 'renderer/vite.config.ts'),
    logLevel: 'warn',
  });
}
