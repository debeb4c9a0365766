import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readUint32 } from '../shared/ip/byte-order.ts';
import { Coalescer } from './coalescing.ts';
import { Segmenter } from './segmentation.ts';
import { byFlow, isUdp, makePackets, steps } from './testing/odd-packets.ts';
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

describe('what comes out, cut up again, is what went in', () => {
  test('any odd packets in any order: none lost, none altered, each flow in order', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const packets = makePackets(script);
        // UDP overtakes what waits: it is another flow.
        const sent = packets.flatMap((packet) => (packet === null || isUdp(packet) ? [] : [packet]));
        const out = cutAll(coalesce(packets)).filter((packet) => !isUdp(packet));
        expect(byFlow(out)).toEqual(byFlow(sent));
      }),
      { numRuns: 100 },
    );
  });

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
