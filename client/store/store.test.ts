import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HistoryEntry } from '../../shared/connection.ts';
import { profileSchema, type Profile } from '../../shared/profile.ts';
import { settingsSchema } from '../../shared/settings.ts';
import { HISTORY_LIMIT, openStore } from './store.ts';

let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'store-')), 'deep', 'smartvpn');
});

afterEach(async () => {
  await rm(join(folder, '..', '..'), { recursive: true });
});

const now = (): Date => new Date('2026-07-28T20:43:30.123Z');

function newProfile(name: string, fields: Partial<Profile> = {}): Profile {
  return { ...profileSchema.parse({ id: crypto.randomUUID(), name, server: 'vpn.example.com' }), ...fields };
}

function session(number: number, profileId: string): HistoryEntry {
  return {
    profileId,
    profileName: 'Office',
    startedAt: number,
    endedAt: number + 1,
    address: number % 2 === 0 ? undefined : '192.168.1.200',
    receivedBytes: 1,
    sentBytes: 2,
    end: 'user',
  };
}

/** Puts a file there as some other program would. */
async function place(name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
}

const content = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');

test('an empty store opens without making anything', async () => {
  const store = await openStore(folder);
  expect(store.profiles.list()).toEqual([]);
  expect(store.settings.get()).toEqual(settingsSchema.parse({}));
  expect(store.history.list()).toEqual([]);
  expect(store.problems).toEqual([]);
  await expect(stat(folder)).rejects.toThrow('ENOENT');
});

test('what was saved is there after opening again', async () => {
  const store = await openStore(folder);
  const office = newProfile('Office', {
    trustedCertificate: { publicKeySha256: 'a'.repeat(64), trustedAt: '2026-01-31T12:00:00Z' },
  });
  const home = newProfile('Home');
  expect(await store.profiles.save(office)).toEqual({ ok: true, value: office });
  await store.profiles.save(home);
  await store.settings.change({ theme: 'dark', connectOnStart: office.id });
  await store.history.append(session(1, office.id));
  await store.history.append(session(2, home.id));

  const again = await openStore(folder);
  expect(again.problems).toEqual([]);
  expect(again.profiles.list()).toEqual([office, home]);
  expect(again.settings.get()).toEqual(settingsSchema.parse({ theme: 'dark', connectOnStart: office.id }));
  expect(again.history.list()).toEqual([session(2, home.id), session(1, office.id)]);
  expect(again.history.list(home.id)).toEqual([session(2, home.id)]);
});

test('files are the owner’s alone, and each says its version', async () => {
  const store = await openStore(folder);
  await Promise.all([
    store.profiles.save(newProfile('Office')),
    store.settings.change({ theme: 'dark' }),
    store.history.append(session(1, crypto.randomUUID())),
    store.removed.add([crypto.randomUUID()]),
  ]);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  const names = (await readdir(folder)).sort();
  expect(names).toEqual(['.lock', 'history.json', 'profiles.json', 'removed-profiles.json', 'settings.json']);
  const modes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).mode & 0o777));
  expect(new Set(modes)).toEqual(new Set([0o600]));
  const versions = await Promise.all(
    names.slice(1).map(async (name): Promise<unknown> => JSON.parse(await content(name))),
  );
  expect(versions).toEqual([
    expect.objectContaining({ version: 1 }),
    expect.objectContaining({ version: 2 }),
    expect.objectContaining({ version: 1 }),
    expect.objectContaining({ version: 1 }),
  ]);
});

test('configuration and history may lie apart', async () => {
  const store = await openStore({ config: folder, state: join(folder, 'state') });
  await store.history.append(session(1, crypto.randomUUID()));
  await store.settings.change({ theme: 'dark' });
  expect((await readdir(folder)).sort()).toEqual(['.lock', 'settings.json', 'state']);
  expect((await readdir(join(folder, 'state'))).sort()).toEqual(['.lock', 'history.json']);
});

