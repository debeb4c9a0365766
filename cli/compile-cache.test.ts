import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Home, type Outcome, makeHome, runProgram } from '../test/support/program.ts';

/** What cli/smartvpn keeps to start faster, and runs the next time. */

const NOBODY = 65_534;
const isRoot = process.geteuid?.() === 0;

let home: Home;
let caches: string;
beforeEach(async () => {
  home = await makeHome();
  caches = await mkdtemp(join(tmpdir(), 'svpn-cache-'));
});
afterEach(async () => {
  await home.remove();
  await rm(caches, { recursive: true, force: true });
});

function run(environment: NodeJS.ProcessEnv): Promise<Outcome> {
  return runProgram(['--version'], { home, environment });
}

test('is filled where caches go, for its owner alone', async () => {
  expect(await run({ XDG_CACHE_HOME: caches })).toMatchObject({ code: 0, stderr: '' });
  const compiled = join(caches, 'smartvpn');
  expect(await readdir(compiled)).not.toEqual([]);
  expect((await stat(compiled)).mode & 0o777).toBe(0o700);
});

test('is made in the home', async () => {
  expect(await run({ XDG_CACHE_HOME: undefined })).toMatchObject({ code: 0, stderr: '' });
  expect(await readdir(join(home.folder, '.cache'))).toEqual(['smartvpn']);
});

test.each([
  ['no place', { XDG_CACHE_HOME: '/proc/nowhere' }],
  ['no home', { XDG_CACHE_HOME: undefined, HOME: undefined }],
])('is done without where there is %s', async (_, environment) => {
  expect(await run(environment)).toMatchObject({ code: 0, stderr: '' });
});

test.skipIf(!isRoot)('of another user is neither used nor made', async () => {
  await chown(caches, NOBODY, NOBODY);
  expect((await run({ XDG_CACHE_HOME: caches })).code).toBe(0);
  expect(await readdir(caches)).toEqual([]);
  await chown(caches, 0, 0);
  const compiled = join(caches, 'smartvpn');
  await mkdir(compiled);
  await chown(compiled, NOBODY, NOBODY);
  expect((await run({ XDG_CACHE_HOME: caches })).code).toBe(0);
  expect(await readdir(compiled)).toEqual([]);
});

test.skipIf(!isRoot)('in another’s home is not used, wherever a link there leads', async () => {
  const everybodys = join(caches, 'everybodys');
  await mkdir(everybodys);
  await chmod(everybodys, 0o1777);
  await mkdir(join(home.folder, '.cache'));
  await symlink(everybodys, join(home.folder, '.cache', 'smartvpn'));
  await chown(home.folder, NOBODY, NOBODY);
  expect((await run({ XDG_CACHE_HOME: undefined })).code).toBe(0);
  expect(await readdir(everybodys)).toEqual([]);
});

test('is no link: what it leads to may be everybody’s', async () => {
  const everybodys = join(caches, 'everybodys');
  await mkdir(everybodys);
  await symlink(everybodys, join(caches, 'smartvpn'));
  expect((await run({ XDG_CACHE_HOME: caches })).code).toBe(0);
  expect(await readdir(everybodys)).toEqual([]);
});

test('whoever is to hold a connection finds all of it compiled, also after a change', async () => {
  const environment = { XDG_CACHE_HOME: caches };
  const marker = join(caches, 'smartvpn', 'compiled');
  const connect = () => runProgram(['connect', 'nowhere'], { home, environment });
  const first = await connect();
  expect(first.stderr).toContain('There is no profile');
  const { mtimeMs } = await stat(marker);
  expect(await connect()).toEqual(first);
  expect((await stat(marker)).mtimeMs).toBe(mtimeMs);
  await utimes(marker, 1, 1);
  expect(await connect()).toEqual(first);
  expect((await stat(marker)).mtimeMs).toBeGreaterThan(mtimeMs);
});
