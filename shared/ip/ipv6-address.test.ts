import { isIPv6 } from 'node:net';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addressOf,
  formatIpv6Address,
  isLinkLocal,
  isMulticast,
  isRoutable,
  linkLocalAddress,
  parseIpv6Address,
} from './ipv6-address.ts';

/** Mostly zeros, as real ones are: else no run of them would ever be shortened. */
const group = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 0xffff }));
const address = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .map((groups) => Uint8Array.from(groups.flatMap((value) => [value >>> 8, value & 0xff])));

/** The WHATWG's way of writing it is RFC 5952's. */
function byBrowser(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

test('every address is written as RFC 5952 has it, and read back', () => {
  fc.assert(
    fc.property(address, (bytes) => {
      const long = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0))
        .map((value) => value.toString(16).padStart(4, '0').toUpperCase())
        .join(':');
      const text = formatIpv6Address(bytes);
      expect(text).toBe(byBrowser(long));
      expect(parseIpv6Address(text)).toEqual(bytes);
      expect(parseIpv6Address(long)).toEqual(bytes);
    }),
  );
});

test('it takes what Node takes, without zones', () => {
  const piece = fc.constantFrom(':', '::', '0', 'ffff', '12345', 'g', '1.2.3.4', '256.1.1.1', '', '%eth0');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 16 }), (pieces) => {
      const text = pieces.join('');
      expect(parseIpv6Address(text) !== undefined).toBe(isIPv6(text) && !text.includes('%'));
    }),
    { numRuns: 2000 },
  );
  expect(parseIpv6Address('::ffff:192.0.2.1')).toEqual(parseIpv6Address('::ffff:c000:201'));
});

test('what kind of address it is', () => {
  const bytes = (text: string): Uint8Array => parseIpv6Address(text) ?? new Uint8Array(16);
  const kinds = (text: string) => [
    isLinkLocal(bytes(text), 0),
    isMulticast(bytes(text), 0),
    isRoutable(bytes(text), 0),
  ];
  expect(kinds('fe80::1')).toEqual([true, false, false]);
  expect(kinds('febf::1')).toEqual([true, false, false]);
  expect(kinds('fec0::1')).toEqual([false, false, false]);
  expect(kinds('ff02::1')).toEqual([false, true, false]);
  expect(kinds('2001:db8::1')).toEqual([false, false, true]);
  expect(kinds('fd12::1')).toEqual([false, false, true]);
  expect(kinds('::1')).toEqual([false, false, false]);
});

test('a host of a network', () => {
  const identifier = Uint8Array.of(0, 0, 0, 0, 0, 0, 0x12, 0x34);
  expect(formatIpv6Address(linkLocalAddress(identifier))).toBe('fe80::1234');
  const network = parseIpv6Address('2001:db8:240:1:ffff::') ?? new Uint8Array(16);
  expect(formatIpv6Address(addressOf(network, identifier))).toBe('2001:db8:240:1::1234');
});
