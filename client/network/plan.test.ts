import { describe, expect, test } from 'vitest';
import { type ProfileInput, profileSchema } from '../../shared/profile.ts';
import { type AddressFacts, type NetworkPlan, planNetwork, serversBehindRouter } from './plan.ts';

const FACTS: AddressFacts = {
  address: '192.168.240.121',
  gateway: '192.168.240.1',
  netmask: undefined,
  dns: ['192.168.240.20', '0.0.0.0'],
  mtu: 1380,
};

function plan(
  input: Pick<ProfileInput, 'advanced' | 'ip'>,
  facts: Partial<AddressFacts> = {},
  endpoint = '203.0.113.9',
): NetworkPlan {
  const profile = profileSchema.parse({
    id: '00000000-0000-4000-8000-000000000000',
    name: 'n',
    server: 's',
    ...input,
  });
  return planNetwork({ ...FACTS, ...facts }, profile.advanced, profile.ip, endpoint, 'vpn0');
}

test('default gateway on remote network: everything, with the router and its DNS ahead of local networks', () => {
  expect(plan({})).toEqual({
    interfaceName: 'vpn0',
    address: '192.168.240.121',
    gateway: '192.168.240.1',
    mtu: 1380,
    mode: 'full',
    routes: ['192.168.240.1/32', '192.168.240.20/32'],
    endpoint: '203.0.113.9',
    dns: ['192.168.240.20'],
    searchDomains: [],
  });
});

describe('split tunnel', () => {
  const split = { useDefaultGateway: false };

  test.each([
    [undefined, '192.168.240.0/24'],
    ['255.255.0.0', '192.168.0.0/16'],
    ['255.255.255.128', '192.168.240.0/25'],
    ['255.0.255.0', '192.168.240.0/24'], // no netmask: as if none was given
    ['255.0.0.0', '192.0.0.0/8'],
    ['254.0.0.0', '192.168.240.0/24'], // no network behind a router is as large
    ['128.0.0.0', '192.168.240.0/24'],
  ])('netmask %s: remote network %s', (netmask, network) => {
    expect(plan({ advanced: split }, { netmask }).routes).toEqual(['192.168.240.1/32', network]);
  });

  test('a static address brings its own netmask and DNS', () => {
    const ip: ProfileInput['ip'] = {
      mode: 'static',
      address: '192.168.240.121',
      netmask: '255.255.254.0',
      dns: ['9.9.9.9'],
    };
    const made = plan({ advanced: split, ip }, { netmask: '255.255.255.0' });
    expect(made.routes).toEqual(['192.168.240.1/32', '192.168.240.0/23']);
    expect(made.dns).toEqual(['9.9.9.9']);
  });

  test("extra routes are normalised; the endpoint's own is left out", () => {
    const routes = ['10.1.2.3/8', '192.168.240.9/24', '203.0.113.9/32'];
    expect(plan({ advanced: { ...split, routes } }).routes).toEqual([
      '192.168.240.1/32',
      '192.168.240.0/24',
      '10.0.0.0/8',
    ]);
  });

  test('an extra route to everything is a full tunnel', () => {
    const made = plan({ advanced: { ...split, routes: ['0.0.0.0/0', '10.0.0.0/8'] } });
    expect([made.mode, made.routes]).toEqual([
      'full',
      ['192.168.240.1/32', '192.168.240.20/32', '10.0.0.0/8'],
    ]);
  });

  test("without search domains the router's servers do not get to see every name", () => {
    expect(plan({ advanced: split }).dns).toEqual([]);
    const made = plan({ advanced: { ...split, searchDomains: ['corp.example', 'corp.example'] } });
    expect(made.dns).toEqual(['192.168.240.20']);
    expect(made.searchDomains).toEqual(['corp.example']);
    expect(made.routes).toContain('192.168.240.20/32');
  });
});

describe('networks that stay outside', () => {
  const split = { useDefaultGateway: false };

  test('are normalised, and go before a route of the same network; the endpoint has a route of its own', () => {
    const made = plan({
      advanced: {
        routes: ['10.0.0.0/8', '172.16.0.0/12'],
        excludedRoutes: ['10.1.2.3/16', '10.0.0.0/8', '203.0.113.9/32'],
      },
    });
    expect(made.mode).toBe('full');
    expect(made.excluded).toEqual(['10.1.0.0/16', '10.0.0.0/8']);
    expect(made.routes).toEqual(['192.168.240.1/32', '192.168.240.20/32', '172.16.0.0/12']);
  });

  test('the remote network may be one of them: the router itself stays in reach', () => {
    const made = plan({ advanced: { ...split, excludedRoutes: ['192.168.240.0/24'] } });
    expect([made.routes, made.excluded]).toEqual([['192.168.240.1/32'], ['192.168.240.0/24']]);
  });

  test('everything outside is a split tunnel', () => {
    const made = plan({ advanced: { excludedRoutes: ['0.0.0.0/0'], routes: ['10.0.0.0/8'] } });
    expect([made.mode, made.excluded]).toEqual(['split', undefined]);
    expect(made.routes).toContain('10.0.0.0/8');
  });
});

test("the user's DNS servers replace the router's and get no routes of their own", () => {
  const made = plan({ advanced: { dns: ['1.1.1.1', '1.1.1.1'] } });
  expect(made.dns).toEqual(['1.1.1.1']);
  expect(made.routes).toEqual(['192.168.240.1/32']);
});

test('DNS servers that a router names stand behind it: none is this machine, a group, or its own public address', () => {
  const named = [
    '192.168.240.20',
    '127.0.0.1',
    '127.0.0.53',
    '224.0.0.251',
    '255.255.255.255',
    '203.0.113.9',
  ];
  expect(serversBehindRouter(named, '203.0.113.9')).toEqual(['192.168.240.20']);
  expect(serversBehindRouter(named, '2001:db8::7')).toEqual(['192.168.240.20', '203.0.113.9']);
});

test('a router without an address of its own', () => {
  expect(plan({}, { gateway: '0.0.0.0', dns: [] }).routes).toEqual([]);
});

describe('a router that gives IPv6', () => {
  const ipv6 = { address: '2001:db8:240::5', network: '2001:db8:240::/64', isDefaultRouter: true };

  test('full: everything, its own network before local ones', () => {
    expect(plan({}, { ipv6 })).toMatchObject({
      address6: '2001:db8:240::5',
      routes6: ['2001:db8:240::/64', '::/0'],
    });
  });

  test.each([
    ['split', { advanced: { useDefaultGateway: false } }, true],
    ['full, but it leads nowhere else', {}, false],
  ])('%s: its own network', (_, input, isDefaultRouter) => {
    const made = plan(input, { ipv6: { ...ipv6, isDefaultRouter } });
    expect(made.routes6).toEqual(['2001:db8:240::/64']);
  });
});
