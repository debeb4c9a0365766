import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { internetChecksum } from './checksum.ts';
import { writeUint16 } from './byte-order.ts';
import {
  encodeIcmpEcho,
  encodeIcmpUnreachable,
  parseIcmpEcho,
  parseIcmpUnreachable,
  UnreachableCode,
} from './icmp.ts';
import { encodeIpv4, ipv4Destination, ipv4PayloadStart, ipv4Source, parseIpv4 } from './ipv4.ts';
import { encodeResetFor, encodeTcp, parseTcp, TcpFlag } from './tcp-segment.ts';
import { encodeUdp, parseUdp } from './udp.ts';

const CLIENT = 0xc0a8f079;
const GATEWAY = 0xc0a8f001;
const address = fc.integer({ min: 1, max: 0xdfffffff });
const port = fc.integer({ min: 0, max: 0xffff });
const sequence = fc.integer({ min: 0, max: 0xffffffff });
const data = fc.uint8Array({ maxLength: 200 });

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

function parsed(packet: Uint8Array) {
  const header = parseIpv4(packet, 0, packet.length);
  if (header === undefined) {
    throw new Error('not an IPv4 packet');
  }
  return header;
}

/** Puts a packet's header checksum right after a change. */
function mended(packet: Uint8Array): Uint8Array {
  writeUint16(packet, 10, 0);
  writeUint16(packet, 10, internetChecksum(packet, 0, ((packet[0] ?? 0) & 15) * 4));
  return packet;
}

describe('IPv4', () => {
  test('an echo request, byte by byte', () => {
    const packet = hex('45000024 00004000 4001d90c c0a8f079 c0a8f001 08005435 12340001 61626364 65666768');
    const fields = {
      source: CLIENT,
      destination: GATEWAY,
      kind: 'request',
      identifier: 0x1234,
      sequence: 1,
    } as const;
    expect(encodeIcmpEcho(fields, hex('6162636465666768'))).toEqual(packet);
  });

  test('options are tolerated, padding behind the total length is left out', () => {
    const packet = mended(hex('4600 001a 0000 0000 4011 0000 0a000001 0a000002 94040000 aabb ffffffff'));
    expect(parsed(packet)).toMatchObject({ payloadStart: 24, payloadEnd: 26, fragment: false });
  });

  test('fragments are recognised', () => {
    const first = mended(hex('4500 0018 0001 2000 4011 0000 0a000001 0a000002 00000000'));
    const later = mended(hex('4500 0018 0001 0003 4011 0000 0a000001 0a000002 00000000'));
    expect(parsed(first)).toMatchObject({ fragment: true, fragmentOffset: 0 });
    expect(parsed(later)).toMatchObject({ fragment: true, fragmentOffset: 24 });
  });

  test.each([
    ['empty', ''],
    ['too short', '4500 0013 0000 0000 4011 0000 0a000001 0a0000'],
    ['IPv6', '6500 0014 0000 0000 4011 0000 0a000001 0a000002'],
    ['header shorter than 20', '4400 0014 0000 0000 4011 0000 0a000001 0a000002'],
    ['header behind the end', '4600 0018 0000 0000 4011 0000 0a000001 0a000002'],
    ['total length inside the header', '4500 0013 0000 0000 4011 0000 0a000001 0a000002'],
    ['total length behind the end', '4500 0015 0000 0000 4011 0000 0a000001 0a000002'],
  ])('%s is none', (_, text) => {
    const packet = hex(text);
    if (packet.length >= 20) {
      mended(packet);
    }
    expect(ipv4PayloadStart(packet, 0, packet.length)).toBe(-1);
    expect(parseIpv4(packet, 0, packet.length)).toBeUndefined();
  });

  test('a wrong checksum is none', () => {
    const packet = encodeIpv4({ source: CLIENT, destination: GATEWAY, protocol: 17 }, new Uint8Array(4));
    packet[8] = 63;
    expect(parseIpv4(packet, 0, packet.length)).toBeUndefined();
  });

  test('decode(encode(x)) = x, anywhere in a buffer', () => {
    fc.assert(
      fc.property(
        address,
        address,
        fc.nat(255),
        data,
        fc.nat(9),
        (source, destination, protocol, payload, at) => {
          const packet = encodeIpv4({ source, destination, protocol }, payload);
          const buffer = new Uint8Array(at + packet.length + 5);
          buffer.set(packet, at);
          const header = parseIpv4(buffer, at, buffer.length);
          expect(header).toMatchObject({ source, destination, protocol, fragment: false, start: at });
          expect(header && buffer.slice(header.payloadStart, header.payloadEnd)).toEqual(payload);
          expect([ipv4Source(buffer, at), ipv4Destination(buffer, at)]).toEqual([source, destination]);
        },
      ),
    );
  });
});