describe('profiles', () => {
  test('are found by id, and by name in any letter case', async () => {
    const store = await openStore(folder);
    const office = newProfile('Büro');
    await store.profiles.save(office);
    expect(store.profiles.find('BÜRO')).toEqual(office);
    expect(store.profiles.find(office.id)).toEqual(office);
    expect(store.profiles.find('Bü')).toBeUndefined();
    expect(store.profiles.get('Büro')).toBeUndefined();
  });

  test('have names of their own', async () => {
    const store = await openStore(folder);
    const office = newProfile('Office');
    await store.profiles.save(office);
    const clash = { ok: false, error: { kind: 'name-taken', name: 'OFFICE' } };
    expect(await store.profiles.save(newProfile('OFFICE'))).toEqual(clash);
    expect(await store.profiles.add([newProfile('Home'), newProfile('OFFICE')])).toEqual(clash);
    expect(store.profiles.list()).toEqual([office]);
    // its own name is not taken by itself
    expect((await store.profiles.save({ ...office, name: 'OFFICE' })).ok).toBe(true);
  });

  test('keep their place when they are changed', async () => {
    const store = await openStore(folder);
    const [one, two, three] = [newProfile('1'), newProfile('2'), newProfile('3')];
    await store.profiles.add([one, two, three]);
    const changed = await store.profiles.change(two.id, (profile) => ({ ...profile, server: 'b.example' }));
    expect(changed).toEqual({ ok: true, value: { ...two, server: 'b.example' } });
    expect(store.profiles.list().map(({ server }) => server)).toEqual([
      'vpn.example.com',
      'b.example',
      'vpn.example.com',
    ]);
  });

  test('removing gives back what was removed, and says when there was none', async () => {
    const store = await openStore(folder);
    const office = newProfile('Office');
    await store.profiles.save(office);
    expect(await store.profiles.remove(office.id)).toEqual({ ok: true, value: office });
    const missing = { ok: false, error: { kind: 'no-such-profile', id: office.id } };
    expect(await store.profiles.remove(office.id)).toEqual(missing);
    expect(await store.profiles.change(office.id, (profile) => profile)).toEqual(missing);
    expect((await openStore(folder)).profiles.list()).toEqual([]);
  });

  test('an editor is told when someone else saved meanwhile', async () => {
    const store = await openStore(folder);
    const office = newProfile('Office');
    await store.profiles.save(office);
    const trust = { publicKeySha256: 'a'.repeat(64), trustedAt: '2026-01-31T12:00:00Z' };
    await store.profiles.change(office.id, (profile) => ({ ...profile, trustedCertificate: trust }));

    const edited = { ...office, server: 'b.example' };
    expect(await store.profiles.save(edited, office)).toEqual({
      ok: false,
      error: { kind: 'changed-meanwhile', name: 'Office' },
    });
    const current = { ...office, trustedCertificate: trust };
    const saved = { ...edited, trustedCertificate: trust };
    expect((await store.profiles.save(saved, current)).ok).toBe(true);
    await store.profiles.remove(office.id);
    expect(await store.profiles.save(saved, saved)).toEqual({
      ok: false,
      error: { kind: 'no-such-profile', id: office.id },
    });
  });
});

test('removed profiles whose secrets are still kept are remembered by their ids, each once', async () => {
  const store = await openStore(folder);
  const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
  expect(await store.removed.add([first, second])).toEqual({ ok: true, value: undefined });
  await store.removed.add([first]);
  await store.removed.drop([second]);
  expect((await openStore(folder)).removed.list()).toEqual([first]);
  expect(JSON.parse(await content('removed-profiles.json'))).toEqual({ version: 1, profileIds: [first] });
});

describe('history', () => {
  test('keeps the newest entries only', async () => {
    await place(
      'history.json',
      JSON.stringify({
        version: 1,
        entries: Array.from({ length: HISTORY_LIMIT }, (_, index) => session(index, crypto.randomUUID())),
      }),
    );
    const store = await openStore(folder);
    await store.history.append(session(1000, crypto.randomUUID()));
    const list = (await openStore(folder)).history.list();
    expect(list.length).toBe(HISTORY_LIMIT);
    expect(list[0]?.startedAt).toBe(1000);
    expect(list.at(-1)?.startedAt).toBe(1);
  });

  test('is cleared of one profile or of all', async () => {
    const store = await openStore(folder);
    const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
    await store.history.append(session(1, one));
    await store.history.append(session(2, two));
    await store.history.clear(one);
    expect(store.history.list()).toEqual([session(2, two)]);
    await store.history.clear();
    expect((await openStore(folder)).history.list()).toEqual([]);
  });
});

