import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ClaimConnection } from '../client/service/connection-claim.ts';
import { createService, type Service, type ServiceOptions } from '../client/service/service.ts';
import { createLog } from '../client/log.ts';
import { holdingNetwork } from '../client/network/holding-network.ts';
import type { TunnelNetwork } from '../client/network/tunnel-network.ts';
import { startSession } from '../client/session/session.ts';
import type { SessionEnd, StartSession } from '../client/session/session-types.ts';
import { quietSession } from '../client/session/testing/quiet-session.ts';
import { MemorySecretStore } from '../client/store/secret-store.ts';
import { openStore, type Store } from '../client/store/store.ts';
import { RemoteNetwork, type RemoteNetworkHost } from '../client/tunnel-process/remote-network.ts';
import { silentTun } from '../datapath/testing/silent-tun.ts';
import { startRouter, type Router } from '../emulator/router.ts';
import type { TunnelFacts } from '../shared/connection.ts';
import type { CallInput } from '../shared/contract.ts';
import { profileSchema, type Profile } from '../shared/profile.ts';
import { err, ok } from '../shared/result.ts';
import { errorOf, ServiceWindow, valueOf } from './support/service-window.ts';

const PASSWORD = 'planted-Passwort-ü7';
const MOTP_SECRET = 'e3152afee62599c8';
const PIN = '7391';
const USERS = [
  { userName: 'alice', password: PASSWORD },
  { userName: 'bob', motp: { pin: PIN, secret: MOTP_SECRET } },
];
const TRUSTED = { publicKeySha256: 'ab'.repeat(32), trustedAt: '2026-03-01T08:00:00.000Z' };
const KEEP = { password: { change: 'keep' }, motpSecret: { change: 'keep' } } as const;

const closing: (() => Promise<unknown>)[] = [];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'service-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function startTestRouter(): Promise<Router> {
  const router = await startRouter({ listen: { port: 0 }, users: USERS, lan: { kind: 'built-in' } });
  closing.push(() => router.close());
  return router;
}

async function startService(options: Partial<ServiceOptions> = {}) {
  const store = await openStore(folder);
  const log = createLog();
  const secrets = new MemorySecretStore();
  const service = await createService({
    store,
    secrets,
    network: undefined,
    log,
    startSessionFor: () => startSession,
    version: '1.2.3',
    platform: { shell: 'browser', system: 'linux', hasTray: false, canStartAtLogin: false },
    systemLanguage: 'en',
    ...options,
  });
  closing.push(() => service.close());
  return { service, store, log, secrets, window: openWindow(service) };
}

function openWindow(service: Service): ServiceWindow {
  const window = new ServiceWindow(service);
  closing.push(async () => expect(window.faults).toEqual([]));
  return window;
}

function draft(router: Pick<Router, 'host' | 'port'> | undefined, changes: object = {}) {
  return {
    name: 'Office',
    server: router?.host ?? 'vpn.example.com',
    port: router?.port ?? 443,
    userName: 'alice',
    ...changes,
  };
}

async function add(
  window: ServiceWindow,
  profile: CallInput<'addProfile'>['profile'],
  secrets: CallInput<'addProfile'>['secrets'] = KEEP,
) {
  return (await valueOf(window.client.call('addProfile', { profile, secrets }))).profile;
}

/** Answers the certificate question with what is shown. */
async function trust(window: ServiceWindow, profileId: string) {
  const { prompt } = await window.until(
    profileId,
    'prompting',
    (state) => state.prompt.kind === 'certificate',
  );
  if (prompt.kind !== 'certificate') throw new Error('not asked');
  const { publicKeySha256 } = prompt.cause.certificate;
  await valueOf(window.client.call('trustCertificate', { profileId, publicKeySha256 }));
}

