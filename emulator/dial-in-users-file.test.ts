import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DialInUserInput } from './dial-in-user.ts';
import { type OpenedUsers, openDialInUsers } from './dial-in-users-file.ts';

let folder = '';
let failures: string[] = [];
let opened: OpenedUsers[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulator-users-'));
  failures = [];
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((one) => one.saved()));
  await rm(folder, { recursive: true });
});

async function open(configured: readonly DialInUserInput[] = [], where = folder): Promise<OpenedUsers> {
  const one = await openDialInUsers({
    folder: where,
    configured,
    now: 0,
    failed: (text) => failures.push(text),
  });
  opened.push(one);
  return one;
}

describe('openDialInUsers', () => {
  test('users persist, in a file that only its owner may read', async () => {
    const first = await open();
    first.users.add({ userName: 'alice', password: 'secret' });
    first.users.add({ userName: 'bob' });
    first.users.remove('bob');
    await first.saved();
    expect((await stat(join(folder, 'users.json'))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['users.json']);
    const second = await open();
    expect(second.problems).toEqual([]);
    expect(second.users.list()).toEqual(first.users.list());
  });

  test('the configuration wins over the file for the users it names', async () => {
    const first = await open([{ userName: 'alice', password: 'old' }, { userName: 'bob' }]);
    first.users.add({ userName: 'carol' });
    await first.saved();
    const second = await open([{ userName: 'alice', password: 'new' }]);
    expect(second.users.list().map((user) => [user.userName, user.password])).toEqual([
      ['alice', 'new'],
      ['bob', ''],
      ['carol', ''],
    ]);
  });

  test('a damaged file is set aside, and said', async () => {
    const path = join(folder, 'users.json');
    await writeFile(path, '{"version":1,"users":[{"userName":');
    const one = await open([{ userName: 'alice' }]);
    await one.saved();
    expect(one.problems).toEqual([
      `The users' file was damaged and has been set aside as ${path}.damaged-1970-01-01T00-00-00-000Z`,
    ]);
    expect(await readFile(`${path}.damaged-1970-01-01T00-00-00-000Z`, 'utf8')).toBe(
      '{"version":1,"users":[{"userName":',
    );
    expect((await open()).users.list()).toHaveLength(1);
  });

  test('a write that fails is told, and the table goes on in memory', async () => {
    const gone = join(folder, 'gone');
    const one = await open([{ userName: 'alice' }], gone);
    await one.saved();
    one.users.add({ userName: 'bob' });
    await one.saved();
    const failure = 'The users could not be saved: no such file or directory';
    expect(failures).toEqual([failure, failure]);
    expect(one.users.get('alice')).toBeDefined();
  });
});
