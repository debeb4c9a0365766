import { expect, test } from 'vitest';
import { tunnelDns } from './tunnel-dns.ts';

test.each([
  [
    'what was set up, and how',
    ['10.0.0.53'],
    'search-domains',
    ['10.0.0.1'],
    ['10.0.0.53'],
    'search-domains',
  ],
  ['a network that does not tell', ['10.0.0.53'], undefined, [], ['10.0.0.53'], undefined],
  ["the router's, which nobody asks", [], undefined, ['10.0.0.1'], ['10.0.0.1'], 'no-search-domains'],
  ['none at all', [], undefined, [], [], undefined],
] as const)('%s', (_, planned, use, routerDns, dns, dnsUse) => {
  expect(tunnelDns({ dns: planned }, { dnsUse: use }, routerDns)).toEqual({ dns, dnsUse });
});