describe('ICMP', () => {
  test('echo: decode(encode(x)) = x', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('request', 'reply'),
        port,
        port,
        data,
        (kind, identifier, sequence, payload) => {
          const packet = encodeIcmpEcho(
            { source: CLIENT, destination: GATEWAY, kind, identifier, sequence },
            payload,
          );
          const echo = parseIcmpEcho(packet, parsed(packet));
          expect(echo).toMatchObject({ kind, identifier, sequence });
          expect(echo && packet.slice(echo.dataStart, echo.dataEnd)).toEqual(payload);
        },
      ),
    );
  });

  test('unreachable quotes the packet it is about', () => {
    const about = encodeUdp(
      { source: CLIENT, destination: 0x0a000001, sourcePort: 4444, destinationPort: 53 },
      new Uint8Array(100),
    );
    const packet = encodeIcmpUnreachable(GATEWAY, UnreachableCode.host, about, 0, about.length);
    expect(packet).toHaveLength(20 + 8 + 28);
    expect(packet && parsed(packet)).toMatchObject({ source: GATEWAY, destination: CLIENT, protocol: 1 });
    expect(packet && parseIcmpUnreachable(packet, parsed(packet))).toEqual({
      code: 1,
      source: CLIENT,
      destination: 0x0a000001,
      protocol: 17,
      sourcePort: 4444,
      destinationPort: 53,
    });
  });

  test('no error about an error, a later fragment, a broadcast, or nobody (RFC 1122 §3.2.2)', () => {
    const plain = encodeUdp(
      { source: CLIENT, destination: 0x0a000001, sourcePort: 1, destinationPort: 2 },
      new Uint8Array(8),
    );
    const error = encodeIcmpUnreachable(GATEWAY, 1, plain, 0, plain.length) ?? new Uint8Array(0);
    const laterFragment = plain.slice();
    laterFragment[7] = 1;
    const broadcast = plain.slice();
    broadcast.fill(255, 16, 20);
    const multicast = plain.slice();
    multicast[16] = 224;
    const nobody = plain.slice();
    nobody.fill(0, 12, 16);
    for (const packet of [error, laterFragment, broadcast, multicast, nobody, new Uint8Array(3)]) {
      expect(encodeIcmpUnreachable(GATEWAY, 1, packet, 0, packet.length)).toBeUndefined();
    }
    const ping = encodeIcmpEcho(
      { source: CLIENT, destination: 9, kind: 'request', identifier: 1, sequence: 1 },
      new Uint8Array(0),
    );
    expect(encodeIcmpUnreachable(GATEWAY, 1, ping, 0, ping.length)).toBeDefined();
  });
});

describe('UDP', () => {
  test('decode(encode(x)) = x; one changed bit is found', () => {
    fc.assert(
      fc.property(
        address,
        port,
        port,
        data,
        fc.nat(),
        (source, sourcePort, destinationPort, payload, seed) => {
          const packet = encodeUdp({ source, destination: GATEWAY, sourcePort, destinationPort }, payload);
          const datagram = parseUdp(packet, parsed(packet));
          expect(datagram).toMatchObject({ sourcePort, destinationPort });
          expect(datagram && packet.slice(datagram.dataStart, datagram.dataEnd)).toEqual(payload);
          const at = 20 + (seed % (packet.length - 20));
          packet[at] = (packet[at] ?? 0) ^ (1 << (seed % 8));
          // A bit of the length may say "not all of this": refused as well.
          expect(parseUdp(packet, parsed(packet))).toBeUndefined();
        },
      ),
    );
  });

  test('checksum 0 says that there is none (RFC 768)', () => {
    const packet = encodeUdp(
      { source: CLIENT, destination: GATEWAY, sourcePort: 1, destinationPort: 53 },
      hex('0102'),
    );
    packet[28] = 9;
    expect(parseUdp(packet, parsed(packet))).toBeUndefined();
    packet.fill(0, 26, 28);
    expect(parseUdp(packet, parsed(packet))).toMatchObject({ dataStart: 28, dataEnd: 30 });
  });
});

