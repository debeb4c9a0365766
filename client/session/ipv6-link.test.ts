import { describe, expect, test } from 'vitest';
import { linkLocalAddress, parseIpv6Address } from '../../shared/ip/ipv6-address.ts';
import { encodeIcmpv6 } from '../../shared/ip/icmpv6.ts';
import {
  type PrefixInformation,
  encodeRouterAdvertisement,
  isRouterSolicitation,
} from '../../shared/ip/neighbour-discovery.ts';
import { Ipv6Link } from './ipv6-link.ts';

const OURS = Uint8Array.of(0x0c, 0, 0, 0, 0, 0, 0, 0x11);
const ROUTER = linkLocalAddress(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1));
const PREFIX: PrefixInformation = {
  prefix: parseIpv6Address('2001:db8:240:7::') ?? new Uint8Array(16),
  prefixLength: 64,
  onLink: true,
  autonomous: true,
  validLifetime: 86_400,
  preferredLifetime: 14_400,
};

function make() {
  const sent: Uint8Array[] = [];
  const timers = new Map<number, () => void>();
  const link = new Ipv6Link({
    send: (packet) => sent.push(packet),
    startTimer: (milliseconds, callback) => {
      timers.set(milliseconds, callback);
      return () => timers.delete(milliseconds);
    },
  });
  const receive = (packet: Uint8Array): boolean => link.receive(packet, 0, packet.length);
  return {
    link,
    sent,
    timers,
    receive,
    advertise: (changes: Partial<PrefixInformation> = {}, routerLifetime = 1800) =>
      receive(encodeRouterAdvertisement(ROUTER, { routerLifetime, prefixes: [{ ...PREFIX, ...changes }] })),
    expire(milliseconds: number): void {
      const callback = timers.get(milliseconds);
      timers.delete(milliseconds);
      callback?.();
    },
  };
}

test('solicits at once, and makes its address of the advertised network', async () => {
  const it = make();
  expect(it.link.up(OURS)).toBe(true);
  const [solicitation] = it.sent;
  expect(solicitation && isRouterSolicitation(solicitation, 0, solicitation.length)).toBe(true);
  expect(solicitation?.slice(8, 24)).toEqual(linkLocalAddress(OURS));
  expect(it.advertise()).toBe(true);
  expect(await it.link.ask()).toEqual({
    address: '2001:db8:240:7:c00::11',
    network: '2001:db8:240:7::/64',
    isDefaultRouter: true,
  });
  expect(it.timers.size).toBe(0);
});

test('a router that does not answer is asked again, and given up after two seconds', async () => {
  const it = make();
  it.link.up(OURS);
  const asked = it.link.ask();
  it.expire(700);
  expect(it.sent).toHaveLength(3);
  it.expire(2000);
  expect(await asked).toBeUndefined();
  expect(it.timers.size).toBe(0);
});

test('asked before IPV6CP is opened, it waits for that too', async () => {
  const it = make();
  const asked = it.link.ask();
  expect(it.sent).toEqual([]);
  it.link.up(OURS);
  it.advertise({}, 0);
  expect(await asked).toMatchObject({ isDefaultRouter: false });
});

test.each<[string, Partial<PrefixInformation>]>([
  ['of which hosts may make no address', { autonomous: false }],
  ['of another length', { prefixLength: 56 }],
  ['that is over', { preferredLifetime: 0, validLifetime: 0 }],
  ['with a longer preferred than valid lifetime', { preferredLifetime: 86_401 }],
  ["of the link's own", { prefix: linkLocalAddress(new Uint8Array(8)) }],
  ['of multicast', { prefix: parseIpv6Address('ff05::') ?? new Uint8Array(16) }],
])('a network %s gives no address', async (_, changes) => {
  const it = make();
  it.link.up(OURS);
  expect(it.advertise(changes)).toBe(true);
  const asked = it.link.ask();
  it.link.close();
  expect(await asked).toBeUndefined();
  expect(it.timers.size).toBe(0);
});

describe('afterwards', () => {
  test('the same identifier keeps the address, another one loses it', async () => {
    const it = make();
    it.link.up(OURS);
    it.advertise();
    await it.link.ask();
    it.link.down();
    expect(it.link.up(new Uint8Array(OURS))).toBe(true);
    expect(it.link.up(OURS.with(7, 0x12))).toBe(false);
  });

  test('before anybody has asked, another identifier only means another address', async () => {
    const it = make();
    it.link.up(OURS);
    it.advertise();
    it.link.down();
    expect(it.link.up(OURS.with(7, 0x12))).toBe(true);
    it.advertise();
    expect(await it.link.ask()).toMatchObject({ address: '2001:db8:240:7:c00::12' });
  });

  test('neighbour discovery is kept from the device, other packets are not while the link is up', () => {
    const it = make();
    const echo = encodeIcmpv6(ROUTER, linkLocalAddress(OURS), Uint8Array.of(128, 0, 0, 0, 0, 1, 0, 1));
    const redirect = encodeIcmpv6(ROUTER, linkLocalAddress(OURS), new Uint8Array(40).fill(137, 0, 1), 255);
    expect([it.receive(echo), it.receive(redirect)]).toEqual([true, true]);
    it.link.up(OURS);
    expect([it.receive(echo), it.receive(redirect)]).toEqual([false, true]);
    it.link.down();
    expect(it.receive(echo)).toBe(true);
  });

  test('a router that asks whether we are still there is told', async () => {
    const it = make();
    it.link.up(OURS);
    it.advertise();
    await it.link.ask();
    it.sent.length = 0;
    for (const target of ['fe80::c00:0:0:11', '2001:db8:240:7:c00::11', '2001:db8:240:7::1']) {
      const message = new Uint8Array(24);
      message[0] = 135;
      message.set(parseIpv6Address(target) ?? [], 8);
      it.receive(encodeIcmpv6(ROUTER, linkLocalAddress(OURS), message, 255));
    }
    expect(it.sent.map((packet) => packet[40])).toEqual([136, 136]);
  });
});
