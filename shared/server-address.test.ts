import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseServerAddress, serverAddressText } from './server-address.ts';

test.each([
  ['vpn.example.com', 'vpn.example.com', undefined],
  [' vpn.example.com:4433 ', 'vpn.example.com', 4433],
  ['192.0.2.1:443', '192.0.2.1', 443],
  ['2001:db8::1', '2001:db8::1', undefined],
  ['[2001:db8::1]', '2001:db8::1', undefined],
  ['[2001:db8::1]:4433', '2001:db8::1', 4433],
  ['https://vpn.example.com:8443/weblogin.htm?x=1', 'vpn.example.com', 8443],
  ['HTTP://vpn.example.com/', 'vpn.example.com', undefined],
  ['vpn.example.com:', 'vpn.example.com', undefined],
  ['vpn.example.com:https', 'vpn.example.com', 'https'],
  ['', '', undefined],
])('%j is server %j, port %j', (typed, server, port) => {
  expect(parseServerAddress(typed)).toEqual({ server, port });
});

test('what was taken apart can be put together again', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
      fc.integer({ min: 1, max: 65535 }),
      (host, port) => {
        const address = { server: host, port };
        expect(parseServerAddress(serverAddressText(address))).toEqual(address);
      },
    ),
  );
});
