import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeUint16 } from './byte-order.ts';
import { encodeIcmpv6, encodeIcmpv6Unreachable, encodePacketTooBig, icmpv6EchoReply } from './icmpv6.ts';
import { encodeIpv6, ipv6Checksum, isIpv6 } from './ipv6.ts';
import { linkLocalAddress, parseIpv6Address } from './ipv6-address.ts';
import {
  answerNeighbourSolicitation,
  encodeRouterAdvertisement,
  encodeRouterSolicitation,
  isNeighbourDiscovery,
  isRouterSolicitation,
  parseRouterAdvertisement,
} from './neighbour-discovery.ts';

const ROUTER = linkLocalAddress(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1));
const HOST = linkLocalAddress(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2));

function bytes(text: string): Uint8Array {
  const address = parseIpv6Address(text);
  if (address === undefined) throw new Error(text);
  return address;
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

/** In the middle of something longer, as in a chunk from TLS. */
function inside(packet: Uint8Array): [Buffer, number, number] {
  return [Buffer.concat([Buffer.alloc(5, 0xaa), packet, Buffer.alloc(3, 0xbb)]), 5, 5 + packet.length];
}

const ADVERTISEMENT = {
  routerLifetime: 1800,
  prefixes: [
    {
      prefix: bytes('2001:db8:240::'),
      prefixLength: 64,
      onLink: true,
      autonomous: true,
      validLifetime: 2_592_000,
      preferredLifetime: 604_800,
    },
  ],
};

describe('Router Solicitation and Advertisement', () => {
  test('a solicitation, byte by byte', () => {
    expect(encodeRouterSolicitation(HOST)).toEqual(
      hex(`60000000 0008 3a ff fe800000000000000000000000000002 ff020000000000000000000000000002
        8500 7d35 00000000`),
    );
  });

  /** As Linux's radvd sends it: hop limit 64, no flags, an MTU option, a prefix, the sender's link-layer address. */
  test('an advertisement with options that we do not need', () => {
    const message = hex(`86000000 40 00 0708 00000000 00000000
      0501 0000 000005dc
      0304 40c0 00278d00 00093a80 00000000 20010db8024000000000000000000000
      0101 0200 5e000001`);
    const packet = encodeIcmpv6(ROUTER, bytes('ff02::1'), message, 255);
    expect(parseRouterAdvertisement(...inside(packet))).toEqual(ADVERTISEMENT);
  });

  test('what is encoded is what is read', () => {
    const seconds = fc.integer({ min: 0, max: 0xffff_ffff });
    const prefix = fc.record({
      prefix: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      prefixLength: fc.integer({ min: 0, max: 255 }),
      onLink: fc.boolean(),
      autonomous: fc.boolean(),
      validLifetime: seconds,
      preferredLifetime: seconds,
    });
    const what = fc.record({
      routerLifetime: fc.integer({ min: 0, max: 0xffff }),
      prefixes: fc.array(prefix, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(what, (advertisement) => {
        const packet = encodeRouterAdvertisement(ROUTER, advertisement);
        expect(parseRouterAdvertisement(...inside(packet))).toEqual(advertisement);
      }),
    );
  });

  test.each<[string, (packet: Uint8Array) => Uint8Array]>([
    ['that came over a router', (packet) => packet.with(7, 254)],
    ['not from the link', (packet) => remade(packet, bytes('2001:db8::1'))],
    ['with a wrong checksum', (packet) => packet.with(60, (packet[60] ?? 0) ^ 1)],
    ['with another code', (packet) => packet.with(41, 1)],
    ['with an option of no length', (packet) => remade(packet, ROUTER, (message) => message.with(17, 0))],
    ['with an option that leaves it', (packet) => remade(packet, ROUTER, (message) => message.with(17, 5))],
    ['cut off', (packet) => packet.slice(0, -8)],
  ])('an advertisement %s is thrown away', (_, change) => {
    const packet = change(encodeRouterAdvertisement(ROUTER, ADVERTISEMENT));
    expect(parseRouterAdvertisement(packet, 0, packet.length)).toBeUndefined();
  });

  function remade(
    packet: Uint8Array,
    source: Uint8Array,
    change: (message: Uint8Array) => Uint8Array = (message) => message,
  ): Uint8Array {
    return encodeIcmpv6(source, bytes('ff02::1'), change(packet.slice(40)), 255);
  }

  test('a solicitation is told from an advertisement', () => {
    expect(isRouterSolicitation(...inside(encodeRouterSolicitation(HOST)))).toBe(true);
    expect(isRouterSolicitation(...inside(encodeRouterAdvertisement(ROUTER, ADVERTISEMENT)))).toBe(false);
    expect(parseRouterAdvertisement(...inside(encodeRouterSolicitation(HOST)))).toBeUndefined();
  });
});

describe('Neighbour Solicitation', () => {
  const ask = (target: Uint8Array, from: Uint8Array): Uint8Array => {
    const message = new Uint8Array(24);
    message[0] = 135;
    message.set(target, 8);
    return encodeIcmpv6(from, target, message, 255);
  };

  test('for our address is answered from it', () => {
    const answer = answerNeighbourSolicitation(...inside(ask(HOST, ROUTER)), [bytes('::7'), HOST]);
    expect(answer).toBeDefined();
    if (answer === undefined) return;
    expect(ipv6Checksum(answer, 0, answer.length)).toBe(0);
    expect(Array.from(answer.subarray(7, 40))).toEqual([255, ...HOST, ...ROUTER]);
    expect([answer[40], answer[44]]).toEqual([136, 0x60]);
    expect(answer.slice(48)).toEqual(HOST);
  });

  test('for another, or of a host that has no address yet, is not', () => {
    expect(answerNeighbourSolicitation(...inside(ask(bytes('fe80::9'), ROUTER)), [HOST])).toBeUndefined();
    expect(answerNeighbourSolicitation(...inside(ask(HOST, bytes('::'))), [HOST])).toBeUndefined();
  });

  test('all of it is kept from the device, and nothing else', () => {
    expect(isNeighbourDiscovery(ask(HOST, ROUTER), 0)).toBe(true);
    expect(isNeighbourDiscovery(encodeRouterAdvertisement(ROUTER, ADVERTISEMENT), 0)).toBe(true);
    const echo = encodeIcmpv6(ROUTER, HOST, Uint8Array.of(128, 0, 0, 0, 0, 1, 0, 1));
    expect(isNeighbourDiscovery(echo, 0)).toBe(false);
  });
});

describe('ICMPv6', () => {
  const SENDER = bytes('2001:db8::5');
  const FAR = bytes('2001:db8:1::9');
  const udp = (length: number, from = SENDER, to = FAR): Uint8Array =>
    encodeIpv6({ source: from, destination: to, nextHeader: 17 }, new Uint8Array(length).fill(7));

  test('Packet Too Big quotes what fits in 1280 bytes', () => {
    for (const length of [10, 1400]) {
      const packet = udp(length);
      const told = encodePacketTooBig(FAR, ...inside(packet), 1350);
      expect(told).toBeDefined();
      if (told === undefined) return;
      expect(isIpv6(told, 0, told.length)).toBe(true);
      expect(ipv6Checksum(told, 0, told.length)).toBe(0);
      expect(told.slice(8, 40)).toEqual(Uint8Array.of(...FAR, ...SENDER));
      expect(told.slice(40, 42)).toEqual(Uint8Array.of(2, 0));
      expect(told.slice(44, 48)).toEqual(Uint8Array.of(0, 0, 1350 >>> 8, 1350 & 0xff));
      expect(told.slice(48)).toEqual(packet.slice(0, 1280 - 48));
    }
  });

  test('none is made about an error, for nobody, or about a multicast that leads nowhere', () => {
    const error = encodePacketTooBig(FAR, udp(10), 0, 50, 1280) ?? new Uint8Array();
    const about = (packet: Uint8Array) => encodeIcmpv6Unreachable(FAR, 3, packet, 0, packet.length);
    expect(about(error)).toBeUndefined();
    expect(about(udp(10, bytes('::')))).toBeUndefined();
    expect(about(udp(10, SENDER, bytes('ff02::1')))).toBeUndefined();
    expect(about(udp(10).slice(0, 39))).toBeUndefined();
    expect(about(udp(10))?.slice(40, 42)).toEqual(Uint8Array.of(1, 3));
    expect(about(encodeIcmpv6(SENDER, FAR, Uint8Array.of(128, 0, 0, 0, 0, 1, 0, 1)))).toBeDefined();
  });

  test('an echo request is answered, a damaged one is not', () => {
    const request = encodeIcmpv6(SENDER, FAR, Uint8Array.of(128, 0, 0, 0, 0, 1, 0, 2, 9, 9, 9));
    const reply = icmpv6EchoReply(...inside(request));
    expect(reply?.slice(8, 41)).toEqual(Uint8Array.of(...FAR, ...SENDER, 129));
    expect(reply?.slice(44)).toEqual(request.slice(44));
    const damaged = new Uint8Array(request);
    writeUint16(damaged, 48, 0);
    expect(icmpv6EchoReply(damaged, 0, damaged.length)).toBeUndefined();
    expect(icmpv6EchoReply(udp(20), 0, 60)).toBeUndefined();
  });
});