describe('two stores on one folder', () => {
  test('build on each other’s changes', async () => {
    const [one, other] = [await openStore(folder), await openStore(folder)];
    const [office, home] = [newProfile('Office'), newProfile('Home')];
    await one.profiles.save(office);
    await other.profiles.save(home);
    expect(other.profiles.list()).toEqual([office, home]);
    expect(one.profiles.list()).toEqual([office]);
    await one.refresh();
    expect(one.profiles.list()).toEqual([office, home]);
    await other.settings.change({ theme: 'dark' });
    await one.settings.change({ notifications: false });
    expect(one.settings.get()).toMatchObject({ theme: 'dark', notifications: false });
  });

  test('changes made at once are all there', async () => {
    const [one, other] = [await openStore(folder), await openStore(folder)];
    const names = Array.from({ length: 20 }, (_, index) => `Office ${index}`);
    await Promise.all(
      names.map((name, index) => (index % 2 === 0 ? one : other).profiles.save(newProfile(name))),
    );
    const found = (await openStore(folder)).profiles.list().map(({ name }) => name);
    expect(found.toSorted()).toEqual(names.toSorted());
  });
});

describe('a file that cannot be understood', () => {
  test.each([
    ['', 'empty'],
    ['{"version":1,"profiles":[', 'not JSON'],
    ['[]', 'not a JSON object'],
    ['{"profiles":[]}', 'no version number'],
    ['{"version":1}', 'no list "profiles"'],
  ])('%j is set aside and said', async (text, detail) => {
    await place('profiles.json', text);
    const store = await openStore(folder, { now });
    const keptAs = join(folder, 'profiles.damaged-20260728T204330.123Z.json');
    const path = join(folder, 'profiles.json');
    expect(store.problems).toEqual([{ kind: 'damaged', document: 'profiles', path, keptAs, detail }]);
    expect(await readFile(keptAs, 'utf8')).toBe(text);
    const office = newProfile('Office');
    expect((await store.profiles.save(office)).ok).toBe(true);
    expect(await readFile(keptAs, 'utf8')).toBe(text);
    const again = await openStore(folder);
    expect(again.problems).toEqual([]);
    expect(again.profiles.list()).toEqual([office]);
  });

  test('never takes the place of one that was set aside before', async () => {
    for (const text of ['first', 'second', 'third']) {
      await place('settings.json', text);
      await openStore(folder, { now });
    }
    expect((await readdir(folder)).sort()).toEqual([
      '.lock',
      'settings.damaged-20260728T204330.123Z-2.json',
      'settings.damaged-20260728T204330.123Z-3.json',
      'settings.damaged-20260728T204330.123Z.json',
    ]);
    expect(await content('settings.damaged-20260728T204330.123Z.json')).toBe('first');
    expect(await content('settings.damaged-20260728T204330.123Z-3.json')).toBe('third');
  });

  test('of a newer version is kept under a name that says so', async () => {
    await place('profiles.json', '{"version":7,"profiles":{}}');
    const store = await openStore(folder, { now });
    expect(store.problems).toEqual([
      {
        kind: 'newer-version',
        document: 'profiles',
        path: join(folder, 'profiles.json'),
        keptAs: join(folder, 'profiles.version-7-20260728T204330.123Z.json'),
        version: 7,
      },
    ]);
    expect(await content('profiles.version-7-20260728T204330.123Z.json')).toBe('{"version":7,"profiles":{}}');
  });

  test('while the store is open does not cost what is held in memory', async () => {
    const store = await openStore(folder, { now });
    const office = newProfile('Office');
    await store.profiles.save(office);
    await place('profiles.json', 'overwritten by accident');
    const home = newProfile('Home');
    expect((await store.profiles.save(home)).ok).toBe(true);
    expect(store.problems.map(({ kind }) => kind)).toEqual(['damaged']);
    expect((await openStore(folder)).profiles.list()).toEqual([office, home]);
    expect(await content('profiles.damaged-20260728T204330.123Z.json')).toBe('overwritten by accident');
  });

  test('one bad profile does not cost the others', async () => {
    const office = newProfile('Office');
    const text = JSON.stringify({
      version: 1,
      profiles: [office, { ...office, id: 7, name: 'Bad' }, office],
    });
    await place('profiles.json', text);
    const store = await openStore(folder, { now });
    expect(store.profiles.list()).toEqual([office]);
    expect(store.problems).toEqual([
      {
        kind: 'partly-damaged',
        document: 'profiles',
        path: join(folder, 'profiles.json'),
        keptAs: join(folder, 'profiles.damaged-20260728T204330.123Z.json'),
        faults: [
          expect.stringMatching(/^profile 2 "Bad": id: /),
          'profile "Office": has the id of another one',
        ],
      },
    ]);
    expect(await content('profiles.damaged-20260728T204330.123Z.json')).toBe(text);
    // the file itself is whole again: it is said once
    expect((await openStore(folder)).problems).toEqual([]);
  });

  test('one bad setting does not cost the others', async () => {
    await place('settings.json', '{"version":1,"theme":"pink","notifications":false}');
    const store = await openStore(folder, { now });
    expect(store.settings.get()).toEqual(settingsSchema.parse({ notifications: false }));
    expect(store.problems).toMatchObject([
      { kind: 'partly-damaged', document: 'settings', faults: ['setting "theme": not a value it can have'] },
    ]);
  });

  test('because it is a folder is said, and left alone', async () => {
    await mkdir(join(folder, 'profiles.json'), { recursive: true });
    const store = await openStore(folder);
    const path = join(folder, 'profiles.json');
    const problem = { kind: 'file-failed', path, code: 'EISDIR' };
    expect(store.problems).toEqual([problem]);
    expect(await store.profiles.save(newProfile('Office'))).toEqual({ ok: false, error: problem });
    await store.refresh();
    expect(store.problems).toEqual([problem]);
  });
});

