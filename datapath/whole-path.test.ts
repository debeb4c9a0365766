import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDuplexPair } from '../test/support/duplex-pair.ts';
import { Coalescer } from './coalescing.ts';
import { type PacketPump, startPump } from './packet-pump.ts';
import { Segmenter } from './segmentation.ts';
import { MemoryTun } from './testing/memory-tun.ts';
import { byFlow, isUdp, makePackets, steps } from './testing/odd-packets.ts';
import type { TunOffload } from './tun-device.ts';
import { TunnelLink } from './tunnel-link.ts';

const MTU = 1500;

/** What a device hands out that was given these packets by the kernel: joined where the kernel joins them. */
function handedOut(packets: readonly Uint8Array[], offload: TunOffload | undefined): Uint8Array[] {
  if (offload === undefined) return packets.slice();
  const out: Uint8Array[] = [];
  const coalescer = new Coalescer((bytes, start, end) =>
    out.push(new Uint8Array(bytes.subarray(start, end))),
  );
  for (const packet of packets) coalescer.push(packet, 0, packet.length);
  coalescer.flush();
  return out;
}

/** What a kernel makes of what was written to a device. */
function takenIn(written: readonly Uint8Array[], offload: TunOffload | undefined): Uint8Array[] {
  if (offload === undefined) return written.slice();
  const segmenter = new Segmenter();
  return written.flatMap((whole) => {
    expect(segmenter.load(whole, 0, whole.length, 65_535)).toBe(true);
    const packets: Uint8Array[] = [];
    while (segmenter.nextLength > 0) {
      const packet = new Uint8Array(segmenter.nextLength);
      segmenter.writeNext(packet, 0);
      packets.push(packet);
    }
    return packets;
  });
}

/** Device, pump, link, a stream, link, pump, device. */
async function carry(packets: readonly Uint8Array[], offload: TunOffload | undefined): Promise<Uint8Array[]> {
  const streams = createDuplexPair();
  const tuns = [new MemoryTun(offload), new MemoryTun(offload)] as const;
  const ends = tuns.map((tun, index) => {
    const link = new TunnelLink(streams[index === 0 ? 0 : 1], {
      control: () => {},
      keepAliveReply: () => {},
      closed: () => {},
      packet: (bytes, start, end) => pump.packet(bytes, start, end),
      drain: () => pump.drain(),
    });
    link.prepareForTraffic({ mtu: MTU, fairQueue: false });
    const pump: PacketPump = startPump(tun, link, MTU);
    pump.carriesIpv6 = true;
    return { link, pump };
  });
  tuns[0].toRead.push(...handedOut(packets, offload));
  let quiet = 0;
  for (let before = -1; quiet < 10; before = tuns[1].written.length) {
    tuns[0].poll();
    await new Promise((resolve) => setImmediate(resolve));
    quiet = tuns[0].toRead.length === 0 && tuns[1].written.length === before ? quiet + 1 : 0;
  }
  for (const { link, pump } of ends) {
    pump.stop();
    link.destroy();
  }
  return takenIn(tuns[1].written, offload);
}

test('with every offload the same packets come through as without any, and none that was not sent', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const packets = makePackets(script).filter((packet) => packet !== null);
      const plain = await carry(packets, undefined);
      const whole = await carry(packets, 'tcp-udp');
      for (const kind of [true, false]) {
        const sent = byFlow(packets.filter((packet) => isUdp(packet) === kind));
        const expected = byFlow(plain.filter((packet) => isUdp(packet) === kind));
        const carried = byFlow(whole.filter((packet) => isUdp(packet) === kind));
        expect(carried).toEqual(expected);
        for (const [flow, came] of Object.entries(carried)) {
          const left = sent[flow]?.slice() ?? [];
          for (const packet of came) {
            const at = left.findIndex((one) => Buffer.compare(one, packet) === 0);
            expect(at).not.toBe(-1);
            left.splice(0, at + 1);
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});
