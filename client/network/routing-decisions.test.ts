import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  type Namespace,
  connectNamespaces,
  createNamespace,
  namespacesPossible,
} from '../../test/support/namespace.ts';
import { formatCidr, networkOf, parseCidr, parseIpv4Address } from '../../shared/ip/ipv4-address.ts';
import { setUpLines, takeDownLines } from './ip-lines.ts';
import type { NetworkPlan } from './plan.ts';
import { routingState } from './policy-routing.ts';

/** What the kernel decides with our rules and routes, beside a plain model of what they are for. */

const ENDPOINT = '198.51.100.7';
const LOCAL = ['203.0.113.0/24', '10.1.0.0/16'];
const ADDRESS = '10.255.255.254';

type Way = 'tunnel' | 'outside';

/** The longest of the prefixes that hold the address; -1: none does. */
function longest(cidrs: readonly string[], address: number): number {
  const prefixes = cidrs
    .map((cidr) => parseCidr(cidr))
    .filter((network) => network !== undefined)
    .filter(({ prefix, network: base }) => networkOf(address, prefix).network === base)
    .map(({ prefix }) => prefix);
  return Math.max(-1, ...prefixes);
}

/** As docs and texts promise it. */
function model(plan: NetworkPlan, destination: string): Way {
  if (destination === plan.endpoint) return 'outside';
  const address = parseIpv4Address(destination) ?? 0;
  const inside = longest(plan.routes, address);
  const excluded = longest(plan.excluded ?? [], address);
  if (Math.max(inside, excluded) >= 0) return inside > excluded ? 'tunnel' : 'outside';
  if (longest(LOCAL, address) >= 0) return 'outside';
  return plan.mode === 'full' ? 'tunnel' : 'outside';
}

// Few bits that differ, so that networks lie in one another.
const octet = fc.constantFrom(0, 1, 2, 3, 128, 255);
const addressArbitrary = fc
  .tuple(fc.constantFrom(10, 172, 203), fc.constantFrom(0, 1, 16), octet, octet)
  .map((octets) => octets.join('.'));
const networkArbitrary = fc.tuple(addressArbitrary, fc.integer({ min: 1, max: 32 })).map(([text, prefix]) => {
  return formatCidr(networkOf(parseIpv4Address(text) ?? 0, prefix));
});
const planArbitrary = fc
  .record({
    mode: fc.constantFrom('full' as const, 'split' as const),
    routes: fc.uniqueArray(networkArbitrary, { maxLength: 6 }),
    excluded: fc.uniqueArray(networkArbitrary, { maxLength: 6 }),
  })
  .map(({ mode, routes, excluded }): NetworkPlan => ({
    interfaceName: 'vpn0',
    address: ADDRESS,
    gateway: '10.255.255.1',
    mtu: 1400,
    mode,
    routes: routes.filter((cidr) => !excluded.includes(cidr)),
    excluded,
    endpoint: ENDPOINT,
    dns: [],
    searchDomains: [],
  }));

describe.skipIf(!namespacesPossible())('the kernel', () => {
  let host: Namespace;
  let router: Namespace;

  beforeAll(async () => {
    [host, router] = await Promise.all([createNamespace('routes'), createNamespace('routes-router')]);
    await connectNamespaces(host, router, {
      addressA: ['203.0.113.2/24', '10.1.0.2/16'],
      addressB: '203.0.113.1/24',
    });
    await host.exec(['ip', 'route', 'add', 'default', 'via', '203.0.113.1']);
    await host.exec(['ip', 'tuntap', 'add', 'dev', 'vpn0', 'mode', 'tun']);
  });
  afterAll(() => Promise.all([host.remove(), router.remove()]));

  const batch = (family: 4 | 6, lines: readonly string[]): Promise<string> =>
    host.exec(['ip', '-j', `-${family}`, '-batch', '-'], { input: `${lines.join('\n')}\n` });

  async function decisions(destinations: readonly string[]): Promise<Way[]> {
    const said = await batch(
      4,
      destinations.map((destination) => `route get ${destination}`),
    );
    const routes = said.split('\n').filter((line) => line.trim() !== '');
    return routes.map((line) => {
      const [route] = z.array(z.object({ dev: z.string() })).parse(JSON.parse(line));
      return route?.dev === 'vpn0' ? 'tunnel' : 'outside';
    });
  }

  test('sends every packet where a plain longest-prefix model does, and everything is taken back', async () => {
    const clean = await batch(4, ['rule show', 'route show table all']);
    await fc.assert(
      fc.asyncProperty(
        planArbitrary,
        fc.array(addressArbitrary, { minLength: 20, maxLength: 40 }),
        async (plan, random) => {
          // Ours are the host's own: neither way.
          const destinations = [...random, ENDPOINT, '8.8.8.8'].filter(
            (address) => !['203.0.113.2', '10.1.0.2', '10.1.255.255', '203.0.113.255'].includes(address),
          );
          const state = routingState(plan, 0, true);
          const lines = setUpLines(plan, 'vpn0', state);
          await batch(6, lines.ipv6);
          await batch(4, lines.ipv4);
          try {
            expect(await decisions(destinations)).toEqual(
              destinations.map((destination) => model(plan, destination)),
            );
          } finally {
            const down = takeDownLines(state);
            // Both go with a real device.
            await batch(4, [...down.ipv4, 'link set dev vpn0 down', 'addr flush dev vpn0']);
            if (down.ipv6.length > 0) await batch(6, down.ipv6);
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(await batch(4, ['rule show', 'route show table all'])).toBe(clean);
  });
});
