import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { routerAddresses } from './router-addresses.ts';

const ipv4 = (address: string, internal = false): NetworkInterfaceInfo => ({
  family: 'IPv4',
  address,
  internal,
  netmask: '255.255.255.0',
  mac: '00:00:00:00:00:00',
  cidr: null,
});
const ipv6 = (address: string, scopeid: number): NetworkInterfaceInfo => ({
  family: 'IPv6',
  address,
  scopeid,
  internal: false,
  netmask: 'ffff:ffff:ffff:ffff::',
  mac: '00:00:00:00:00:00',
  cidr: null,
});
const INTERFACES = {
  lo: [ipv4('127.0.0.1', true)],
  eth0: [ipv4('192.0.2.7'), ipv6('fe80::1', 2), ipv6('2001:db8::7', 0)],
};

test.each([
  ['127.0.0.1', '127.0.0.1', 'https://127.0.0.1:4443/', []],
  ['::1', '[::1]', 'https://[::1]:4443/', []],
  ['192.0.2.7', '192.0.2.7', 'https://192.0.2.7:4443/', []],
  ['0.0.0.0', '127.0.0.1', 'https://127.0.0.1:4443/', ['https://192.0.2.7:4443/']],
  ['::', '127.0.0.1', 'https://127.0.0.1:4443/', ['https://192.0.2.7:4443/', 'https://[2001:db8::7]:4443/']],
])('a router on %s is reached at %s', (host, here, pages, pagesElsewhere) => {
  expect(routerAddresses({ host, port: 4443 }, INTERFACES)).toEqual({ here, pages, pagesElsewhere });
});
