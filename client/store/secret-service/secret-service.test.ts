import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Keyring, keyringPossible } from '../../../test/support/keyring.ts';
import { KeyringPerson } from '../../../test/support/keyring-person.ts';
import { PlainKeyring } from '../../../test/support/plain-keyring.ts';
import { startSessionBus } from '../../../test/support/session-bus.ts';
import { ok } from '../../../shared/result.ts';
import { findSecretWay, openSystemSecrets } from '../system-secrets.ts';
import type { SecretStore } from '../secret-store.ts';
import { SecretServiceStore } from './secret-service-store.ts';

const ID = '7f8b0c1e-6a52-4c3b-9d0e-1f2a3b4c5d6e';
const OTHER = '0a8b0c1e-6a52-4c3b-9d0e-1f2a3b4c5d6e';
const OF_PASSWORD = ['application', 'smart-vpn-client', 'profile', ID, 'secret', 'password'];

describe.skipIf(!keyringPossible())('a real gnome-keyring', () => {
  let keyring: Keyring;
  let person: KeyringPerson | undefined;

  beforeEach(async () => {
    keyring = await Keyring.prepare();
    await keyring.start('unlocked');
  });
  afterEach(async () => {
    person?.leave();
    person = undefined;
    await keyring.close();
  });

  function store(): SecretStore {
    return new SecretServiceStore({ address: keyring.bus.address, nameOf: () => 'office', deadline: 20_000 });
  }

  /** The keyring as after a login by itself. */
  async function restartLocked(answer: string | undefined): Promise<void> {
    await keyring.kill();
    await keyring.start('locked');
    person = await KeyringPerson.sit(keyring.bus.address, answer);
  }

  test('kept, read back by another program, replaced, listed, forgotten', async () => {
    const secrets = store();
    expect(await secrets.get(ID, 'password')).toEqual(ok(undefined));
    expect(await secrets.set(ID, 'password', 'first')).toEqual(ok(undefined));
    expect(await secrets.set(ID, 'password', 'Grüße, “two”')).toEqual(ok(undefined));
    expect(await secrets.set(ID, 'motp-secret', '00ff')).toEqual(ok(undefined));
    expect(await secrets.set(OTHER, 'password', 'other')).toEqual(ok(undefined));
    expect(await keyring.secretTool('lookup', ...OF_PASSWORD)).toBe('Grüße, “two”');
    expect(await keyring.secretTool('search', ...OF_PASSWORD)).toContain(
      'label = Smart VPN Client: office, password',
    );
    expect(await secrets.get(ID, 'password')).toEqual(ok('Grüße, “two”'));
    const listed = await secrets.list([]);
    expect(listed.ok && new Set(listed.value.map(({ profileId, name }) => `${profileId} ${name}`))).toEqual(
      new Set([`${ID} password`, `${ID} motp-secret`, `${OTHER} password`]),
    );
    expect(await secrets.remove(ID, 'password')).toEqual(ok(undefined));
    expect(await secrets.get(ID, 'password')).toEqual(ok(undefined));
    expect(await secrets.get(ID, 'motp-secret')).toEqual(ok('00ff'));
    expect(await secrets.remove(ID)).toEqual(ok(undefined));
    expect(await secrets.list([])).toEqual(ok([{ profileId: OTHER, name: 'password' }]));
    expect(await keyring.secretTool('lookup', ...OF_PASSWORD)).toBe('');
  });

  test('a secret of a megabyte is carried', async () => {
    const secrets = store();
    const long = 'ä'.repeat(512 * 1024);
    expect(await secrets.set(ID, 'password', long)).toEqual(ok(undefined));
    expect(await secrets.get(ID, 'password')).toEqual(ok(long));
  });

  test('no secret is on the bus in clear', async () => {
    const listening = await keyring.listen();
    const secrets = store();
    await secrets.set(ID, 'password', 'planted-password-7Q');
    await secrets.set(ID, 'motp-secret', 'planted-secret-8R');
    expect(await secrets.get(ID, 'password')).toEqual(ok('planted-password-7Q'));
    await secrets.remove(ID);
    const heard = await listening.stop();
    // It did hear.
    expect(heard.includes('Smart VPN Client: office')).toBe(true);
    expect(heard.includes('planted-')).toBe(false);
  });

  test('what another program has put in is read', async () => {
    await keyring.secretToolStore('typed elsewhere', ...OF_PASSWORD);
    expect(await store().get(ID, 'password')).toEqual(ok('typed elsewhere'));
  });

  test('locked: listed without a question, opened with one, then read', async () => {
    const secrets = store();
    await secrets.set(ID, 'password', 'hunter2');
    await restartLocked(Keyring.password);
    expect(await secrets.list([OTHER, ID])).toEqual(ok([{ profileId: ID, name: 'password' }]));
    expect(person?.asked).toBe(0);
    expect(await secrets.get(ID, 'password')).toEqual(ok('hunter2'));
    expect(person?.asked).toBe(1);
    expect(await secrets.set(ID, 'password', 'hunter3')).toEqual(ok(undefined));
    expect(await secrets.get(ID, 'password')).toEqual(ok('hunter3'));
    expect(person?.asked).toBe(1);
  });

  test('locked, and the question is closed: nothing is read, kept or removed', async () => {
    const secrets = store();
    await secrets.set(ID, 'password', 'hunter2');
    await restartLocked(undefined);
    const stayedLocked = { ok: false, error: { reason: 'stayed-locked' } };
    expect(await secrets.get(ID, 'password')).toMatchObject(stayedLocked);
    expect(await secrets.set(ID, 'password', 'hunter3')).toMatchObject(stayedLocked);
    expect(await secrets.remove(ID)).toMatchObject(stayedLocked);
    // What is not there needs no question.
    expect(await secrets.get(OTHER, 'password')).toEqual(ok(undefined));
    person?.leave();
    person = await KeyringPerson.sit(keyring.bus.address, Keyring.password);
    expect(await secrets.get(ID, 'password')).toEqual(ok('hunter2'));
  });

  test('what is not wanted any more goes without a question: from a locked one not at all', async () => {
    const secrets = store();
    await secrets.set(ID, 'password', 'hunter2');
    await restartLocked(Keyring.password);
    expect(await secrets.forget(ID)).toMatchObject({ ok: false, error: { reason: 'stayed-locked' } });
    expect(await secrets.forget(OTHER)).toEqual(ok(undefined));
    expect(person?.asked).toBe(0);
    expect(await secrets.get(ID, 'password')).toEqual(ok('hunter2'));
    expect(await secrets.forget(ID)).toEqual(ok(undefined));
    expect(await secrets.get(ID, 'password')).toEqual(ok(undefined));
  });

  test('locked, and no desktop could show the question', async () => {
    const secrets = store();
    await secrets.set(ID, 'password', 'hunter2');
    await keyring.kill();
    await keyring.start('locked');
    expect(await secrets.get(ID, 'password')).toMatchObject({
      ok: false,
      error: { reason: 'stayed-locked' },
    });
  });

  test('it ends while it asks', async () => {
    const secrets = store();
    await secrets.set(ID, 'password', 'hunter2');
    await restartLocked('never');
    const getting = secrets.get(ID, 'password');
    await person?.isAsked();
    await keyring.kill();
    expect(await getting).toMatchObject({ ok: false, error: { reason: 'no-answer' } });
  });

  test('killed, and started again', async () => {
    const secrets = store();
    await secrets.set(ID, 'password', 'hunter2');
    await keyring.kill();
    expect(await secrets.get(ID, 'password')).toMatchObject({ ok: false, error: { reason: 'no-keyring' } });
    await keyring.start('unlocked');
    expect(await secrets.get(ID, 'password')).toEqual(ok('hunter2'));
  });

  test('one that hangs is not waited for longer than its deadline', async () => {
    keyring.stop();
    const secrets = new SecretServiceStore({
      address: keyring.bus.address,
      nameOf: () => 'x',
      deadline: 200,
    });
    expect(await secrets.get(ID, 'password')).toMatchObject({ ok: false, error: { reason: 'no-answer' } });
  });

  test('which way secrets go', async () => {
    const environment = { DBUS_SESSION_BUS_ADDRESS: keyring.bus.address };
    expect(await findSecretWay(environment, 20_000)).toEqual({
      kind: 'keyring',
      address: keyring.bus.address,
    });
    await keyring.kill();
    expect(await findSecretWay(environment, 20_000)).toMatchObject({
      kind: 'memory',
      because: { reason: 'no-keyring' },
    });
  });
});

