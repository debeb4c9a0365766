import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { readSourceDate } from '../../packaging/source-date.ts';
import { packagesBuilt, packagesCanBeBuilt } from '../support/built-packages.ts';

/** Built again from the same source by somebody else, somewhere else, the packages are the same to the byte. */

const run = promisify(execFile);
const PROJECT = join(import.meta.dirname, '../..');
/** In the project, since modules can be linked there instead of copied. */
const ELSEWHERE = join(PROJECT, 'dist/elsewhere-Ünter');

// Much is packed and unpacked, and on a busy machine that is not quick.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(!packagesCanBeBuilt())('packages', () => {
  afterAll(() => rm(ELSEWHERE, { recursive: true, force: true }));

  /** A copy of the source without its history, with modules of its own. */
  async function copyProject(): Promise<void> {
    await rm(ELSEWHERE, { recursive: true, force: true });
    await mkdir(ELSEWHERE, { recursive: true });
    const { stdout } = await run('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: PROJECT });
    for (const file of stdout.split('\0').filter((name) => name !== '')) {
      // One that was deleted and not committed is listed too.
      await cp(join(PROJECT, file), join(ELSEWHERE, file)).catch(() => undefined);
    }
    // Without the caches, which other tests write meanwhile.
    const modules = join(PROJECT, 'node_modules');
    const names = (await readdir(modules)).filter((name) => !/^\.(cache|vite)/.test(name));
    await mkdir(join(ELSEWHERE, 'node_modules'));
    const linked = names.map((name) => join(modules, name));
    await run('cp', ['-al', ...linked, join(ELSEWHERE, 'node_modules')]);
  }

  test('are the same from another folder, with another clock, language, home and umask', async () => {
    const [first] = await Promise.all([packagesBuilt(), copyProject()]);
    const output = join(ELSEWHERE, 'packages');
    const command = 'umask 077; exec "$0" packaging/dist.ts --fast --output "$1"';
    await run('sh', ['-c', command, process.execPath, output], {
      cwd: ELSEWHERE,
      env: {
        PATH: process.env['PATH'],
        HOME: ELSEWHERE,
        LANG: 'de_DE.UTF-8',
        TZ: 'Pacific/Auckland',
        SOURCE_DATE_EPOCH: String(await readSourceDate()),
      },
    });
    expect(first.names).toHaveLength(5);
    for (const name of first.names) {
      const [one, other] = await Promise.all([first.folder, output].map((at) => readFile(join(at, name))));
      expect({ name, isSame: other?.equals(one ?? Buffer.alloc(0)) }).toEqual({ name, isSame: true });
    }
  });
});
