import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readUint32, writeUint16 } from '../shared/ip/byte-order.ts';
import { Coalescer } from './coalescing.ts';
import { Segmenter } from './segmentation.ts';
import { isIntact, tcpPacket } from './testing/packets.ts';
import { virtioGsoType } from './virtio-header.ts';

/** Pushes packets from one buffer that is used again; `null` = the end of a turn. Gives what was written. */
function coalesce(packets: readonly (Uint8Array | null)[]): Uint8Array[] {
  const written: Uint8Array[] = [];
  const coalescer = new Coalescer((bytes, start, end) =>
    written.push(new Uint8Array(bytes.subarray(start, end))),
  );
  const reused = new Uint8Array(70_000);
  for (const packet of packets) {
    if (packet === null) {
      coalescer.flush();
      continue;
    }
    reused.fill(0xcc, 0, packet.length + 20);
    reused.set(packet, 7);
    coalescer.push(reused, 7, 7 + packet.length);
  }
  coalescer.flush();
  expect(coalescer.holds).toBe(false);
  return written;
}

/** What the kernel makes of it: superpackets cut up again. */
function cutAll(written: readonly Uint8Array[]): Uint8Array[] {
  const segmenter = new Segmenter();
  const packets: Uint8Array[] = [];
  for (const whole of written) {
    expect(segmenter.load(whole.slice(), 0, whole.length, 65_535)).toBe(true);
    while (segmenter.nextLength > 0) {
      const packet = new Uint8Array(segmenter.nextLength);
      segmenter.writeNext(packet, 0);
      packets.push(packet);
    }
  }
  return packets;
}

/** The identification of a packet that may not be fragmented means nothing (RFC 6864 §4.1). */
function withoutIdentification(packet: Uint8Array): Uint8Array {
  const copy = packet.slice();
  if ((copy[0] ?? 0) >>> 4 === 4 && isIntact(copy) && ((copy[6] ?? 0) & 0x40) !== 0) {
    writeUint16(copy, 4, 0);
    writeUint16(copy, 10, 0);
  }
  return copy;
}

/** Enough to tell flows apart, also those that cannot be joined: version and addresses. */
function flowOf(packet: Uint8Array): string {
  return (packet[0] ?? 0) >>> 4 === 6 ? `6 ${packet[23]}` : `4 ${packet[15]}`;
}

function byFlow(packets: readonly Uint8Array[]): Record<string, Uint8Array[]> {
  const flows: Record<string, Uint8Array[]> = {};
  for (const packet of packets) (flows[flowOf(packet)] ??= []).push(withoutIdentification(packet));
  return flows;
}

interface Step {
  readonly flow: number;
  readonly size: number;
  readonly oddity: string;
  readonly at: number;
}

const ODDITIES = [
  'none',
  'none',
  'none',
  'none',
  'none',
  'none',
  'none',
  'push',
  'gap',
  'again',
  'corrupt',
  'fin',
  'syn',
  'urgent',
  'ece',
  'cwr',
  'tos',
  'ttl',
  'window',
  'acknowledgement',
  'options',
  'ip-options',
  'fragment',
  'first-fragment',
  'may-fragment',
  'zero-checksum',
  'padding',
  'truncated',
  'empty',
  'turn',
  'udp',
  'reserved',
];

const steps = fc.array(
  fc.record({
    flow: fc.nat(11),
    size: fc.oneof(fc.constantFrom(100, 100, 100, 101, 1400), fc.integer({ min: 1, max: 1400 })),
    oddity: fc.constantFrom(...ODDITIES),
    at: fc.nat(2000),
  }),
  { minLength: 1, maxLength: 120 },
);

/** A stream of segments of several flows, in order but for what the oddities do to it. */
function makePackets(script: readonly Step[]): (Uint8Array | null)[] {
  const sequences = new Map<number, number>();
  const made: (Uint8Array | null)[] = [];
  let identification = 0;
  for (const { flow, size, oddity, at } of script) {
    if (oddity === 'turn') {
      made.push(null);
      continue;
    }
    const sequence = ((sequences.get(flow) ?? 0xffff_fc00) + (oddity === 'gap' ? 7 : 0)) >>> 0;
    if (oddity !== 'again') sequences.set(flow, (sequence + size) >>> 0);
    const payload = Uint8Array.from(
      { length: oddity === 'empty' ? 0 : size },
      (_, i) => (i * 31 + at) & 0xff,
    );
    const options = Uint8Array.of(1, 1, 8, 10, 0, 0, 0, oddity === 'options' ? at & 0xff : 7, 0, 0, 0, 9);
    const packet = tcpPacket({
      version: flow % 3 === 2 ? 6 : 4,
      flow,
      sequence,
      flags: FLAGS[oddity] ?? 0x10,
      urgent: oddity === 'urgent' ? 5 : 0,
      tos: oddity === 'tos' ? 0xb3 : 0,
      ttl: oddity === 'ttl' ? 3 : 64,
      window: oddity === 'window' ? at : 500,
      acknowledgement: oddity === 'acknowledgement' ? at : 1,
      identification: (identification += 1) & 0xffff,
      fragmentation: FRAGMENTATION[oddity] ?? (flow % 2 === 0 ? 0x4000 : 0),
      ipOptions: oddity === 'ip-options' ? Uint8Array.of(1, 1, 1, 0) : new Uint8Array(0),
      tcpOptions: options,
      payload,
    });
    made.push(spoil(packet, oddity, at));
  }
  return made;
}

