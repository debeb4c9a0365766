import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, lchown, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { profileSchema, type Profile } from '../../shared/profile.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { openStore } from './store.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures', 'store-process.ts');
const run = promisify(execFile);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'store-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function newProfile(name: string): Profile {
  return profileSchema.parse({ id: crypto.randomUUID(), name, server: 'vpn.example.com' });
}

test('two processes that add profiles at once lose none', async () => {
  const finished = await Promise.all([
    run(process.execPath, [FIXTURE, folder, 'add', 'One']),
    run(process.execPath, [FIXTURE, folder, 'add', 'Two']),
  ]);
  expect(finished.map(({ stdout }) => stdout)).toEqual(Array(2).fill('"saved"\n'.repeat(40)));
  const store = await openStore(folder);
  const names = store.profiles.list().map(({ name }) => name);
  expect(names.filter((name) => name.startsWith('One ')).length).toBe(40);
  expect(names.filter((name) => name.startsWith('Two ')).length).toBe(40);
});

test('a writer killed at any moment leaves a whole file, and no lock', async () => {
  const filling = await openStore(folder);
  await filling.profiles.add(Array.from({ length: 2000 }, (_, index) => newProfile(`Filler ${index}`)));
  for (const after of [3, 14]) {
    const writer = spawn(process.execPath, [FIXTURE, folder, 'churn', `Round ${after}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let saved = 0;
    for await (const line of createInterface(writer.stdout)) {
      saved = Number(line);
      if (saved === after) writer.kill('SIGKILL');
    }
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
    const store = await openStore(folder, { lockPatienceMilliseconds: 0 });
    expect(store.problems).toEqual([]);
    // the one in flight may have been saved before it could say so
    expect(Number(store.profiles.find(`Round ${after}`)?.userName)).toBeGreaterThanOrEqual(saved);
    expect((await store.settings.change({ theme: 'dark' })).ok).toBe(true);
  }
});

test('whoever reads while another one writes sees a whole file', async () => {
  const store = await openStore(folder);
  await store.profiles.add(Array.from({ length: 2000 }, (_, index) => newProfile(`Filler ${index}`)));
  const writer = spawn(process.execPath, [FIXTURE, folder, 'churn'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const saves: unknown[] = [];
  writer.stdout.on('data', (line) => saves.push(line));
  let torn = 0;
  while (saves.length < 30) {
    const text = await readFile(join(folder, 'profiles.json'), 'utf8');
    if (!text.endsWith('}\n')) torn += 1;
  }
  writer.kill();
  await once(writer, 'exit');
  expect(torn).toBe(0);
});

/** A process with a mount namespace of its own, in which `mount` shows nobody else anything. */
const unshare = process.geteuid?.() === 0 ? ['-m'] : ['-m', '-U', '-r'];
const mayMount = spawnSync('unshare', [...unshare, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;

async function onSmallDisk(script: string): Promise<unknown[]> {
  const prepare =
    'set -e; mount -t tmpfs -o size=64k,mode=700 tmpfs "$folder"; task() { "$node" "$fixture" "$folder" "$@"; }; ';
  const { stdout } = await run('unshare', [...unshare, 'sh', '-c', prepare + script], {
    env: { ...process.env, folder, node: process.execPath, fixture: FIXTURE },
  });
  return stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

describe.skipIf(!mayMount)('on a disk of 64 KiB (needs a mount namespace)', () => {
  test('a full disk: said in a type, what was saved is intact, nothing is left lying around', async () => {
    const steps = await onSmallDisk('task add; task flood; task read');
    expect(steps.slice(0, 40)).toEqual(Array(40).fill('saved'));
    // what still fits is still saved
    expect(steps[40]).toEqual({
      added: 'disk-full',
      changed: 'done',
      files: ['.lock', 'profiles.json', 'settings.json'],
    });
    expect(steps[41]).toEqual({
      profiles: Array.from({ length: 40 }, (_, index) => `Office ${index + 1}`),
      theme: 'dark',
      problems: [],
      files: ['.lock', 'profiles.json', 'settings.json'],
    });
  });

  test('a disk that can only be read: it is read, and nothing is lost', async () => {
    const steps = await onSmallDisk(
      'task add >/dev/null; mount -o remount,bind,ro "$folder"; task flood; task read',
    );
    expect(steps[0]).toEqual({ added: 'read-only', changed: 'read-only', files: ['.lock', 'profiles.json'] });
    expect(steps[1]).toMatchObject({ theme: 'system', problems: [], files: ['.lock', 'profiles.json'] });
  });

  test('a damaged file on a disk that can only be read stays where it is, and is said', async () => {
    const steps = await onSmallDisk(
      'echo "{" > "$folder/profiles.json"; mount -o remount,bind,ro "$folder"; task read; task flood; cat "$folder/profiles.json" | wc -c',
    );
    expect(steps[0]).toMatchObject({ problems: ['damaged', 'read-only'], files: ['profiles.json'] });
    expect(steps[1]).toMatchObject({ added: 'read-only', files: ['profiles.json'] });
    expect(steps[2]).toBe(2);
  });
});

/** Root may read everything, so that as root somebody else has to be refused. */
const nobody = process.geteuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
const maySwitch = spawnSync(process.execPath, ['--check', FIXTURE], nobody).status === 0;

describe.skipIf(!maySwitch)(
  'a file that may not be read (needs another user that may read the sources)',
  () => {
    test('is not taken for an empty one and overwritten', async () => {
      const store = await openStore(folder);
      await store.profiles.save(newProfile('Office'));
      const before = await readFile(join(folder, 'profiles.json'), 'utf8');
      await chmod(folder, 0o777);
      await chmod(join(folder, 'profiles.json'), 0o000);
      await chmod(join(folder, '.lock'), 0o666);
      const { stdout } = await run(process.execPath, [FIXTURE, folder, 'flood'], nobody);
      expect(JSON.parse(stdout)).toMatchObject({ added: 'not-permitted', changed: 'done' });
      await chmod(join(folder, 'profiles.json'), 0o600);
      expect(await readFile(join(folder, 'profiles.json'), 'utf8')).toBe(before);
    });
  },
);

test.skipIf(process.geteuid?.() !== 0)('what root makes in a user’s folder is the user’s', async () => {
  await chown(folder, 65534, 65534);
  const made = join(folder, 'a', 'b');
  const store = await openStore(made);
  await store.profiles.save(newProfile('Office'));
  const paths = [dirname(made), made, join(made, '.lock'), join(made, 'profiles.json')];
  const owners = await Promise.all(paths.map(async (path) => (await stat(path)).uid));
  expect(owners).toEqual([65534, 65534, 65534, 65534]);
});

test.skipIf(process.geteuid?.() !== 0)('a user’s link does not lead root’s writing elsewhere', async () => {
  const [mine, theirs] = [join(folder, 'root-only'), join(folder, 'theirs.json')];
  await writeFile(mine, 'as it was');
  await symlink(mine, theirs);
  await lchown(theirs, 65534, 65534);
  expect(await writeFileAtomically(theirs, 'new')).toMatchObject({ ok: true });
  expect(await readFile(mine, 'utf8')).toBe('as it was');
  expect(await readFile(theirs, 'utf8')).toBe('new');
});
