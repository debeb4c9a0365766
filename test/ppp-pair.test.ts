import { describe, expect, test } from 'vitest';
import type { PppServerOptions } from '../emulator/ppp-server.ts';
import type { PppAuthentication } from '../shared/protocol/ppp-endpoint.ts';
import { NO_QUIRKS, PppPair, seededRandom } from './support/ppp-pair.ts';

const MODES: readonly PppAuthentication[] = ['PAP', 'CHAP', 'MS-CHAP', 'MS-CHAPv2'];
const ALL_QUIRKS: PppServerOptions['quirks'] = {
  magicOne: true,
  offerNoMru: true,
  firstPapAckIdZero: true,
  askVanJacobsonFirst: true,
  lateNak: true,
};
const QUIRK_SETS: readonly (readonly [string, PppServerOptions['quirks']])[] = [
  ['no quirk', NO_QUIRKS],
  ['every quirk', ALL_QUIRKS],
  ['magicOne', { ...NO_QUIRKS, magicOne: true }],
  ['offerNoMru', { ...NO_QUIRKS, offerNoMru: true }],
  ['firstPapAckIdZero', { ...NO_QUIRKS, firstPapAckIdZero: true }],
  ['askVanJacobsonFirst', { ...NO_QUIRKS, askVanJacobsonFirst: true }],
  ['lateNak', { ...NO_QUIRKS, lateNak: true }],
];

function settled(...parameters: ConstructorParameters<typeof PppPair>): PppPair {
  const pair = new PppPair(...parameters);
  pair.start();
  expect(pair.settle()).toBe(true);
  return pair;
}

const opened = (pair: PppPair) => pair.clientEvents.filter((event) => event.kind === 'opened');
const failure = (pair: PppPair) => pair.clientEvents.find((event) => event.kind === 'failed')?.failure;
const runningTimers = (pair: PppPair): number => pair.timers.client.size + pair.timers.server.size;

describe.each(MODES)('%s', (mode) => {
  test.each(QUIRK_SETS)('with %s both sides open, no timer is left', (_, quirks) => {
    const pair = settled({}, { authentication: [mode], quirks });
    expect(opened(pair)).toEqual([
      {
        kind: 'opened',
        address: '192.168.240.121',
        gateway: '192.168.240.1',
        netmask: undefined,
        dns: ['192.168.240.20', '192.168.240.21'],
        mtu: 1442,
        authentication: mode,
      },
    ]);
    expect(pair.serverEvents).toContainEqual({ kind: 'authenticated', userName: 'alice', mode });
    expect(pair.serverEvents.at(-1)).toEqual({ kind: 'opened', address: '192.168.240.121', mtu: 1442 });
    expect(runningTimers(pair)).toBe(0);
  });

  test.each([
    ['password', { password: 'Secret' }],
    ['user', { userName: 'mallory' }],
    ['empty password', { password: '' }],
  ])('a wrong %s is refused on both sides', (_, client) => {
    const pair = settled(client, { authentication: [mode], quirks: ALL_QUIRKS });
    expect(failure(pair)).toMatchObject({ kind: 'credentials-refused', refusal: 'wrong-credentials' });
    expect(pair.serverEvents.map((event) => event.kind)).toContain('refused');
    expect(pair.serverEvents.at(-1)).toEqual({ kind: 'closed' });
    expect(opened(pair)).toEqual([]);
    expect(runningTimers(pair)).toBe(0);
  });

  test('letters beyond ASCII and the longest user name', () => {
    const userName = 'ü'.repeat(64);
    const password = 'pä€𝄞';
    const pair = settled(
      { userName, password },
      {
        authentication: [mode],
        authenticate: (name, matches) =>
          name === userName && matches(password) ? { ok: true } : { ok: false, message: '' },
      },
    );
    expect(opened(pair)).toHaveLength(1);
  });

  test('one of several one-time codes may match, and is checked once', () => {
    let checks = 0;
    const pair = settled(
      { password: '6ed4e4' },
      {
        authentication: [mode],
        quirks: ALL_QUIRKS,
        authenticate: (_, matches) => {
          checks += 1;
          const found = ['111111', '6ed4e4', '222222'].some((code) => matches(code));
          return found ? { ok: true } : { ok: false, message: '' };
        },
      },
    );
    expect(opened(pair)).toHaveLength(1);
    expect(checks).toBe(1);
  });
});

