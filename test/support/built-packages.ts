import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(import.meta.dirname, 'build-packages.ts');
const FOLDER = join(ROOT, 'dist/test-packages');

export interface BuiltPackages {
  readonly folder: string;
  readonly deb: string;
  readonly rpm: string;
  /** The names of all files, sorted. */
  readonly names: readonly string[];
}

/** Whether this machine has what builds packages; in CI it has to. For `describe.skipIf`. */
export function packagesCanBeBuilt(): boolean {
  const lacking = ['dpkg-deb', 'rpmbuild'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  // Packages carry the commit's date, and the copy to build again is of what git lists.
  if (spawnSync('git', ['log', '-1'], { cwd: ROOT }).status !== 0) lacking.push('git’s clone of the source');
  if (lacking.length > 0 && process.env['CI'] === 'true') throw new Error(`Not here: ${lacking.join(', ')}`);
  return lacking.length === 0;
}

/** Resolves when the packages are those of the sources. Test files beside each other build them once. */
export async function packagesBuilt(): Promise<BuiltPackages> {
  await mkdir(FOLDER, { recursive: true });
  const lock = join(ROOT, 'dist/.packages-lock');
  const child = spawn('flock', [lock, process.execPath, PROGRAM, FOLDER], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code]: unknown[] = await once(child, 'exit');
  if (code !== 0) throw new Error('The packages could not be built.');
  const names = (await readdir(FOLDER)).sort();
  return {
    folder: FOLDER,
    deb: join(FOLDER, names.find((name) => /(amd|arm)64\.deb$/.test(name)) ?? ''),
    rpm: join(FOLDER, names.find((name) => name.endsWith('.rpm')) ?? ''),
    names,
  };
}