describe.skipIf(!keyringPossible())('a keyring that has never been used', () => {
  let keyring: Keyring;
  beforeEach(async () => {
    keyring = await Keyring.prepare();
    await keyring.start('locked');
  });
  afterEach(() => keyring.close());

  test.each([
    ['a password for it is chosen', Keyring.password, { ok: true }],
    ['the question is closed', undefined, { ok: false, error: { reason: 'stayed-locked' } }],
  ])('%s', async (_, answer, expected) => {
    const person = await KeyringPerson.sit(keyring.bus.address, answer);
    const secrets = new SecretServiceStore({
      address: keyring.bus.address,
      nameOf: () => 'office',
      deadline: 20_000,
    });
    expect(await secrets.set(ID, 'password', 'hunter2')).toMatchObject(expected);
    expect(person.asked).toBeGreaterThan(0);
    expect(await secrets.get(ID, 'password')).toEqual(ok(expected.ok ? 'hunter2' : undefined));
    person.leave();
  });
});

test.skipIf(!keyringPossible())(
  'a keyring that encrypts nothing is used as it is, after it was asked to',
  async () => {
    const bus = await startSessionBus();
    const plain = await PlainKeyring.start(bus.address);
    const secrets = new SecretServiceStore({
      address: bus.address,
      nameOf: () => 'office',
      deadline: 20_000,
    });
    expect(await secrets.set(ID, 'password', 'hunter2')).toEqual(ok(undefined));
    expect(plain.kept?.toString()).toBe('hunter2');
    expect(await secrets.get(ID, 'password')).toEqual(ok('hunter2'));
    expect(plain.asked.slice(0, 2)).toEqual(['dh-ietf1024-sha256-aes128-cbc-pkcs7', 'plain']);
    plain.kept = Buffer.from([0xff, 0xfe]);
    expect(await secrets.get(ID, 'password')).toMatchObject({ ok: false, error: { reason: 'refused' } });
    plain.close();
    await bus.close();
  },
);

test('a bus that accepts and says nothing is not waited for longer than the deadline', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dead-bus-'));
  const path = join(folder, 'bus');
  const server = createServer(() => {}).listen(path);
  await once(server, 'listening');
  expect(await findSecretWay({ XDG_RUNTIME_DIR: folder }, 200)).toMatchObject({
    kind: 'memory',
    because: { reason: 'no-answer' },
  });
  server.close();
  await rm(folder, { recursive: true });
});

test('without a session bus secrets stay in memory, and the reason is told', async () => {
  const none = await openSystemSecrets({ nameOf: () => undefined, environment: {} });
  expect(none.secrets.protection).toBe('memory');
  expect(none.problem).toMatchObject({ reason: 'no-session-bus' });
  const gone = await openSystemSecrets({
    nameOf: () => undefined,
    environment: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' },
  });
  expect(gone.problem).toMatchObject({ reason: 'no-session-bus' });
  const nonsense = { DBUS_SESSION_BUS_ADDRESS: 'nonsense' };
  expect(await findSecretWay(nonsense)).toMatchObject({ because: { reason: 'no-session-bus' } });
});
