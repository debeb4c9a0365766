import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One file that starts `program` with `prefix` before it: for those who start one file alone and talk to it over
 * inherited descriptors, which every exec here keeps. Whoever asked removes the folder.
 */
export async function makeLauncher(
  prefix: readonly string[],
  program: string,
): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'svpn-launcher-'));
  const file = join(folder, 'launcher');
  await writeFile(file, `#!/bin/sh\nexec ${[...prefix, program].join(' ')} "$@"\n`);
  await chmod(file, 0o755);
  return { folder, file };
}