describe('from "Add" to connected', () => {
  test('with the built-in generator; two windows see the same; no secret ever comes back', async () => {
    const router = await startTestRouter();
    const { service, window, log } = await startService();
    const other = openWindow(service);
    const otherLines: string[] = [];
    other.client.on('log', ({ lines }) => otherLines.push(...lines.map(({ text }) => text)));
    await valueOf(other.client.call('watchLog', {}));

    const profile = await add(window, draft(router, { userName: 'bob', authentication: 'motp' }), {
      password: { change: 'set', value: PASSWORD },
      motpSecret: { change: 'set', value: MOTP_SECRET },
    });
    // A one-time password is never kept, whatever the editor sends.
    expect(profile.keeps).toEqual({ password: false, motpSecret: true });
    const profileId = profile.id;
    await valueOf(window.client.call('connect', { profileId, purpose: 'test' }));
    const asked = await window.until(profileId, 'prompting');
    expect(asked.prompt).toMatchObject({ kind: 'credentials', asks: 'motp-pin', userName: 'bob' });

    const wrong = await errorOf(
      window.client.call('submitCredentials', { profileId, userName: 'bob', secret: '12' }),
    );
    expect(wrong).toMatchObject({
      code: 'invalid-request',
      issues: [{ path: ['secret'], code: 'not-a-pin' }],
    });
    await valueOf(window.client.call('submitCredentials', { profileId, userName: 'bob', secret: PIN }));
    await window.until(profileId, 'prompting', ({ prompt }) => prompt.kind === 'certificate');
    const otherKey = 'ab'.repeat(32);
    expect(
      await errorOf(window.client.call('trustCertificate', { profileId, publicKeySha256: otherKey })),
    ).toEqual({
      code: 'not-now',
    });
    const trusted = other.next(
      'profiles',
      (told) => told.change === 'saved' && told.profile.trustedCertificate !== undefined,
    );
    await trust(other, profileId);
    const connected = await window.until(profileId, 'connected');
    expect(connected.tunnel.interfaceName).toBeUndefined();
    expect(other.state(profileId)).toEqual(connected);
    // The trusted certificate has reached the other window with the profile.
    expect(await trusted).toMatchObject({
      profile: { trustedCertificate: { publicKeySha256: router.certificate.publicKeySha256 } },
    });
    const { states } = await valueOf(other.client.call('snapshot', {}));
    expect(states).toEqual([{ profileId, state: connected }]);

    const sampled = window.next('statistics');
    await valueOf(window.client.call('watchStatistics', { profileId, intervalMilliseconds: 200 }));
    const { sample } = await sampled;
    const { recent } = await valueOf(
      other.client.call('watchStatistics', { profileId, intervalMilliseconds: 200 }),
    );
    expect(recent[0]).toEqual(sample);
    await valueOf(window.client.call('unwatchStatistics', { profileId }));

    const recorded = window.next('history');
    await valueOf(other.client.call('disconnect', { profileId }));
    expect(await recorded).toMatchObject({ entry: { profileId, end: 'user' } });
    await expect.poll(() => router.connections()).toEqual([]);
    const { entries } = await valueOf(window.client.call('history', { profileId }));
    expect(entries).toHaveLength(1);

    const { text: report } = await valueOf(window.client.call('prepareReport', {}));
    expect(report).toContain('Address ');
    expect(otherLines).toContain('Connected');
    const everything = [...window.heard, ...other.heard, ...log.lines().map(({ text }) => text), report].join(
      '\n',
    );
    for (const planted of [
      PASSWORD,
      MOTP_SECRET,
      `"${PIN}"`,
      Buffer.from(`bob:${PASSWORD}`).toString('base64'),
    ])
      expect(everything).not.toContain(planted);
    expect(report).not.toContain('bob');
  });

  test('a remembered password is kept once it proved right, and not asked for again', async () => {
    const router = await startTestRouter();
    const { window, secrets } = await startService();
    const { id: profileId } = await add(window, draft(router, { userName: '' }));
    await valueOf(window.client.call('connect', { profileId, purpose: 'test' }));
    await window.until(profileId, 'prompting');
    const kept = window.next(
      'profiles',
      (told) => told.change === 'saved' && told.profile.keeps.password && told.profile.userName !== '',
    );
    await valueOf(
      window.client.call('submitCredentials', { profileId, userName: 'alice', secret: PASSWORD }),
    );
    await trust(window, profileId);
    await window.until(profileId, 'connected');
    expect(await kept).toMatchObject({ profile: { userName: 'alice' } });
    await valueOf(window.client.call('disconnect', { profileId }));
    await valueOf(window.client.call('connect', { profileId, purpose: 'test' }));
    await window.until(profileId, 'connected');
    expect(await secrets.get(profileId, 'password')).toEqual(ok(PASSWORD));
    expect(window.heard.join('\n')).not.toContain(PASSWORD);
  });
});