test.each(['account-disabled', 'no-dial-in-permission', 'password-expired'] as const)(
  'MS-CHAP tells %s from a wrong password',
  (refusal) => {
    for (const mode of ['MS-CHAP', 'MS-CHAPv2'] as const) {
      const authenticate = () => ({ ok: false, message: 'Sorry', refusal }) as const;
      const pair = settled({}, { authentication: [mode], authenticate });
      expect(failure(pair)).toMatchObject({ kind: 'credentials-refused', refusal });
    }
  },
);

test('a server whose list begins with what the client takes asks for just that', () => {
  const pair = settled({}, { authentication: ['CHAP', 'PAP'] });
  expect(opened(pair)[0]?.authentication).toBe('CHAP');
});

describe('addresses', () => {
  test('a static address is granted', () => {
    for (const [, quirks] of QUIRK_SETS) {
      const pair = settled({ address: '192.168.240.9' }, { quirks });
      expect(opened(pair)[0]?.address).toBe('192.168.240.9');
    }
  });

  test('a static address that the server does not grant is refused', () => {
    const pair = settled({ address: '10.9.9.9' }, { assignAddress: () => '192.168.240.121' });
    expect(failure(pair)).toEqual({ kind: 'no-address', reason: 'static-refused' });
    expect(pair.serverEvents.at(-1)).toEqual({ kind: 'closed' });
  });

  test('an exhausted pool', () => {
    const pair = settled({}, { assignAddress: () => undefined });
    expect(failure(pair)).toEqual({ kind: 'no-address', reason: 'pool-exhausted' });
    expect(pair.serverEvents).toContainEqual({ kind: 'no-address', userName: 'alice' });
    expect(pair.serverEvents.at(-1)).toEqual({ kind: 'closed' });
    expect(runningTimers(pair)).toBe(0);
  });

  test('the address is assigned once for a session', () => {
    let assigned = 0;
    const assignAddress = (): string => {
      assigned += 1;
      return `192.168.240.${100 + assigned}`;
    };
    settled({}, { assignAddress, quirks: ALL_QUIRKS });
    expect(assigned).toBe(1);
  });

  test('a netmask is told to a client that asks, if there is one', () => {
    const told = settled({ requestNetmask: true }, { netmask: '255.255.254.0' });
    expect(opened(told)[0]?.netmask).toBe('255.255.254.0');
    expect(opened(settled({ requestNetmask: true }))[0]?.netmask).toBeUndefined();
  });

  test('no DNS server, one, none asked for', () => {
    expect(opened(settled({}, { dns: [] }))[0]?.dns).toEqual([]);
    expect(opened(settled({}, { dns: ['10.0.0.1'] }))[0]?.dns).toEqual(['10.0.0.1']);
    expect(opened(settled({ requestDns: false }))[0]?.dns).toEqual([]);
    expect(opened(settled({ requestDns: 'primary' }))[0]?.dns).toEqual(['192.168.240.20']);
  });
});

describe('MTU', () => {
  test.each([
    [1442, 1280, false, 1280],
    [1280, 1500, false, 1280],
    [1500, 1500, false, 1500],
    // A router that offers none takes 1500.
    [1442, 1280, true, 1442],
  ])('of %i and %i (not offered: %s) is %i', (client, server, offerNoMru, mtu) => {
    const pair = settled({ mru: client }, { mru: server, quirks: { ...NO_QUIRKS, offerNoMru } });
    expect(opened(pair)[0]?.mtu).toBe(mtu);
  });
});