const FLAGS: Readonly<Record<string, number>> = {
  push: 0x18,
  fin: 0x11,
  syn: 0x12,
  urgent: 0x30,
  ece: 0x50,
  cwr: 0x90,
};
const FRAGMENTATION: Readonly<Record<string, number>> = {
  fragment: 0x0010,
  'first-fragment': 0x2000,
  'may-fragment': 0,
};

function spoil(packet: Uint8Array, oddity: string, at: number): Uint8Array {
  const isIpv4 = (packet[0] ?? 0) >>> 4 === 4;
  const tcp = isIpv4 ? ((packet[0] ?? 0) & 15) * 4 : 40;
  switch (oddity) {
    case 'corrupt': {
      // Anywhere but in what tells the flow here, so that the order can be followed.
      const place = at % packet.length;
      if (place > 0 && (place < 8 || place > 40)) packet[place] = (packet[place] ?? 0) ^ (1 + (at & 0x7f));
      return packet;
    }
    case 'zero-checksum':
      writeUint16(packet, tcp + 16, 0);
      return packet;
    case 'padding':
      return Uint8Array.of(...packet, 0, 0, 0);
    case 'truncated':
      return packet.slice(0, Math.max(20, at % packet.length));
    case 'reserved':
      packet[tcp + 12] = (packet[tcp + 12] ?? 0) | 1;
      return packet;
    case 'udp':
      packet[isIpv4 ? 9 : 6] = 17;
      return packet;
    default:
      return packet;
  }
}

describe('what comes out, cut up again, is what went in', () => {
  test('any odd packets in any order: none lost, none altered, each flow in order', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const packets = makePackets(script);
        const sent = packets.flatMap((packet) => (packet === null || isUdp(packet) ? [] : [packet]));
        const out = cutAll(coalesce(packets)).filter((packet) => !isUdp(packet));
        expect(byFlow(out)).toEqual(byFlow(sent));
      }),
      { numRuns: 100 },
    );
  });

  /** UDP overtakes what waits: it is another flow. */
  function isUdp(packet: Uint8Array): boolean {
    return packet[(packet[0] ?? 0) >>> 4 === 6 ? 6 : 9] === 17;
  }

  test('a damaged packet never comes out whole, whichever bit it is', () => {
    const good = [0, 1, 2].map((i) => tcpPacket({ sequence: i * 100, payload: new Uint8Array(100).fill(i) }));
    fc.assert(
      fc.property(fc.nat(2), fc.nat(139), fc.nat(7), (which, place, bit) => {
        const packets = good.map((packet) => packet.slice());
        const damaged = packets[which];
        if (damaged !== undefined) damaged[place] = (damaged[place] ?? 0) ^ (1 << bit);
        const out = cutAll(coalesce(packets));
        expect(out).toHaveLength(3);
        expect(out.filter((packet) => !isIntact(packet)).map((p) => Buffer.from(p).toString('hex'))).toEqual([
          Buffer.from(damaged ?? []).toString('hex'),
        ]);
      }),
      { numRuns: 400 },
    );
  });
});

describe('joining', () => {
  test('40 segments go out in one write with one header', () => {
    const packets = Array.from({ length: 40 }, (_, i) =>
      tcpPacket({ sequence: i * 1400, payload: new Uint8Array(1400).fill(i) }),
    );
    const written = coalesce(packets);
    expect(written).toHaveLength(1);
    expect(written[0]?.length).toBe(10 + 40 + 40 * 1400);
    expect(virtioGsoType(written[0] ?? new Uint8Array(10), 0)).toBe(1);
  });

  test('a superpacket holds what an IP packet can, no more', () => {
    const packets = Array.from({ length: 100 }, (_, i) =>
      tcpPacket({ sequence: i * 1400, payload: new Uint8Array(1400) }),
    );
    const written = coalesce(packets);
    expect(written).toHaveLength(3);
    expect(Math.max(...written.map((bytes) => bytes.length))).toBeLessThanOrEqual(10 + 65_535);
  });

  test('flows that alternate are joined each for itself', () => {
    const packets = Array.from({ length: 40 }, (_, i) =>
      tcpPacket({ flow: i % 4, sequence: Math.floor(i / 4) * 500, payload: new Uint8Array(500) }),
    );
    expect(coalesce(packets)).toHaveLength(4);
  });

  test('more flows than places: the oldest goes first, nothing is lost', () => {
    const packets = Array.from({ length: 30 }, (_, i) => tcpPacket({ flow: i, payload: new Uint8Array(50) }));
    expect(cutAll(coalesce(packets)).map((packet) => packet[15])).toEqual(
      Array.from({ length: 30 }, (_, i) => i),
    );
  });

  test('sequence numbers run over 2^32', () => {
    const packets = [0xffff_ff9c, 0, 100].map((sequence) =>
      tcpPacket({ sequence, payload: new Uint8Array(100) }),
    );
    const written = coalesce(packets);
    expect(written).toHaveLength(1);
    expect(cutAll(written).map((packet) => readUint32(packet, 24))).toEqual([0xffff_ff9c, 0, 100]);
  });
});