describe('one tunnel at a time', () => {
  test('a second profile is refused with the name of the first; the same one twice is one', async () => {
    const router = await startTestRouter();
    const { window } = await startService();
    const first = await add(window, draft(router));
    const second = await add(window, draft(router, { name: 'Home' }));
    const both = [1, 2].map(() =>
      valueOf(window.client.call('connect', { profileId: first.id, purpose: 'test' })),
    );
    await Promise.all(both);
    await window.until(first.id, 'prompting');
    expect(await errorOf(window.client.call('connect', { profileId: second.id, purpose: 'test' }))).toEqual({
      code: 'already-connected',
      profileName: 'Office',
      elsewhere: false,
    });
    await valueOf(window.client.call('dismissPrompt', { profileId: first.id }));
    await valueOf(window.client.call('connect', { profileId: second.id, purpose: 'test' }));
    await window.until(second.id, 'prompting');
  });

  test('two windows answer one prompt: the second is told that it came too late', async () => {
    const router = await startTestRouter();
    const { service, window } = await startService();
    const other = openWindow(service);
    const { id: profileId } = await add(window, draft(router));
    await valueOf(window.client.call('connect', { profileId, purpose: 'test' }));
    await other.until(profileId, 'prompting');
    const answer = { profileId, userName: 'alice', secret: PASSWORD };
    const replies = await Promise.all([
      window.client.call('submitCredentials', answer),
      other.client.call('submitCredentials', answer),
    ]);
    expect(replies.map(({ ok }) => ok)).toEqual([true, false]);
  });

  test('another program’s connection is named, and no session is started', async () => {
    const router = await startTestRouter();
    const held: ClaimConnection = async () => err({ kind: 'held', profileName: 'Far office' });
    const { window } = await startService({ claim: held });
    const { id: profileId } = await add(window, draft(router));
    expect(await errorOf(window.client.call('connect', { profileId, purpose: 'use' }))).toEqual({
      code: 'already-connected',
      profileName: 'Far office',
      elsewhere: true,
    });
    // A test makes no device, and may run beside it.
    await valueOf(window.client.call('connect', { profileId, purpose: 'test' }));
    await window.until(profileId, 'prompting');
  });

  test('disconnected while another program is still being asked: nothing starts, the claim is given back', async () => {
    let grant: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (grant = resolve));
    let released = 0;
    const claim: ClaimConnection = async () => {
      await asked;
      return ok({ release: async () => void (released += 1) });
    };
    const { window } = await startService({ claim });
    const { id: profileId } = await add(window, draft(undefined));
    const connecting = valueOf(window.client.call('connect', { profileId, purpose: 'use' }));
    const disconnecting = valueOf(window.client.call('disconnect', { profileId }));
    await new Promise((resolve) => setImmediate(resolve));
    grant();
    await Promise.all([connecting, disconnecting]);
    expect(window.state(profileId)).toEqual({ state: 'disconnected' });
    expect(released).toBe(1);
  });
});