describe('the end', () => {
  test.each(['client', 'server'] as const)('the %s closes: both are closed', (side) => {
    const pair = settled();
    pair.close(side);
    expect(pair.settle()).toBe(true);
    expect(pair.clientEvents.at(-1)).toEqual({ kind: 'closed' });
    expect(pair.serverEvents.at(-1)).toEqual({ kind: 'closed' });
    expect(runningTimers(pair)).toBe(0);
  });

  test('both close at once', () => {
    const pair = settled();
    pair.close('client');
    pair.close('server');
    expect(pair.settle()).toBe(true);
    expect(pair.clientEvents.filter((event) => event.kind === 'closed')).toHaveLength(1);
    expect(pair.serverEvents.filter((event) => event.kind === 'closed')).toHaveLength(1);
  });
});

test('whichever packet is lost, the restart timers get the link up all the same', () => {
  for (let lost = 0; lost < 20; lost += 1) {
    const pair = new PppPair({}, { authentication: ['PAP'] });
    pair.start();
    for (let i = 0; pair.queue.length > 0 || i <= lost; i += 1) {
      if (i === lost) pair.queue.shift();
      else if (!pair.deliver()) break;
    }
    while (pair.expireNext()) expect(pair.settle()).toBe(true);
    expect(failure(pair)).toBeUndefined();
    expect(opened(pair).length).toBeGreaterThan(0);
    expect(pair.serverEvents.at(-1)).toMatchObject({ kind: 'opened' });
  }
});

test('an echo is answered', () => {
  const pair = settled();
  pair.echo();
  pair.settle();
  expect(pair.clientEvents.at(-1)).toMatchObject({ kind: 'echo-reply' });
});

describe('IPv6', () => {
  const ipv6 = (pair: PppPair) =>
    [...pair.clientEvents, ...pair.serverEvents].filter(({ kind }) => kind.startsWith('ipv6'));

  test.each(QUIRK_SETS)('with %s both sides agree on two identifiers', (_, quirks) => {
    const pair = settled({}, { quirks, ipv6: { isFree: () => true } });
    const [client, server] = ipv6(pair);
    expect(client).toMatchObject({ kind: 'ipv6-up' });
    expect(server).toMatchObject({ kind: 'ipv6-up' });
    const ours = client?.kind === 'ipv6-up' ? client.identifier : undefined;
    expect(server).toMatchObject({ peerIdentifier: ours });
    expect(server).not.toMatchObject({ identifier: ours });
    expect(opened(pair)).toHaveLength(1);
    expect(runningTimers(pair)).toBe(0);
  });

  /** The first identifier is the same for all. */
  function alikeAtFirst(seed: number): (length: number) => Uint8Array {
    const random = seededRandom(seed);
    let isFirst = true;
    return (length) => {
      if (length !== 8 || !isFirst) return random(length);
      isFirst = false;
      return new Uint8Array(8).fill(7);
    };
  }

  test('also when both have the same in mind, or another client has it', () => {
    const taken: Uint8Array[] = [];
    for (let i = 0; i < 2; i += 1) {
      const isFree = (wanted: Uint8Array): boolean => !taken.some((one) => Buffer.compare(one, wanted) === 0);
      const pair = settled(
        { random: alikeAtFirst(2 * i) },
        { random: alikeAtFirst(2 * i + 1), ipv6: { isFree } },
      );
      const up = pair.serverEvents.find((event) => event.kind === 'ipv6-up');
      expect(up).toBeDefined();
      if (up === undefined) return;
      expect(up.identifier).not.toEqual(up.peerIdentifier);
      expect(isFree(up.peerIdentifier)).toBe(true);
      taken.push(up.peerIdentifier);
    }
  });

  test('a router without it, and a link of less than 1280 bytes, have none', () => {
    for (const pair of [settled({}, {}), settled({ mru: 1279 }, { ipv6: { isFree: () => true } })]) {
      expect(ipv6(pair)).toEqual([]);
      expect(opened(pair)).toHaveLength(1);
      expect(runningTimers(pair)).toBe(0);
    }
  });
});
