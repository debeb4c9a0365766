import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readUint16, readUint32, writeUint16 } from '../shared/ip/byte-order.ts';
import { internetChecksum } from '../shared/ip/checksum.ts';
import { Segmenter } from './segmentation.ts';
import { isIntact, superpacket, tcpPacket, transportStart } from './testing/packets.ts';
import { GSO_ECN, GsoType } from './virtio-header.ts';

function cut(whole: Uint8Array, mtu = 65_535, offset = 0): Uint8Array[] | undefined {
  const source = new Uint8Array(offset + whole.length);
  source.set(whole, offset);
  const segmenter = new Segmenter();
  if (!segmenter.load(source, offset, source.length, mtu)) {
    return segmenter.nextLength === 0 ? undefined : [];
  }
  const packets: Uint8Array[] = [];
  while (segmenter.nextLength > 0) {
    const length = segmenter.nextLength;
    const target = new Uint8Array(3 + length + 5).fill(0xab);
    segmenter.writeNext(target, 3);
    expect([...target.subarray(0, 3), ...target.subarray(3 + length)]).toEqual(Array(8).fill(0xab));
    packets.push(target.slice(3, 3 + length));
  }
  return packets;
}

const payloadOf = (packet: Uint8Array): Uint8Array => {
  const start = transportStart(packet);
  return packet.subarray(start + ((packet[start + 12] ?? 0) >>> 4) * 4);
};

const words = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const tcp = fc.record({
  version: fc.constantFrom(4 as const, 6 as const),
  sequence: fc.nat(0xffff_ffff),
  flags: fc.nat(255),
  window: fc.nat(65_535),
  urgent: fc.oneof(fc.constant(0), fc.nat(3000)),
  identification: fc.nat(65_535),
  tos: fc.nat(255),
  ipOptions: fc.oneof(words(0), words(4), words(40)),
  tcpOptions: fc.oneof(words(0), words(12), words(40)),
  payload: fc.uint8Array({ minLength: 1, maxLength: 4000 }),
});

