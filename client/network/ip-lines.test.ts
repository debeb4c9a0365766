import { describe, expect, test } from 'vitest';
import type { NetworkPlan } from './plan.ts';
import { setUpLines, takeDownLines } from './ip-lines.ts';
import { PRIORITIES_PER_SLOT, SLOT_COUNT, routingSlot, routingState } from './policy-routing.ts';

const PLAN: NetworkPlan = {
  interfaceName: 'vpn0',
  address: '10.8.0.2',
  gateway: '10.8.0.1',
  mtu: 1380,
  mode: 'full',
  routes: ['10.8.0.1/32'],
  endpoint: '203.0.113.10',
  dns: [],
  searchDomains: [],
};

test('full tunnel over IPv4', () => {
  expect(setUpLines(PLAN, 'vpn3', { slot: 0, mode: 'full', endpoint: PLAN.endpoint, ipv6: true })).toEqual({
    ipv4: [
      'link set dev vpn3 addrgenmode none',
      'link set dev vpn3 mtu 1380 txqueuelen 5000',
      'addr add 10.8.0.2/32 dev vpn3',
      'link set dev vpn3 up',
      'route add 10.8.0.1/32 dev vpn3 table 51820',
      'route add default dev vpn3 table 51820',
      'rule add priority 31000 to 203.0.113.10/32 lookup main protocol kernel',
      'rule add priority 31001 to 203.0.113.10/32 unreachable protocol kernel',
      'rule add priority 31002 lookup 51820 suppress_prefixlength 0 protocol kernel',
      'rule add priority 31003 lookup main suppress_prefixlength 0 protocol kernel',
      'rule add priority 31004 lookup 51820 protocol kernel',
    ],
    ipv6: [
      'rule add priority 31003 lookup main suppress_prefixlength 0 protocol kernel',
      'rule add priority 31004 unreachable protocol kernel',
    ],
    ipv6Device: [],
  });
});

test('full tunnel over IPv6: only the way to the router stays open', () => {
  const endpoint = '2001:db8::7';
  const lines = setUpLines({ ...PLAN, endpoint }, 'vpn0', { slot: 1, mode: 'full', endpoint, ipv6: true });
  expect(lines.ipv6).toEqual([
    'rule add priority 30990 to 2001:db8::7/128 lookup main protocol kernel',
    'rule add priority 30991 to 2001:db8::7/128 unreachable protocol kernel',
    'rule add priority 30993 lookup main suppress_prefixlength 0 protocol kernel',
    'rule add priority 30994 unreachable protocol kernel',
  ]);
  expect(lines.ipv4.filter((line) => line.includes(endpoint))).toEqual([]);
});

test('split tunnel: no default route, IPv6 untouched', () => {
  const plan: NetworkPlan = { ...PLAN, mode: 'split', routes: ['10.8.0.0/24'] };
  const lines = setUpLines(plan, 'vpn0', { slot: 0, mode: 'split', endpoint: PLAN.endpoint, ipv6: true });
  expect(lines.ipv4.slice(4)).toEqual([
    'route add 10.8.0.0/24 dev vpn0 table 51820',
    'rule add priority 31000 to 203.0.113.10/32 lookup main protocol kernel',
    'rule add priority 31001 to 203.0.113.10/32 unreachable protocol kernel',
    'rule add priority 31002 lookup 51820 suppress_prefixlength 0 protocol kernel',
  ]);
  expect(lines.ipv6).toEqual([]);
});

const IPV6 = { address6: '2001:db8:240::5', routes6: ['2001:db8:240::/64', '::/0'] };

test('full tunnel that carries IPv6', () => {
  const plan: NetworkPlan = { ...PLAN, ...IPV6, endpoint: '2001:db8::7' };
  const lines = setUpLines(plan, 'vpn0', routingState(plan, 0, true));
  expect([lines.ipv6, lines.ipv6Device]).toEqual([
    [
      'rule add priority 31000 to 2001:db8::7/128 lookup main protocol kernel',
      'rule add priority 31001 to 2001:db8::7/128 unreachable protocol kernel',
      'rule add priority 31002 lookup 51820 suppress_prefixlength 0 protocol kernel',
      'rule add priority 31003 lookup main suppress_prefixlength 0 protocol kernel',
      'rule add priority 31004 lookup 51820 protocol kernel',
    ],
    [
      'addr add 2001:db8:240::5/128 dev vpn0 nodad',
      'route add 2001:db8:240::/64 dev vpn0 table 51820',
      'route add default dev vpn0 table 51820',
    ],
  ]);
});