describe('the device', () => {
  test('a connection without the privilege ends in its typed cause, and the claim is given back', async () => {
    const router = await startTestRouter();
    const network: TunnelNetwork = {
      check: async () => err({ kind: 'device-not-permitted', missing: 'privilege' }),
      bringUp: async () => err({ kind: 'device-not-permitted', missing: 'privilege' }),
      recover: async () => ['Removed the routing rules of vpn0.'],
    };
    const order: string[] = [];
    const claim: ClaimConnection = async () => {
      order.push('claimed');
      return ok({ release: async () => void order.push('released') });
    };
    const { window } = await startService({ network: holdingNetwork(network), claim });
    const mended = window.next('problems');
    const { id: profileId } = await add(window, draft(router), {
      ...KEEP,
      password: { change: 'set', value: PASSWORD },
    });
    await valueOf(window.client.call('connect', { profileId, purpose: 'use' }));
    const { cause } = await window.until(profileId, 'failed');
    expect(router.openConnections).toBe(0);
    expect(cause).toEqual({ kind: 'device-not-permitted', missing: 'privilege' });
    expect(await mended).toEqual({
      problems: [
        { id: 1, problem: { source: 'network-recovered', detail: 'Removed the routing rules of vpn0.' } },
      ],
    });
    await valueOf(window.client.call('disconnect', { profileId }));
    expect(window.state(profileId)).toEqual({ state: 'disconnected' });
    expect(order).toEqual(['claimed', 'released']);
  });

  test('disconnecting while what was left is still being mended does not wait for that', async () => {
    let calledOff: AbortSignal | undefined;
    const network: TunnelNetwork = {
      check: async () => ok(undefined),
      bringUp: async () => err({ kind: 'device-not-permitted', missing: 'privilege' }),
      recover: (signal) => {
        calledOff = signal;
        return new Promise(() => undefined);
      },
    };
    let released = 0;
    const claim: ClaimConnection = async () => ok({ release: async () => void (released += 1) });
    const { window } = await startService({ network: holdingNetwork(network), claim });
    const { id: profileId } = await add(window, draft(undefined));
    await valueOf(window.client.call('connect', { profileId, purpose: 'use' }));
    expect(window.state(profileId)).toMatchObject({ state: 'connecting' });
    expect(calledOff?.aborted).toBe(false);
    await valueOf(window.client.call('disconnect', { profileId }));
    expect(window.state(profileId)).toEqual({ state: 'disconnected' });
    expect(calledOff?.aborted).toBe(true);
    expect(released).toBe(1);
  });

  test('blocked after a failure: it stays this user’s one connection, until it is disconnected', async () => {
    const host: RemoteNetworkHost = {
      check: async () => ok(undefined),
      recover: async () => [],
      verify: () => undefined,
      release: async () => network.setBlocking(false),
    };
    const network: RemoteNetwork = new RemoteNetwork(
      () => host,
      () => host,
    );
    const dropped = Promise.withResolvers<SessionEnd>();
    const droppingSession: StartSession = (_options, _dependencies, listener) => {
      queueMicrotask(() => listener({ kind: 'connected', tunnel: TUNNEL }));
      return quietSession(dropped.promise);
    };
    let released = 0;
    const claim: ClaimConnection = async () => ok({ release: async () => void (released += 1) });
    const { window } = await startService({ network, claim, startSessionFor: () => droppingSession });
    const { id: profileId } = await add(window, draft(undefined, { advanced: { blockWhenDown: true } }), {
      ...KEEP,
      password: { change: 'set', value: PASSWORD },
    });
    const { id: other } = await add(window, draft(undefined, { name: 'Home' }));
    await valueOf(window.client.call('connect', { profileId, purpose: 'use' }));
    await window.until(profileId, 'connected');
    network.setBlocking(true);
    dropped.resolve({ kind: 'failed', cause: { kind: 'credentials-refused' }, wasConnected: true });
    expect(await window.until(profileId, 'failed')).toMatchObject({ traffic: 'blocked' });
    expect(await errorOf(window.client.call('connect', { profileId: other, purpose: 'use' }))).toEqual({
      code: 'already-connected',
      profileName: 'Office',
      elsewhere: false,
    });
    expect(released).toBe(0);
    await valueOf(window.client.call('disconnect', { profileId }));
    expect(window.state(profileId)).toEqual({ state: 'disconnected' });
    expect(network.isBlocking).toBe(false);
    expect(released).toBe(1);
  });

  test('closing the service takes the tunnel down and writes the history', async () => {
    const router = await startTestRouter();
    let takenDown = 0;
    const network: TunnelNetwork = {
      check: async () => ok(undefined),
      bringUp: async () => ok({ tun: silentDevice, takeDown: async () => void (takenDown += 1) }),
      recover: async () => [],
    };
    const { service, window, store } = await startService({ network: holdingNetwork(network) });
    const { id: profileId } = await add(window, draft(router), {
      ...KEEP,
      password: { change: 'set', value: PASSWORD },
    });
    await valueOf(window.client.call('changeSettings', { connectOnStart: profileId }));
    await service.start();
    await trust(window, profileId);
    expect((await window.until(profileId, 'connected')).tunnel.interfaceName).toBe('vpn7');
    await service.close();
    expect(takenDown).toBe(1);
    expect(store.history.list(profileId)).toHaveLength(1);
    await expect.poll(() => router.connections()).toEqual([]);
  });
});

