import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { ok } from '../../shared/result.ts';
import { MemorySecretStore } from './secret-store.ts';

test('each profile’s secrets are its own, and go together', async () => {
  const secrets = new MemorySecretStore();
  await secrets.set('a', 'password', 'hunter2');
  await secrets.set('a', 'motp-secret', '00ff');
  await secrets.set('b', 'password', 'other');
  await secrets.set('a', 'password', 'hunter3');
  expect(await secrets.get('a', 'password')).toEqual(ok('hunter3'));
  expect(await secrets.get('a', 'motp-secret')).toEqual(ok('00ff'));
  expect(await secrets.get('b', 'motp-secret')).toEqual(ok(undefined));
  await secrets.remove('a');
  expect(await secrets.get('a', 'password')).toEqual(ok(undefined));
  expect(await secrets.get('b', 'password')).toEqual(ok('other'));
});

test('one of a profile’s secrets goes alone; what is kept is listed without its values', async () => {
  const secrets = new MemorySecretStore();
  await secrets.set('a', 'password', 'hunter2');
  await secrets.set('a', 'motp-secret', '00ff');
  await secrets.remove('a', 'password');
  expect(await secrets.get('a', 'password')).toEqual(ok(undefined));
  expect(await secrets.list()).toEqual(ok([{ profileId: 'a', name: 'motp-secret' }]));
});

test('logging the store shows no secret', async () => {
  const secrets = new MemorySecretStore();
  await secrets.set('a', 'password', 'hunter2');
  expect(inspect(secrets, { depth: 9 }) + JSON.stringify(secrets)).not.toContain('hunter2');
});