test('a network of IPv6 alone: the rest stays unreachable in a full tunnel, and as it was in a split one', () => {
  const routes6 = ['2001:db8:240::/64'];
  const linesOf = (mode: 'full' | 'split') => {
    const plan: NetworkPlan = { ...PLAN, ...IPV6, routes6, mode };
    return setUpLines(plan, 'vpn0', routingState(plan, 0, true));
  };
  expect(linesOf('full').ipv6).toContain('rule add priority 31004 unreachable protocol kernel');
  expect(linesOf('split').ipv6).toEqual([
    'rule add priority 31002 lookup 51820 suppress_prefixlength 0 protocol kernel',
  ]);
  expect(linesOf('split').ipv6Device).toEqual(linesOf('full').ipv6Device);
  expect(linesOf('split').ipv6Device.at(-1)).toBe('route add 2001:db8:240::/64 dev vpn0 table 51820');
});

test('networks that stay outside are passed by, in either mode', () => {
  for (const mode of ['full', 'split'] as const) {
    const plan: NetworkPlan = { ...PLAN, mode, excluded: ['10.8.0.128/25'] };
    const lines = setUpLines(plan, 'vpn0', routingState(plan, 0, true));
    expect(lines.ipv4).toContain('route add throw 10.8.0.128/25 table 51820 protocol kernel');
    expect(lines.ipv6).not.toContain('10.8.0.128');
  }
});

test('a kernel without IPv6 gets none, whatever the router gives', () => {
  const lines = setUpLines({ ...PLAN, ...IPV6 }, 'vpn0', routingState({ ...PLAN, ...IPV6 }, 0, false));
  expect([lines.ipv6, lines.ipv6Device]).toEqual([[], []]);
});

describe('every rule and every route without a device is taken down', () => {
  for (const mode of ['full', 'split'] as const) {
    for (const endpoint of ['203.0.113.10', '2001:db8::7']) {
      const carrying: Record<string, Partial<NetworkPlan>> = {
        none: {},
        some: { ...IPV6, routes6: ['2001:db8:240::/64'] },
        all: IPV6,
      };
      for (const [name, ipv6] of Object.entries(carrying)) {
        test(`${mode}, ${endpoint}, IPv6: ${name}`, () => {
          const plan = { ...PLAN, ...ipv6, mode, endpoint, excluded: ['10.8.0.128/25', '172.16.0.0/12'] };
          const state = routingState(plan, 2, true);
          const up = setUpLines(plan, 'vpn0', state);
          const down = takeDownLines(state);
          const lasting = (lines: readonly string[]): string[] =>
            lines.filter((line) => /^(rule|route) add/.test(line) && !line.includes(' dev ')).sort();
          const undone = (lines: readonly string[]): string[] =>
            lines.map((line) => `${line.replace(/^(rule|route) del/, '$1 add')} protocol kernel`).sort();
          expect(undone(down.ipv4)).toEqual(lasting(up.ipv4));
          expect(undone(down.ipv6)).toEqual(lasting(up.ipv6));
          expect(down.ipv4).not.toEqual([]);
          expect(down.ipv6.length > 0).toBe(mode === 'full' || name !== 'none');
        });
      }
    }
  }
});

test("slots never share a table or a priority, and stay before the main table's rule", () => {
  const slots = Array.from({ length: SLOT_COUNT }, (_, number) => routingSlot(number));
  const priorities = slots.flatMap(({ basePriority }) =>
    Array.from({ length: PRIORITIES_PER_SLOT }, (_, i) => basePriority + i),
  );
  expect(new Set(priorities).size).toBe(priorities.length);
  expect(new Set(slots.map(({ table }) => table)).size).toBe(SLOT_COUNT);
  expect(Math.max(...priorities)).toBeLessThan(32766);
  expect(Math.min(...priorities)).toBeGreaterThan(0);
});
