import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPackages } from '../../packaging/build-packages.ts';

/** Builds the packages that tests look into and install, unless those there are newer than all they are made of. */

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = ['cli', 'client', 'datapath', 'emulator', 'packaging', 'renderer', 'resources', 'shared'];
const [, , folder = ''] = process.argv;

async function changedAt(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}

async function newest(room: string): Promise<number> {
  const entries = await readdir(join(ROOT, room), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const times = await Promise.all(files.map(({ parentPath, name }) => changedAt(join(parentPath, name))));
  return Math.max(0, ...times);
}

const builtAt = await changedAt(join(folder, 'SHA256SUMS'));
const changed = await Promise.all([...SOURCES.map(newest), changedAt(join(ROOT, 'package-lock.json'))]);
if (builtAt <= Math.max(...changed)) {
  await buildPackages({ folder, compression: 'fast', note: () => undefined });
}
