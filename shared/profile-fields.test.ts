import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseProfile, PROFILE_FIELDS, profileFields } from './profile-fields.ts';
import { profileSchema, type Profile } from './profile.ts';

const id = '3f8b1c1e-3b8e-4d0a-9a53-0f6f1b9d2a11';
const needed = { id, name: 'Office', server: 'vpn.example.com' };

function parsed(input: unknown, base?: Profile): Profile {
  const result = parseProfile(input, base);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function errors(input: unknown, base?: Profile): Record<string, string> {
  const result = parseProfile(input, base);
  return result.ok ? {} : Object.fromEntries(result.error.map(({ field, message }) => [field, message]));
}

test('name and server are enough', () => {
  expect(parsed(needed)).toEqual(profileSchema.parse(needed));
});

test('everything as text', () => {
  const profile = parsed({
    id,
    name: ' Office ',
    server: 'vpn.example.com:4433',
    authentication: 'motp',
    userName: 'al',
    rememberCredentials: 'no',
    alwaysPrompt: 'on',
    ipAddress: '10.0.0.9',
    ipNetmask: '255.255.0.0',
    ipDns: '10.0.0.1 10.0.0.2',
    useDefaultGateway: 'off',
    routes: '192.168.7.9/24, 10.1.2.3/255.0.0.0; 172.16.0.5\n',
    excludedRoutes: '10.9.8.7/16 192.0.2.1',
    dns: '10.0.0.53,',
    searchDomains: 'corp.example, lab.example',
    mru: '1400',
    keepAliveSeconds: ' 30 ',
    reconnect: 'FALSE',
    blockWhenDown: 'on',
    verifyServerCertificate: 'yes',
    minimumTls: '1.3',
    legacyRenegotiation: 'true',
    framesPerRecord: 'one',
  });
  expect(profile).toEqual({
    ...profileSchema.parse(needed),
    port: 4433,
    authentication: 'motp',
    userName: 'al',
    rememberCredentials: false,
    alwaysPrompt: true,
    ip: { mode: 'static', address: '10.0.0.9', netmask: '255.255.0.0', dns: ['10.0.0.1', '10.0.0.2'] },
    advanced: {
      useDefaultGateway: false,
      routes: ['192.168.7.0/24', '10.0.0.0/8', '172.16.0.5/32'],
      excludedRoutes: ['10.9.0.0/16', '192.0.2.1/32'],
      dns: ['10.0.0.53'],
      searchDomains: ['corp.example', 'lab.example'],
      mru: 1400,
      keepAliveSeconds: 30,
      reconnect: false,
      blockWhenDown: true,
      verifyServerCertificate: true,
      minimumTls: '1.3',
      legacyRenegotiation: true,
      framesPerRecord: 'one',
    },
  });
});

describe('errors stand at their field, in words', () => {
  test.each([
    [{ name: '' }, 'name', 'Enter a name for this profile'],
    [{ server: 'vpn example' }, 'server', 'Enter a host name or an IP address, for example vpn.example.com'],
    [{ port: '70000' }, 'port', 'Ports end at 65535'],
    [{ port: 'https' }, 'port', 'Enter a number'],
    [{ port: '' }, 'port', 'Enter a number'],
    [{ server: 'a.example:https' }, 'port', 'Enter a number'],
    [{ server: 'a.example:444', port: 443 }, 'port', 'The server has another port typed behind it'],
    [{ serverType: 'pptp' }, 'serverType', 'Choose one of: ssl, openvpn, '],
    [{ authentication: 'otp' }, 'authentication', 'Choose one of: password, motp'],
    [{ userName: 'a:b' }, 'userName', 'A user name has no colon and no control characters'],
    [{ alwaysPrompt: 'maybe' }, 'alwaysPrompt', 'Choose yes or no'],
    [{ ipMode: 'dhcp' }, 'ipMode', 'Choose auto or static'],
    [{ ipMode: 'static' }, 'ipAddress', 'Enter a value'],
    [{ ipAddress: '10.0.0' }, 'ipAddress', '“10.0.0” is not an IP address such as 192.168.1.10'],
    [{ ipAddress: '10.0.0.1', ipNetmask: '255.0.255.0' }, 'ipNetmask', 'Enter a netmask'],
    [
      { routes: '10.0.0.0/8, 10.0.0.0/33' },
      'routes',
      '“10.0.0.0/33” is not a network such as 192.168.10.0/24',
    ],
    [{ routes: 'all' }, 'routes', '“all” is not a network such as 192.168.10.0/24'],
    [{ excludedRoutes: 'lan' }, 'excludedRoutes', '“lan” is not a network such as 192.168.10.0/24'],
    [{ framesPerRecord: '2' }, 'framesPerRecord', 'Choose one of: many, one'],
    [{ dns: 'one.one' }, 'dns', '“one.one” is not an IP address such as 192.168.1.10'],
    [{ dns: '1.1.1.1 1.1.1.2 1.1.1.3 1.1.1.4 1.1.1.5' }, 'dns', 'At most 4 entries'],
    [{ searchDomains: 'a b..c' }, 'searchDomains', 'Enter a domain, for example corp.example'],
    [{ mru: '100' }, 'mru', 'At least 576'],
    [{ mru: '1400.5' }, 'mru', 'Enter a number'],
    [{ mru: 1400.5 }, 'mru', 'Enter a whole number'],
    [{ minimumTls: '1.1' }, 'minimumTls', 'Choose one of: 1.2, 1.3'],
    [{ id: 'x' }, 'id', '“x” is not an id of a profile'],
    [{ sever: 'typo' }, 'sever', 'There is no such field'],
  ])('%j', (fields, field, message) => {
    const found = errors({ ...needed, ...fields });
    expect(Object.keys(found)).toEqual([field]);
    expect(found[field]).toMatch(message);
  });

  test('all of them at once, one per field', () => {
    const found = parseProfile({ id, port: '0', mru: 'x', dns: 'a b c', ipAddress: 'y' });
    const fields = found.ok ? [] : found.error.map(({ field }) => field);
    expect(fields.toSorted()).toEqual(['dns', 'ipAddress', 'mru', 'name', 'port', 'server']);
  });

  test.each([null, 'text', 7, []])('%j is not a group of fields', (input) => {
    expect(errors(input)).toEqual({ '': 'Enter a group of fields' });
  });
});

describe('editing', () => {
  const base = parsed({
    ...needed,
    server: 'vpn.example.com:4433',
    ipAddress: '10.0.0.9',
    routes: '10.0.0.0/8',
    mru: 1300,
  });
  const trusted: Profile = {
    ...base,
    trustedCertificate: { publicKeySha256: 'a'.repeat(64), trustedAt: '2026-01-31T12:00:00Z' },
  };

  test('fields that are left out keep what they are', () => {
    expect(parsed({}, trusted)).toEqual(trusted);
    expect(parsed({ name: 'Other' }, trusted)).toEqual({ ...trusted, name: 'Other' });
  });

  test('an empty list empties it', () => {
    expect(parsed({ routes: '' }, base).advanced.routes).toEqual([]);
  });

  test('back to an automatic address', () => {
    expect(parsed({ ipMode: 'auto' }, base).ip).toEqual({ mode: 'auto' });
  });

  test('another server is not vouched for by the certificate of the one before', () => {
    expect(parsed({ server: 'other.example' }, trusted).trustedCertificate).toBeUndefined();
    expect(parsed({ server: 'VPN.example.com' }, trusted).trustedCertificate).toBeDefined();
    expect(parsed({ port: 5000 }, trusted).trustedCertificate).toBeUndefined();
    expect(parsed({ port: '4433' }, trusted).trustedCertificate).toBeDefined();
  });

  test('what an editor starts from gives the same profile again', () => {
    expect(parsed(profileFields(base))).toEqual(base);
    expect(parsed(profileFields(parsed(needed)))).toEqual(parsed(needed));
    expect(Object.keys(profileFields(base))).toEqual(Object.keys(PROFILE_FIELDS));
  });
});

test('any input gives a profile or errors with words, and a profile is a fixed point', () => {
  const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string()));
  const fields = fc.dictionary(fc.oneof(fc.constantFrom(...Object.keys(PROFILE_FIELDS)), fc.string()), value);
  fc.assert(
    fc.property(fields, (input) => {
      const result = parseProfile({ ...needed, ...input });
      const profile = result.ok ? result.value : parsed(needed);
      expect(parsed(profileFields(profile))).toEqual(profile);
      const messages = result.ok ? [] : result.error.map(({ message }) => message);
      expect(messages.filter((message) => !/^[\p{Lu}“]/u.test(message))).toEqual([]);
    }),
  );
});