test('a deleted file is written again from memory', async () => {
  const store = await openStore(folder);
  const office = newProfile('Office');
  await store.profiles.save(office);
  await rm(folder, { recursive: true });
  const home = newProfile('Home');
  expect((await store.profiles.save(home)).ok).toBe(true);
  expect((await openStore(folder)).profiles.list()).toEqual([office, home]);
});

test('a link into someone’s dotfiles stays a link', async () => {
  await mkdir(join(folder, 'dotfiles'), { recursive: true });
  const real = join(folder, 'dotfiles', 'my-settings.json');
  await writeFile(real, '{"version":1}');
  await symlink(real, join(folder, 'settings.json'));
  const store = await openStore(folder);
  await store.settings.change({ theme: 'dark' });
  expect(await readlink(join(folder, 'settings.json'))).toBe(real);
  expect(JSON.parse(await readFile(real, 'utf8'))).toMatchObject({ theme: 'dark' });
});

test('what a killed writer left is not in the way', async () => {
  await place('.profiles.json.tmp', '{"version":1,"prof');
  const store = await openStore(folder);
  expect((await store.profiles.save(newProfile('Office'))).ok).toBe(true);
  expect((await readdir(folder)).sort()).toEqual(['.lock', 'profiles.json']);
});

test('a folder that cannot be made is a typed error', async () => {
  await mkdir(join(folder, '..'), { recursive: true });
  await writeFile(folder, 'a file where the folder should be');
  const store = await openStore(folder);
  const saved = await store.profiles.save(newProfile('Office'));
  expect(saved).toMatchObject({ ok: false, error: { kind: 'file-failed' } });
  expect(await readFile(folder, 'utf8')).toBe('a file where the folder should be');
});

test('ten thousand profiles are kept whole', async () => {
  const store = await openStore(folder);
  const many = Array.from({ length: 10_000 }, (_, index) => newProfile(`Office ${index}`));
  expect((await store.profiles.add(many)).ok).toBe(true);
  const again = await openStore(folder);
  expect(again.problems).toEqual([]);
  expect(again.profiles.list().length).toBe(10_000);
  expect(again.profiles.list().at(-1)).toEqual(many.at(-1));
});
