import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatCidr,
  formatIpv4Address,
  isMulticastOrBroadcast,
  netmaskToPrefix,
  networkContains,
  parseCidr,
  parseIpv4Address,
  prefixToNetmask,
} from './ipv4-address.ts';

describe('IPv4 addresses', () => {
  test('are unsigned numbers', () => {
    expect(parseIpv4Address('192.168.240.1')).toBe(0xc0a8f001);
    expect(parseIpv4Address('255.255.255.255')).toBe(0xffffffff);
    expect(formatIpv4Address(0xc0a8f079)).toBe('192.168.240.121');
  });

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.-4',
    '1.2.3.4 ',
    '1..3.4',
    '0x1.2.3.4',
    '1e1.2.3.4',
  ])('%j is none', (text) => {
    expect(parseIpv4Address(text)).toBeUndefined();
  });

  test('format and parse are inverse', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (address) => {
        expect(parseIpv4Address(formatIpv4Address(address))).toBe(address);
      }),
    );
  });
});

describe('netmasks and networks', () => {
  test('every prefix has its mask and back', () => {
    expect(prefixToNetmask(0)).toBe(0);
    expect(prefixToNetmask(24)).toBe(0xffffff00);
    for (let prefix = 0; prefix <= 32; prefix += 1) {
      expect(netmaskToPrefix(prefixToNetmask(prefix))).toBe(prefix);
    }
    expect(netmaskToPrefix(0xff00ff00)).toBeUndefined();
    expect(netmaskToPrefix(0x000000ff)).toBeUndefined();
  });

  test('CIDR clears host bits', () => {
    const network = parseCidr('192.168.1.77/24');
    expect(network).toEqual({ network: 0xc0a80100, prefix: 24 });
    expect(network && formatCidr(network)).toBe('192.168.1.0/24');
    expect(parseCidr('0.0.0.0/0')).toEqual({ network: 0, prefix: 0 });
    const bad = ['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/-1', '/8', '10.0.0.0/8 '];
    expect(bad.filter((text) => parseCidr(text) !== undefined)).toEqual([]);
  });

  test('a network holds its first and last address and no neighbour', () => {
    const network = { network: 0xc0a80180, prefix: 25 };
    expect(networkContains(network, 0xc0a80180)).toBe(true);
    expect(networkContains(network, 0xc0a801ff)).toBe(true);
    expect(networkContains(network, 0xc0a8017f)).toBe(false);
    expect(networkContains(network, 0xc0a80200)).toBe(false);
    expect(networkContains({ network: 0, prefix: 0 }, 0xffffffff)).toBe(true);
    expect(networkContains({ network: 0xffffffff, prefix: 32 }, 0xffffffff)).toBe(true);
  });

  test('multicast and broadcast', () => {
    expect([0xe0000001, 0xefffffff, 0xffffffff].map(isMulticastOrBroadcast)).toEqual([true, true, true]);
    expect([0xdfffffff, 0xf0000000, 0x0a000001].map(isMulticastOrBroadcast)).toEqual([false, false, false]);
  });
});
