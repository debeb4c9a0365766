import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SafeStorageDouble } from '../test/electron/double/safe-storage.ts';
import { openSafeSecretStore, type Encryption } from './safe-secret-store.ts';
import type { SecretStore } from '../client/store/secret-store.ts';
import { ok } from '../shared/result.ts';
import type { SecretProblem } from '../shared/secret-problem.ts';

const ID = '7f8b0c1e-6a52-4c3b-9d0e-1f2a3b4c5d6e';
let folder: string;
let problems: SecretProblem[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'svpn-secrets-'));
  problems = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function open(encryption: Encryption = new SafeStorageDouble('gnome_libsecret')): Promise<SecretStore> {
  return openSafeSecretStore({
    encryption,
    system: 'linux',
    path: join(folder, 'config', 'secrets.json'),
    onProblem: (problem) => problems.push(problem),
  });
}

test('kept, listed, read, replaced and forgotten, over restarts', async () => {
  const first = await open();
  expect(await first.set(ID, 'password', 'one')).toMatchObject({ ok: true });
  await Promise.all([first.set(ID, 'password', 'two'), first.set(ID, 'motp-secret', 'cafe')]);
  const second = await open();
  expect(await second.get(ID, 'password')).toEqual(ok('two'));
  expect(await second.list([])).toEqual(
    ok([
      { profileId: ID, name: 'password' },
      { profileId: ID, name: 'motp-secret' },
    ]),
  );
  await second.remove(ID, 'password');
  expect(await second.get(ID, 'password')).toEqual(ok(undefined));
  await second.remove(ID);
  expect(await (await open()).list([])).toEqual(ok([]));
  expect(problems).toEqual([]);
});

test('a keyring with another key: nothing is read, nothing is lost, the user is told', async () => {
  await (await open()).set(ID, 'password', 'one');
  const other = await open(new SafeStorageDouble('kwallet6'));
  expect(await other.get(ID, 'password')).toMatchObject({ ok: false, error: { reason: 'refused' } });
  expect(await (await open()).get(ID, 'password')).toEqual(ok('one'));
});

test('an older key: what was read is encrypted anew', async () => {
  await (await open()).set(ID, 'password', 'one');
  const before = await readFile(join(folder, 'config', 'secrets.json'), 'utf8');
  const rotated = new SafeStorageDouble('gnome_libsecret');
  const store = await open({
    isAsyncEncryptionAvailable: () => rotated.isAsyncEncryptionAvailable(),
    encryptStringAsync: (text) => rotated.encryptStringAsync(text),
    decryptStringAsync: async (bytes) => ({
      ...(await rotated.decryptStringAsync(bytes)),
      shouldReEncrypt: true,
    }),
    getSelectedStorageBackend: () => rotated.getSelectedStorageBackend(),
  });
  expect(await store.get(ID, 'password')).toEqual(ok('one'));
  expect(await readFile(join(folder, 'config', 'secrets.json'), 'utf8')).not.toBe(before);
});

test('a damaged file is set aside', async () => {
  await (await open()).set(ID, 'password', 'one');
  await writeFile(join(folder, 'config', 'secrets.json'), '{"version":1,"secrets":[{');
  const store = await open();
  expect(await store.list([])).toEqual(ok([]));
  expect(problems).toHaveLength(1);
  await store.set(ID, 'password', 'two');
  expect((await readdir(join(folder, 'config'))).sort()).toEqual(['secrets.json', 'secrets.json.damaged']);
});

test.each(['basic_text', 'none'])('%s: in memory, and said aloud', async (backend) => {
  const store = await open(new SafeStorageDouble(backend));
  expect(store.protection).toBe('memory');
  await store.set(ID, 'password', 'one');
  expect(await store.get(ID, 'password')).toEqual(ok('one'));
  expect(problems).toHaveLength(1);
  expect(await readdir(folder)).toEqual([]);
});

test('a disk that does not take it: said, and not remembered as kept', async () => {
  const store = await open();
  await writeFile(join(folder, 'config'), 'a file where the folder should be');
  expect(await store.set(ID, 'password', 'one')).toMatchObject({
    ok: false,
    error: { reason: 'refused' },
  });
  expect(await store.list([])).toEqual(ok([]));
});