const TUNNEL: TunnelFacts = {
  interfaceName: 'vpn7',
  address: '192.168.240.10',
  gateway: '192.168.240.1',
  dns: [],
  mtu: 1442,
  cipher: 'TLSv1.3',
  routerAddress: '192.0.2.1',
  authentication: 'PAP',
};

const silentDevice = silentTun('vpn7');

/** One that cannot be reached for a while. */
class SilentKeyring extends MemorySecretStore {
  isSilent = true;

  override forget(profileId: string) {
    return this.isSilent ? new Promise<never>(() => undefined) : super.forget(profileId);
  }
}

describe('profiles', () => {
  test('a changed one is refused when somebody else has changed it meanwhile', async () => {
    const { service, window } = await startService();
    const other = openWindow(service);
    const profile = await add(window, draft(undefined));
    const { keeps: _keeps, ...basedOn } = profile;
    const save = (who: ServiceWindow, name: string) =>
      who.client.call('saveProfile', {
        profileId: profile.id,
        profile: draft(undefined, { name }),
        basedOn,
        secrets: KEEP,
      });
    const told = other.next('profiles');
    await valueOf(save(window, 'Office 2'));
    expect(await told).toMatchObject({ change: 'saved', profile: { id: profile.id, name: 'Office 2' } });
    expect(await errorOf(save(other, 'Office 3'))).toMatchObject({
      code: 'not-saved',
      problem: { kind: 'changed-meanwhile' },
    });
  });

  test('forgetting one secret leaves the other; without "Remember" no password stays', async () => {
    const { window, secrets } = await startService();
    const profile = await add(window, draft(undefined), {
      password: { change: 'set', value: PASSWORD },
      motpSecret: { change: 'set', value: MOTP_SECRET },
    });
    expect(profile.keeps).toEqual({ password: true, motpSecret: true });
    const { keeps: _keeps, ...basedOn } = profile;
    const { profile: saved } = await valueOf(
      window.client.call('saveProfile', {
        profileId: profile.id,
        profile: { ...draft(undefined), rememberCredentials: false },
        basedOn,
        secrets: KEEP,
      }),
    );
    expect(saved.keeps).toEqual({ password: false, motpSecret: true });
    expect(await secrets.get(profile.id, 'password')).toEqual(ok(undefined));
  });

  test('a removed one comes back with its secrets, also when its name is taken; later its secrets go', async () => {
    const { service, window, secrets } = await startService();
    const profile = await add(window, draft(undefined), {
      ...KEEP,
      password: { change: 'set', value: PASSWORD },
    });
    const removed = window.next('profiles', ({ change }) => change === 'removed');
    await valueOf(window.client.call('removeProfile', { profileId: profile.id }));
    expect(await removed).toEqual({ change: 'removed', profileId: profile.id });
    await add(window, draft(undefined));
    const { profile: back } = await valueOf(
      window.client.call('undoRemoveProfile', { profileId: profile.id }),
    );
    expect(back).toEqual({ ...profile, name: 'Office (2)' });
    expect(await errorOf(window.client.call('undoRemoveProfile', { profileId: profile.id }))).toEqual({
      code: 'not-now',
    });
    await valueOf(window.client.call('removeProfile', { profileId: profile.id }));
    await service.close();
    expect(await secrets.get(profile.id, 'password')).toEqual(ok(undefined));
  });

  test('quitting does not wait for a keyring that does not answer; the next start forgets what was left', async () => {
    const keyring = new SilentKeyring();
    const { service, window } = await startService({ secrets: keyring });
    const { id: profileId } = await add(window, draft(undefined), {
      ...KEEP,
      password: { change: 'set', value: PASSWORD },
    });
    await valueOf(window.client.call('removeProfile', { profileId }));
    await service.close();
    expect(await keyring.get(profileId, 'password')).toEqual(ok(PASSWORD));
    const remembered = await readFile(join(folder, 'removed-profiles.json'), 'utf8');
    expect(JSON.parse(remembered)).toEqual({ version: 1, profileIds: [profileId] });
    keyring.isSilent = false;
    const next = await startService({ secrets: keyring });
    await next.service.start();
    await expect.poll(() => next.store.removed.list()).toEqual([]);
    expect(await keyring.get(profileId, 'password')).toEqual(ok(undefined));
  });

  test('a removed one that another program has brought back keeps its secrets', async () => {
    const { service, window, store, secrets } = await startService();
    const { id } = await add(window, draft(undefined), {
      ...KEEP,
      password: { change: 'set', value: PASSWORD },
    });
    await store.removed.add([id]);
    await service.start();
    await expect.poll(() => store.removed.list()).toEqual([]);
    expect(await secrets.get(id, 'password')).toEqual(ok(PASSWORD));
  });

  test('export, import: names that are free, no secrets, what cannot be read is named', async () => {
    const { window } = await startService();
    const profile = await add(window, draft(undefined, { name: '事務所 🏢 مكتب' }), {
      ...KEEP,
      password: { change: 'set', value: PASSWORD },
    });
    expect(profile.keeps.password).toBe(true);
    await add(window, draft(undefined, { name: '事務所 🏢 مكتب (2)' }));
    const { text } = await valueOf(window.client.call('exportProfiles', { profileIds: [] }));
    expect(text).not.toContain(PASSWORD);
    const { profiles } = JSON.parse(text);
    const damaged = JSON.stringify({
      format: 'smart-vpn-profiles',
      version: 1,
      profiles: [...profiles, { name: 'x'.repeat(1_000_000), server: 'vpn.example.com' }],
    });
    const { added, refused } = await valueOf(window.client.call('importProfiles', { text: damaged }));
    expect(added.map(({ name }) => name)).toEqual(['事務所 🏢 مكتب (3)', '事務所 🏢 مكتب (2) (2)']);
    expect(refused).toMatchObject([{ index: 3 }]);
    expect(await errorOf(window.client.call('importProfiles', { text: '%PDF-1.7' }))).toEqual({
      code: 'unreadable-file',
      problem: 'not-json',
    });
    const fileOf = (...entries: unknown[]) =>
      JSON.stringify({ format: 'smart-vpn-profiles', version: 1, profiles: entries });
    // Why none of them can be used is told too.
    const none = await valueOf(window.client.call('importProfiles', { text: fileOf({ name: 'No server' }) }));
    expect(none).toMatchObject({ added: [], refused: [{ name: 'No server', issue: { path: ['server'] } }] });
    expect(await errorOf(window.client.call('importProfiles', { text: fileOf() }))).toEqual({
      code: 'unreadable-file',
      problem: 'not-profiles',
    });
  });

  test('a copy trusts the certificate that its original trusts, while the router is the same', async () => {
    const { window, store } = await startService();
    const original = await addTrusting(window, store);
    const copy = async (changes: object) => {
      const request = { profile: draft(undefined, changes), secrets: KEEP, trustOf: original.id };
      return (await valueOf(window.client.call('addProfile', request))).profile;
    };
    const beside = await copy({ name: 'Beside' });
    expect(beside.trustedCertificate).toEqual(TRUSTED);
    expect(beside.id).not.toBe(original.id);
    const elsewhere = await copy({ name: 'Elsewhere', server: 'other.example.com' });
    expect(elsewhere.trustedCertificate).toBeUndefined();
    await valueOf(window.client.call('removeProfile', { profileId: original.id }));
    expect((await copy({ name: 'Orphan' })).trustedCertificate).toBeUndefined();
  });

  test('saving keeps the trust in a certificate, or forgets it when it is told to', async () => {
    const { window, store } = await startService();
    const { keeps: _keeps, ...trusting } = await addTrusting(window, store);
    const save = async (basedOn: Profile, trust?: 'forget') => {
      const request = { profileId: basedOn.id, profile: draft(undefined), basedOn, secrets: KEEP, trust };
      return (await valueOf(window.client.call('saveProfile', request))).profile;
    };
    expect((await save(trusting)).trustedCertificate).toEqual(TRUSTED);
    expect((await save(trusting, 'forget')).trustedCertificate).toBeUndefined();
    expect(store.profiles.get(trusting.id)?.trustedCertificate).toBeUndefined();
  });

  async function addTrusting(window: ServiceWindow, store: Store) {
    const { id } = await add(window, draft(undefined));
    await store.profiles.change(id, (profile) => ({ ...profile, trustedCertificate: TRUSTED }));
    const { profiles } = await valueOf(window.client.call('snapshot', {}));
    const trusting = profiles.find((profile) => profile.id === id);
    if (trusting === undefined) throw new Error('it is not there');
    return trusting;
  }

  test('what cannot be written is said, and nothing is lost', async () => {
    const { window, store } = await startService();
    await add(window, draft(undefined));
    await rm(folder, { recursive: true });
    await writeFile(folder, 'no folder any more');
    const failed = await errorOf(
      window.client.call('addProfile', { profile: draft(undefined, { name: 'Second' }), secrets: KEEP }),
    );
    expect(failed).toMatchObject({ code: 'not-saved', problem: { path: expect.stringContaining(folder) } });
    expect(store.profiles.list().map(({ name }) => name)).toEqual(['Office']);
    const { profiles } = await valueOf(window.client.call('snapshot', {}));
    expect(profiles.map(({ name }) => name)).toEqual(['Office']);
  });

  test('what another process saved is in the next snapshot, and told to the other windows', async () => {
    const { service, window } = await startService();
    const other = openWindow(service);
    const terminal = await openStore(folder);
    const profile = profileSchema.parse({ id: crypto.randomUUID(), name: 'New', server: 'vpn.example.com' });
    await terminal.profiles.add([profile]);
    const told = other.next('profiles');
    const { profiles } = await valueOf(window.client.call('snapshot', {}));
    expect(profiles).toHaveLength(1);
    expect(await told).toMatchObject({ change: 'saved', profile: { name: 'New' } });
  });

  test('ten thousand: one snapshot, one notification for an import of all', async () => {
    const { service, window } = await startService();
    const other = openWindow(service);
    const many = Array.from({ length: 10_000 }, (_none, index) => ({
      name: `Branch ${index}`,
      server: `branch-${index}.example.com`,
    }));
    const text = JSON.stringify({ format: 'smart-vpn-profiles', version: 1, profiles: many });
    const told = other.next('profiles');
    expect((await valueOf(window.client.call('importProfiles', { text }))).added).toHaveLength(10_000);
    expect(await told).toMatchObject({ change: 'all' });
    expect(other.heard).toHaveLength(1);
    const { profiles } = await valueOf(other.client.call('snapshot', {}));
    expect(profiles).toHaveLength(10_000);
    await add(window, draft(undefined));
    expect(other.heard).toHaveLength(3);
  });
});