describe('TCP', () => {
  test('segments carry the whole payload once, each with right lengths, checksums, numbers and flags', () => {
    fc.assert(
      fc.property(
        tcp,
        fc.integer({ min: 1, max: 1500 }),
        fc.integer({ min: 130, max: 1500 }),
        fc.nat(3),
        (fields, size, mtu, offset) => {
          const packet = tcpPacket(fields);
          const type =
            (fields.version === 4 ? GsoType.tcp4 : GsoType.tcp6) |
            ((fields.flags & 0x80) === 0 ? 0 : GSO_ECN);
          const packets = cut(superpacket(packet, type, size), mtu, offset) ?? [];
          const headers = packet.length - fields.payload.length;
          const step = Math.min(size, mtu - headers);
          expect(packets.length).toBe(Math.ceil(fields.payload.length / step));
          expect(Buffer.concat(packets.map(payloadOf)).equals(fields.payload)).toBe(true);
          packets.forEach((segment, i) => {
            expect(isIntact(segment)).toBe(true);
            expect(segment.length).toBeLessThanOrEqual(mtu);
            const start = transportStart(segment);
            expect(readUint32(segment, start + 4)).toBe((fields.sequence + i * step) % 2 ** 32);
            const isLast = i === packets.length - 1;
            const common = fields.flags & ~0x20 & (isLast ? 255 : ~0x09) & (i === 0 ? 255 : ~0x80);
            expect((segment[start + 13] ?? 0) & ~0x20).toBe(common);
            expect(
              fields.version === 6 || readUint16(segment, 4) === ((fields.identification + i) & 0xffff),
            ).toBe(true);
            // All that segments have in common is as it was.
            expect(segment.subarray(start + 20, segment.length - payloadOf(segment).length)).toEqual(
              fields.tcpOptions,
            );
            expect(readUint16(segment, start + 14)).toBe(fields.window);
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  test('the urgent pointer stays at the same byte', () => {
    const packet = tcpPacket({ flags: 0x30, urgent: 25, payload: new Uint8Array(100) });
    const packets = cut(superpacket(packet, GsoType.tcp4, 10)) ?? [];
    expect(packets.map((p) => ((p[33] ?? 0) & 0x20) >>> 5)).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(packets.slice(0, 3).map((p) => readUint16(p, 38))).toEqual([25, 15, 5]);
    expect(packets.every(isIntact)).toBe(true);
  });

  test('IPv6 extension headers are repeated', () => {
    const plain = tcpPacket({ version: 6, payload: Uint8Array.from({ length: 50 }, (_, i) => i) });
    const options = Uint8Array.of(6, 0, 1, 4, 0, 0, 0, 0);
    const packet = Uint8Array.of(...plain.subarray(0, 40), ...options, ...plain.subarray(40));
    packet[6] = 0;
    writeUint16(packet, 4, packet.length - 40);
    const whole = superpacket(plain, GsoType.tcp6, 20);
    const joined = Uint8Array.of(...whole.subarray(0, 10), ...packet);
    joined[6] = 48;
    const packets = cut(joined) ?? [];
    expect(packets.map((p) => p.length)).toEqual([88, 88, 78]);
    for (const segment of packets) {
      expect(segment.subarray(40, 48)).toEqual(options);
      expect(readUint16(segment, 4)).toBe(segment.length - 40);
      const bare = Uint8Array.of(...segment.subarray(0, 40), ...segment.subarray(48));
      bare[6] = 6;
      writeUint16(bare, 4, bare.length - 40);
      expect(isIntact(bare)).toBe(true);
    }
  });
});

describe('UDP', () => {
  test('each datagram has its own length and a checksum that is never zero', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 3000 }),
        fc.integer({ min: 1, max: 1400 }),
        fc.constantFrom(4 as const, 6 as const),
        (payload, size, version) => {
          const udp = version === 4 ? 20 : 40;
          const packets = cut(superpacket(udpPacket(payload, version), GsoType.udp, size)) ?? [];
          expect(packets.length).toBe(Math.ceil(payload.length / size));
          expect(Buffer.concat(packets.map((p) => p.subarray(udp + 8))).equals(payload)).toBe(true);
          for (const packet of packets) {
            expect(isIntact(packet)).toBe(true);
            expect(readUint16(packet, udp + 4)).toBe(packet.length - udp);
            expect(readUint16(packet, udp + 6)).not.toBe(0);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  function udpPacket(payload: Uint8Array, version: 4 | 6): Uint8Array {
    const header = version === 4 ? 20 : 40;
    const network = tcpPacket({ version, payload }).slice(0, header);
    network[version === 4 ? 9 : 6] = 17;
    const udp = Uint8Array.of(...network, 1, 2, 3, 4, 0, 0, 0, 0, ...payload);
    writeUint16(udp, header + 4, udp.length - header);
    if (version === 6) {
      writeUint16(udp, 4, udp.length - header);
      return udp;
    }
    writeUint16(udp, 2, udp.length);
    writeUint16(udp, 10, 0);
    writeUint16(udp, 10, internetChecksum(udp, 0, 20));
    return udp;
  }
});

describe('plain packets', () => {
  test('pass byte for byte, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 200 }), (packet) => {
        expect(cut(Uint8Array.of(...new Uint8Array(10), ...packet))).toEqual([packet]);
      }),
    );
  });

  test('a checksum that the kernel left open is completed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (payload) => {
        const packet = tcpPacket({ payload });
        expect(cut(superpacket(packet, GsoType.none, 0))).toEqual([packet]);
      }),
    );
  });
});

test('headers that contradict each other give nothing or packets, never an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(1500), (bytes, mtu) => {
      const packets = cut(bytes, mtu);
      for (const packet of packets ?? []) expect(packet.length).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 1000 },
  );
});