describe('TCP', () => {
  const fields = {
    source: CLIENT,
    destination: GATEWAY,
    sourcePort: 40000,
    destinationPort: 80,
    window: 1000,
  };

  test('decode(encode(x)) = x', () => {
    fc.assert(
      fc.property(
        sequence,
        sequence,
        fc.nat(0x3f),
        fc.option(fc.nat(0xffff), { nil: undefined }),
        data,
        (seq, acknowledgment, flags, maximumSegmentSize, payload) => {
          const packet = encodeTcp(
            {
              ...fields,
              sequence: seq,
              acknowledgment,
              flags,
              ...(maximumSegmentSize === undefined ? {} : { maximumSegmentSize }),
            },
            payload,
          );
          const segment = parseTcp(packet, parsed(packet));
          expect(segment).toMatchObject({
            sourcePort: 40000,
            destinationPort: 80,
            sequence: seq,
            acknowledgment,
            flags,
            window: 1000,
            maximumSegmentSize,
          });
          expect(segment && packet.slice(segment.dataStart, segment.dataEnd)).toEqual(payload);
        },
      ),
    );
  });

  test('options of a Linux SYN are walked over', () => {
    const segment = hex(
      '9c40 0050 00000001 00000000 a002 faf0 0000 0000 020405b4 0402 080a 00000001 00000000 01 030307',
    );
    const packet = encodeIpv4({ source: CLIENT, destination: GATEWAY, protocol: 6 }, segment);
    const pseudo =
      (CLIENT >>> 16) + (CLIENT & 0xffff) + (GATEWAY >>> 16) + (GATEWAY & 0xffff) + 6 + segment.length;
    writeUint16(packet, 36, internetChecksum(packet, 20, packet.length, pseudo));
    expect(parseTcp(packet, parsed(packet))?.maximumSegmentSize).toBe(0x5b4);
    packet[20 + 21] = 0; // an option of length 0 would never end
    writeUint16(packet, 36, 0);
    writeUint16(packet, 36, internetChecksum(packet, 20, packet.length, pseudo));
    expect(parseTcp(packet, parsed(packet))).toBeUndefined();
  });

  test('the reset for a closed port (RFC 9293 §3.10.7.1)', () => {
    const reset = (flags: number, payload: Uint8Array) => {
      const packet = encodeTcp({ ...fields, sequence: 0xffffffff, acknowledgment: 77, flags }, payload);
      const segment = parseTcp(packet, parsed(packet));
      const answer = segment && encodeResetFor(parsed(packet), segment);
      return answer && parseTcp(answer, parsed(answer));
    };
    expect(reset(TcpFlag.syn, new Uint8Array(0))).toMatchObject({
      sequence: 0,
      acknowledgment: 0,
      flags: TcpFlag.rst | TcpFlag.ack,
      sourcePort: 80,
    });
    expect(reset(TcpFlag.syn | TcpFlag.fin, new Uint8Array(3))).toMatchObject({ acknowledgment: 4 });
    expect(reset(TcpFlag.ack, new Uint8Array(3))).toMatchObject({ sequence: 77, flags: TcpFlag.rst });
    expect(reset(TcpFlag.rst, new Uint8Array(0))).toBeUndefined();
  });
});

describe('any bytes', () => {
  /** Random bytes hardly ever pass a checksum, so half of these are made to. */
  const packets = fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    fc
      .tuple(fc.constantFrom(1, 6, 17), fc.uint8Array({ maxLength: 100 }))
      .map(([protocol, payload]) =>
        encodeIpv4(
          { source: CLIENT, destination: GATEWAY, protocol },
          withTransportChecksum(protocol, payload),
        ),
      ),
  );

  test('into the parsers: a value within the bytes, or undefined, never an exception', () => {
    fc.assert(
      fc.property(packets, fc.nat(10), (packet, start) => {
        const header = parseIpv4(packet, Math.min(start, packet.length), packet.length);
        encodeIcmpUnreachable(GATEWAY, 1, packet, 0, packet.length);
        if (header === undefined) {
          return;
        }
        for (const inner of [
          parseIcmpEcho(packet, header),
          parseUdp(packet, header),
          parseTcp(packet, header),
        ]) {
          expect(inner === undefined || (inner.dataStart >= 20 && inner.dataStart <= inner.dataEnd)).toBe(
            true,
          );
          expect(inner === undefined || inner.dataEnd <= header.payloadEnd).toBe(true);
        }
        parseIcmpUnreachable(packet, header);
      }),
      { numRuns: 500 },
    );
  });
});

function withTransportChecksum(protocol: number, payload: Uint8Array): Uint8Array {
  const at = protocol === 1 ? 2 : protocol === 6 ? 16 : 6;
  if (payload.length < at + 2) {
    return payload;
  }
  const pseudo =
    protocol === 1
      ? 0
      : (CLIENT >>> 16) +
        (CLIENT & 0xffff) +
        (GATEWAY >>> 16) +
        (GATEWAY & 0xffff) +
        protocol +
        payload.length;
  payload[at] = 0;
  payload[at + 1] = 0;
  writeUint16(payload, at, internetChecksum(payload, 0, payload.length, pseudo));
  return payload;
}
