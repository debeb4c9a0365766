import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { asciiName, isSameServer, parseServerAddress, serverAddressText } from './server-address.ts';

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
  ['https://vpn.münchen.de:8443/', 'vpn.münchen.de', 8443],
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

test.each([
  ['vpn.münchen.de', 'vpn.xn--mnchen-3ya.de'],
  ['VPN.MÜNCHEN.DE', 'vpn.xn--mnchen-3ya.de'],
  // The same, typed with a combining diaeresis, as macOS hands it out.
  ['vpn.mu\u0308nchen.de', 'vpn.xn--mnchen-3ya.de'],
  ['faß.example', 'xn--fa-hia.example'],
  ['vpn。例え。テスト', 'vpn.xn--r8jz45g.xn--zckzah'],
  ['vpn_1.пример.испытание.', 'vpn_1.xn--e1afmkfd.xn--80akhbyknj4f.'],
  // Already in ASCII: nothing is done to it.
  ['VPN.example.com', 'VPN.example.com'],
  ['xn--mnchen-3ya.de', 'xn--mnchen-3ya.de'],
  ['2001:db8::1', '2001:db8::1'],
  // No name at all.
  ['mün chen.de', 'mün chen.de'],
  ['münchen.de:443', 'münchen.de:443'],
  ['anna@münchen.de', 'anna@münchen.de'],
  ['münchen.de/x', 'münchen.de/x'],
  ['münchen。de／x', 'münchen。de／x'],
  ['\u202emünchen.de', '\u202emünchen.de'],
])('%j is %j to DNS', (typed, ascii) => {
  expect(asciiName(typed)).toBe(ascii);
});

test('another spelling is no other server', () => {
  expect(isSameServer('vpn.münchen.de', 'VPN.xn--mnchen-3ya.de')).toBe(true);
  expect(isSameServer('vpn.münchen.de', 'vpn.munchen.de')).toBe(false);
});