describe('windows', () => {
  test('one that opens, or is loaded again, while the router locks out is told since when', async () => {
    let now = 1_800_000_000_000;
    const cause = { kind: 'locked-out', retryAfterSeconds: 90 } as const;
    const lockedOut: StartSession = () =>
      quietSession(Promise.resolve({ kind: 'failed', cause, wasConnected: false }));
    const { window } = await startService({ startSessionFor: () => lockedOut, clock: () => now });
    const { id: profileId } = await add(window, draft(undefined), {
      ...KEEP,
      password: { change: 'set', value: PASSWORD },
    });
    await valueOf(window.client.call('connect', { profileId, purpose: 'test' }));
    await window.until(profileId, 'failed');
    now += 30_400;
    const { states } = await valueOf(window.client.call('snapshot', {}));
    expect(states).toEqual([{ profileId, state: { state: 'failed', since: now - 30_400, cause } }]);
  });

  test('a window that has gone is told nothing more, and its watches end', async () => {
    const { service, window, log } = await startService();
    const gone = openWindow(service);
    await valueOf(gone.client.call('watchLog', {}));
    gone.peer.close();
    const heard = gone.heard.length;
    log.info('later');
    await add(window, draft(undefined));
    await new Promise((resolve) => setImmediate(resolve));
    expect(gone.heard).toHaveLength(heard);
  });

  test('the log comes whole: none twice, none missing', async () => {
    const { service, window, log } = await startService();
    const late = openWindow(service);
    const lines: string[] = [];
    late.client.on('log', (told) => lines.push(...told.lines.map(({ text }) => text)));
    await valueOf(window.client.call('watchLog', {}));
    log.info('one');
    const watching = valueOf(late.client.call('watchLog', {}));
    log.info('two');
    const before = (await watching).lines.map(({ text }) => text);
    log.info('three');
    await new Promise((resolve) => setImmediate(resolve));
    expect([...before, ...lines]).toEqual(['one', 'two', 'three']);
  });

  test('a history that one clears is gone in all', async () => {
    const { service, window, store } = await startService();
    const other = openWindow(service);
    const { id: profileId, name: profileName } = await add(window, draft(undefined));
    const times = { startedAt: 1, endedAt: 2, address: undefined, receivedBytes: 0, sentBytes: 0 };
    await store.history.append({ profileId, profileName, ...times, end: 'user' });
    const told = other.next('historyCleared');
    await valueOf(window.client.call('clearHistory', { profileId }));
    expect(await told).toEqual({ profileId });
    expect(await valueOf(other.client.call('history', { profileId }))).toEqual({ entries: [] });
  });

  test('settings are told to all', async () => {
    const { service, window } = await startService();
    const other = openWindow(service);
    const told = other.next('settings');
    await valueOf(window.client.call('changeSettings', { theme: 'dark' }));
    expect(await told).toMatchObject({ settings: { theme: 'dark', notifications: true } });
  });

  test('a problem stays until it is dismissed in one of them: that one, and none that has taken its place', async () => {
    await writeFile(join(folder, 'settings.json'), '{ damaged');
    const { service, window } = await startService();
    const other = openWindow(service);
    service.report({ source: 'core', detail: 'exit code 1', restarted: true });
    const { problems } = await valueOf(window.client.call('snapshot', {}));
    expect(problems.map(({ problem }) => problem)).toMatchObject([
      { source: 'store', problem: { kind: 'damaged', document: 'settings' } },
      { source: 'core' },
    ]);
    const [{ id } = { id: 0 }, ...left] = problems;
    const told = other.next('problems');
    await valueOf(window.client.call('dismissProblem', { id }));
    expect(await told).toEqual({ problems: left });
    // The other window has clicked at the same time.
    await valueOf(other.client.call('dismissProblem', { id }));
    expect((await valueOf(window.client.call('snapshot', {}))).problems).toEqual(left);
    service.report({ source: 'core', detail: 'exit code 2', restarted: true });
    const ids = (await valueOf(window.client.call('snapshot', {}))).problems.map((problem) => problem.id);
    expect(new Set([id, ...ids]).size).toBe(3);
  });
});
