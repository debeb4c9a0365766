import { describe, expect, test } from 'vitest';
import { encodeIcmpv6 } from '../shared/ip/icmpv6.ts';
import { encodeIpv6 } from '../shared/ip/ipv6.ts';
import { linkLocalAddress, parseIpv6Address } from '../shared/ip/ipv6-address.ts';
import { encodeRouterSolicitation, parseRouterAdvertisement } from '../shared/ip/neighbour-discovery.ts';
import { Ipv6Network } from './ipv6-network.ts';
import { Ipv6Sessions } from './lan/ipv6-sessions.ts';
import type { Lan, LanSession } from './lan/lan.ts';
import { TunnelIpv6 } from './tunnel-ipv6.ts';

const network = (): Ipv6Network => new Ipv6Network('2001:db8:240::/64');
const ROUTER = bytes('2001:db8:240::1');

function bytes(text: string): Uint8Array {
  const address = parseIpv6Address(text);
  if (address === undefined) throw new Error(text);
  return address;
}

const identifier = (last: number): Uint8Array => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, last);

interface Client {
  readonly ipv6: TunnelIpv6 | undefined;
  readonly got: Uint8Array[];
  say(packet: Uint8Array): void;
}

function dialIn(
  own: number,
  where: { network?: Ipv6Network; lan?: Lan; due?: boolean; mtu?: number } = {},
): Client {
  const got: Uint8Array[] = [];
  const ipv6 = TunnelIpv6.open({
    network: where.network ?? network(),
    lan: where.lan,
    identifier: identifier(0xfe),
    peerIdentifier: identifier(own),
    session: {
      mtu: where.mtu ?? 1442,
      secondStep: { due: () => where.due === true, ifno: 1, submit: () => false },
      send: (packet, start, end) => got.push(packet.slice(start, end)) > 0,
    },
  });
  return { ipv6, got, say: (packet) => ipv6?.receive(packet, 0, packet.length) };
}

/** A LAN of tunnels; what is for none of them is kept. */
function lanOfTunnels() {
  const beyond: Uint8Array[] = [];
  const sessions = new Ipv6Sessions(ROUTER, {
    forward: (packet, start, end) => beyond.push(packet.slice(start, end)),
    drained: () => {},
    detached: () => {},
  });
  const lan: Lan = {
    attach: () => {
      throw new Error('IPv6 alone');
    },
    attachIpv6: (session: LanSession) => sessions.attach(session),
    close: async () => {},
  };
  return { lan, beyond, sessions };
}

const udp = (from: string, to: string, length = 100): Uint8Array =>
  encodeIpv6({ source: bytes(from), destination: bytes(to), nextHeader: 17 }, new Uint8Array(length));
const ping = (from: string, to: string): Uint8Array =>
  encodeIcmpv6(bytes(from), bytes(to), Uint8Array.of(128, 0, 0, 0, 0, 1, 0, 1));

test('a client hears of the network at once and when it asks; no other client can have its address', () => {
  const shared = network();
  const client = dialIn(7, { network: shared });
  expect(client.ipv6?.address).toBe('2001:db8:240::7');
  expect(dialIn(7, { network: shared }).ipv6).toBeUndefined();
  expect([shared.isFree(identifier(7)), shared.isFree(identifier(1)), shared.isFree(identifier(8))]).toEqual([
    false,
    false,
    true,
  ]);
  client.say(encodeRouterSolicitation(linkLocalAddress(identifier(7))));
  expect(client.got).toHaveLength(2);
  for (const packet of client.got) {
    expect(parseRouterAdvertisement(packet, 0, packet.length)).toMatchObject({
      prefixes: [{ prefix: bytes('2001:db8:240::'), prefixLength: 64, autonomous: true }],
    });
  }
  client.ipv6?.close();
  expect(shared.isFree(identifier(7))).toBe(true);
});

test('without a LAN of IPv6 there is the router, and nothing behind it', () => {
  const client = dialIn(7);
  client.got.length = 0;
  client.say(ping('2001:db8:240::7', '2001:db8:240::1'));
  client.say(ping('2001:db8:240::7', '2001:db8::1'));
  expect(client.got.map((packet) => [packet[40], packet[41]])).toEqual([
    [129, 0],
    [1, 0],
  ]);
});

describe('on a LAN', () => {
  test('tunnels reach each other and what lies beyond, each for its own address only', () => {
    const { lan, beyond } = lanOfTunnels();
    const [one, two] = [dialIn(7, { lan }), dialIn(8, { lan })];
    two.got.length = 0;
    const allowed = [udp('2001:db8:240::7', '2001:db8:240::8'), udp('2001:db8:240::7', '2001:db8::1')];
    const forbidden = [
      udp('2001:db8:240::8', '2001:db8::1'),
      udp('fe80::7', '2001:db8::1'),
      udp('2001:db8:240::7', 'fe80::8'),
      udp('2001:db8:240::7', 'ff05::2'),
      udp('2001:db8:240::7', '2001:db8::1').slice(0, -1),
    ];
    for (const packet of [...forbidden, ...allowed]) one.say(packet);
    expect([two.got, beyond]).toEqual([allowed.slice(0, 1), allowed.slice(1)]);
  });

  test('addresses that differ in their upper half alone are different clients', () => {
    const { lan, sessions } = lanOfTunnels();
    const one = dialIn(7, { lan });
    const two = dialIn(7, { lan, network: new Ipv6Network('2001:db8:241::/64') });
    const packet = udp('2001:db8::1', '2001:db8:241::7');
    sessions.route(packet, 0, packet.length);
    expect([one.got.at(-1)?.length, two.got.at(-1)]).toEqual([88, packet]);
    two.ipv6?.close();
    expect(sessions.find(bytes('2001:db8:241::7'), 0)).toBeUndefined();
    expect(sessions.find(bytes('2001:db8:240::7'), 0)).toBeDefined();
  });

  test('while the second step is due nothing is reached and nothing comes', () => {
    const { lan, beyond, sessions } = lanOfTunnels();
    const client = dialIn(7, { lan, due: true });
    client.got.length = 0;
    client.say(udp('2001:db8:240::7', '2001:db8::1'));
    const packet = udp('2001:db8::1', '2001:db8:240::7');
    sessions.route(packet, 0, packet.length);
    expect([client.got, beyond]).toEqual([[], []]);
  });

  test('the sender of a packet that is too long for a tunnel is told', () => {
    const { lan, beyond, sessions } = lanOfTunnels();
    const client = dialIn(7, { lan, mtu: 1300 });
    client.got.length = 0;
    const packet = udp('2001:db8::1', '2001:db8:240::7', 1300);
    sessions.route(packet, 0, packet.length);
    expect(client.got).toEqual([]);
    expect(beyond).toHaveLength(1);
    expect(Array.from(beyond[0]?.subarray(8, 42) ?? [])).toEqual([...ROUTER, ...bytes('2001:db8::1'), 2, 0]);
    expect(Array.from(beyond[0]?.subarray(44, 48) ?? [])).toEqual([0, 0, 1300 >>> 8, 1300 & 0xff]);
  });
});
