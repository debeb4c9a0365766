import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { profileView } from '../../shared/contract/test-values.ts';
import { profileDraftSchema } from '../../shared/profile-draft.ts';
import { emptyForm, profileForm, profileOf, readForm, splitServer, type EditorForm } from './editor-form.ts';

const ID = '7f8b0c1e-6a52-4c3b-9d0e-1f2a3b4c5d6e';
const filled: EditorForm = { ...emptyForm(true), name: 'Office', server: 'vpn.example.com' };

function faultsOf(changes: Partial<EditorForm>) {
  const read = readForm({ ...filled, ...changes });
  return read.ok ? {} : Object.fromEntries(read.error);
}

function outcomeOf(changes: Partial<EditorForm>) {
  const read = readForm({ ...filled, ...changes });
  if (!read.ok) throw new Error(JSON.stringify([...read.error]));
  return read.value;
}

test('a new profile lacks its name and its server, and nothing else', () => {
  const read = readForm(emptyForm(true));
  if (read.ok) throw new Error('taken although empty');
  expect([...read.error.keys()].toSorted()).toEqual(['name', 'server']);
});

test('a profile that is opened and saved is the same', () => {
  const profile = profileDraftSchema.parse({
    name: 'Ünïcode 🏢',
    server: '2001:db8::1',
    port: 4433,
    authentication: 'motp',
    userName: 'hilary',
    ip: { mode: 'static', address: '10.0.0.5', netmask: '255.255.255.0', dns: ['10.0.0.1', '10.0.0.2'] },
    advanced: {
      useDefaultGateway: false,
      routes: ['10.0.0.0/8', '172.16.0.0/12'],
      excludedRoutes: ['10.9.0.0/16'],
      dns: ['9.9.9.9'],
      searchDomains: ['corp.example'],
      mru: 1280,
      keepAliveSeconds: 30,
      reconnect: false,
      blockWhenDown: true,
      verifyServerCertificate: false,
      minimumTls: '1.3',
      legacyRenegotiation: true,
      framesPerRecord: 'one',
    },
  });
  const read = readForm(profileForm({ ...profile, id: ID }));
  expect(read).toMatchObject({ ok: true, value: { profile } });
});

test('what is wrong stands at its field', () => {
  expect(faultsOf({ name: ' ' })).toEqual({ name: { what: 'low', entry: undefined } });
  expect(faultsOf({ name: 'x'.repeat(1_000_000) })).toEqual({ name: { what: 'high', entry: undefined } });
  expect(Object.keys(faultsOf({ server: 'no spaces here', port: '0', userName: 'a:b' })).toSorted()).toEqual([
    'port',
    'server',
    'userName',
  ]);
  expect(Object.keys(faultsOf({ port: '' }))).toEqual(['port']);
  expect(Object.keys(faultsOf({ mru: '1e3', keepAliveSeconds: '-5' })).toSorted()).toEqual([
    'keepAliveSeconds',
    'mru',
  ]);
});

test('of a list the wrong entry is named', () => {
  expect(faultsOf({ routes: '10.0.0.0/8, 10.1.2/24; 192.168.0.0/16' })).toEqual({
    routes: { what: 'form', entry: '10.1.2/24' },
  });
});

test('fields of a static address count only when it is static', () => {
  expect(faultsOf({ address: 'nonsense', netmask: 'nonsense' })).toEqual({});
  expect(Object.keys(faultsOf({ ipMode: 'static', address: 'nonsense', netmask: '255.0.255.0' }))).toEqual([
    'address',
    'netmask',
  ]);
});

test('networks are taken as they are known: with a mask, a single host, an address inside', () => {
  expect(outcomeOf({ routes: '10.1.2.3/255.0.0.0 192.168.1.9' }).profile.advanced.routes).toEqual([
    '10.0.0.0/8',
    '192.168.1.9/32',
  ]);
});

test('server and port pasted as one are taken apart', () => {
  expect(splitServer({ ...filled, server: 'https://vpn.example.com:4433/login' })).toEqual({
    server: 'vpn.example.com',
    port: '4433',
  });
  expect(splitServer({ ...filled, server: 'vpn.example.com', port: '8443' })).toEqual({
    server: 'vpn.example.com',
    port: '8443',
  });
});

test('trust in the certificate is kept unless it is to be forgotten', () => {
  expect(outcomeOf({}).trust).toBe('keep');
  expect(outcomeOf({ forgetCertificate: true }).trust).toBe('forget');
});

describe('secrets', () => {
  test('an empty password leaves the kept one as it is', () => {
    expect(outcomeOf({ password: '' }).secrets.password).toEqual({ change: 'keep' });
    expect(outcomeOf({ password: 'hunter2' }).secrets.password).toEqual({ change: 'set', value: 'hunter2' });
    expect(outcomeOf({ forgetPassword: true }).secrets.password).toEqual({ change: 'forget' });
  });

  test('a password that is not kept cannot be too long: its field is not there to be mended', () => {
    const password = 'x'.repeat(257);
    expect(faultsOf({ password })).toMatchObject({ password: { what: 'high' } });
    expect(faultsOf({ password, authentication: 'motp' })).toEqual({});
    expect(faultsOf({ password, rememberCredentials: false })).toEqual({});
  });

  test('without "Remember My Credentials" no password is kept', () => {
    expect(outcomeOf({ password: 'hunter2', rememberCredentials: false }).secrets.password).toEqual({
      change: 'forget',
    });
  });

  test('a profile of one-time passwords keeps no password, one of passwords no mOTP secret', () => {
    expect(outcomeOf({ authentication: 'motp', password: 'hunter2' }).secrets.password).toEqual({
      change: 'forget',
    });
    expect(outcomeOf({ authentication: 'password', motpSecret: 'abc' }).secrets.motpSecret).toEqual({
      change: 'forget',
    });
  });

  test('a mOTP secret is taken in groups, in capitals and as the text of a QR code', () => {
    const secretOf = (motpSecret: string) =>
      outcomeOf({ authentication: 'motp', motpSecret }).secrets.motpSecret;
    expect(secretOf('E315 2AFE-E625 99C8')).toEqual({ change: 'set', value: 'e3152afee62599c8' });
    expect(secretOf('motp://Office:hilary?secret=E3152AFEE62599C8')).toEqual({
      change: 'set',
      value: 'e3152afee62599c8',
    });
    expect(Object.keys(faultsOf({ authentication: 'motp', motpSecret: 'hunter2' }))).toEqual(['motpSecret']);
  });
});

test('no text in any field makes reading throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (server, routes, motpSecret) => {
      const form = { ...filled, authentication: 'motp' as const, server, routes, motpSecret };
      expect(readForm({ ...form, ...splitServer(form) }).ok).toBeTypeOf('boolean');
    }),
  );
});

test('what the window knows besides a profile does not go back with it', () => {
  expect(profileOf(profileView(ID))).not.toHaveProperty('keeps');
});
