import { expect, test } from 'vitest';
import { addressesToTheWorld, localAddresses } from './local-addresses.ts';

const MAC = { mac: '00:00:00:00:00:00' };
const v4 = (address: string, internal = false) => ({
  ...MAC,
  address,
  internal,
  family: 'IPv4' as const,
  netmask: '255.255.255.0',
  cidr: `${address}/24`,
});
const v6 = (address: string) => ({
  ...MAC,
  address,
  internal: false,
  family: 'IPv6' as const,
  netmask: 'ffff:ffff:ffff:ffff::',
  cidr: `${address}/64`,
  scopeid: 0,
});

test('only addresses that lead somewhere are of the world', () => {
  const read = () => ({
    lo: [v4('127.0.0.1', true)],
    eth0: [v4('203.0.113.9'), v6('fe80::1'), v6('2001:db8::9')],
    usb0: [v4('169.254.7.7')],
    svpn0: [v4('192.168.240.10')],
  });
  expect(addressesToTheWorld(read)?.map(({ link, cidr }) => `${link} ${cidr}`)).toEqual([
    'eth0 203.0.113.9/24',
    'eth0 2001:db8::9/64',
  ]);
  expect(localAddresses(read)).toHaveLength(6);
});

test('where the kernel cannot be asked nothing is claimed', () => {
  const read = (): never => {
    throw new Error('A system error occurred: uv_interface_addresses returned EMFILE');
  };
  expect(localAddresses(read)).toBeUndefined();
  expect(addressesToTheWorld(read)).toBeUndefined();
});
