import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIpv4Address, prefixToNetmask } from './ip/ipv4-address.ts';
import {
  netmaskSchema,
  portSchema,
  profileNameSchema,
  profileSchema,
  serverSchema,
  userNameSchema,
} from './profile.ts';
import { asciiName } from './server-address.ts';

const ID = '3f8b1c1e-3b8e-4d0a-9a53-0f6f1b9d2a11';

test('a profile needs a name and a server; the rest is what the guide starts with', () => {
  expect(profileSchema.parse({ id: ID, name: 'Office', server: 'vpn.example.com' })).toEqual({
    id: ID,
    name: 'Office',
    serverType: 'ssl',
    server: 'vpn.example.com',
    port: 443,
    authentication: 'password',
    userName: '',
    rememberCredentials: true,
    alwaysPrompt: false,
    ip: { mode: 'auto' },
    advanced: {
      useDefaultGateway: true,
      routes: [],
      excludedRoutes: [],
      dns: [],
      searchDomains: [],
      mru: 1442,
      keepAliveSeconds: 10,
      reconnect: true,
      blockWhenDown: false,
      verifyServerCertificate: true,
      minimumTls: '1.2',
      legacyRenegotiation: false,
      framesPerRecord: 'many',
    },
  });
});

test('what is written is read back as it was', () => {
  const profile = profileSchema.parse({
    id: ID,
    name: 'Büro 東京',
    server: '2001:db8::1',
    ip: { mode: 'static', address: '10.0.0.9', netmask: '255.255.255.0', dns: ['10.0.0.1'] },
    advanced: { routes: ['10.0.0.0/8'], searchDomains: ['corp.example'] },
    trustedCertificate: { publicKeySha256: 'a'.repeat(64), trustedAt: '2026-01-31T12:00:00.000Z' },
  });
  expect(profileSchema.parse(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
});

describe('servers', () => {
  test.each([
    ['vpn.example.com', 'vpn.example.com'],
    [' router ', 'router'],
    ['a_b.example.', 'a_b.example.'],
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['1password.example', '1password.example'],
    [' vpn.München.de ', 'vpn.München.de'],
    ['例え.テスト', '例え.テスト'],
  ])('%j is taken as %j', (typed, server) => {
    expect(serverSchema.parse(typed)).toBe(server);
  });

  test.each([
    '',
    'a b',
    'vpn..example.com',
    '-vpn.example.com',
    'https://vpn.example.com',
    'vpn.example.com:443',
    '192.168.1.300',
    '192.168.1',
    '2001:db8::g',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(127)}example`,
    'vpn.example.com\r\nX: y',
    'mün chen.de',
    'münchen.de:443',
    'münchen..de',
    'anna@münchen.de',
    `${'ü'.repeat(64)}.example`,
    '１９２.0.2.1',
    '🛜\u0000.example',
  ])('%j is refused', (typed) => {
    expect(serverSchema.safeParse(typed).success).toBe(false);
  });

  test('whatever is taken can stand in an HTTP header and in an address', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' })), (typed) => {
        const parsed = serverSchema.safeParse(typed);
        expect(parsed.success ? asciiName(parsed.data) : 'a').toMatch(/^[0-9A-Za-z_.:-]{1,254}$/);
      }),
    );
  });
});

describe('netmasks', () => {
  test('all 33 are taken', () => {
    const masks = Array.from({ length: 33 }, (_, prefix) => formatIpv4Address(prefixToNetmask(prefix)));
    expect(masks.filter((mask) => !netmaskSchema.safeParse(mask).success)).toEqual([]);
  });

  test.each(['255.0.255.0', '255.255.255.1', '0.0.0.255', '1.2.3.4', '255.255.255', '24', ''])(
    '%j is refused',
    (mask) => {
      expect(netmaskSchema.safeParse(mask).success).toBe(false);
    },
  );
});

test.each(['', '   ', 'a\nb', 'a\tb', 'a'.repeat(101)])('name %j is refused', (name) => {
  expect(profileNameSchema.safeParse(name).success).toBe(false);
});

test.each(['a:b', 'a\r\nb', 'a\u0000', 'a'.repeat(65)])('user name %j is refused', (name) => {
  expect(userNameSchema.safeParse(name).success).toBe(false);
});

test('ports', () => {
  expect([0, 1, 443, 65535, 65536, 1.5, NaN].map((port) => portSchema.safeParse(port).success)).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
