import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FrameCommand,
  FrameDecoder,
  encodeFrame,
  encodeKeepAliveReply,
  encodeKeepAliveRequest,
} from '../shared/protocol/frame.ts';
import { PppProtocol, encodePppData } from '../shared/protocol/ppp-frame.ts';
import { type PairEnd, createDuplexPair } from '../test/support/duplex-pair.ts';
import { BATCH_LENGTH } from './batch-pool.ts';
import { type LinkEnd, TunnelLink } from './tunnel-link.ts';

class Recorder {
  readonly controls: { protocol: number; information: Uint8Array }[] = [];
  readonly packets: Uint8Array[] = [];
  readonly replies: number[] = [];
  readonly ends: LinkEnd[] = [];
  drains = 0;
  onDrain: () => void = () => {};
  readonly ended: Promise<LinkEnd>;
  #end: (how: LinkEnd) => void = () => {};

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }
  control(protocol: number, information: Uint8Array): void {
    this.controls.push({ protocol, information });
  }
  packet(bytes: Uint8Array, start: number, end: number): void {
    this.packets.push(new Uint8Array(bytes.subarray(start, end)));
  }
  keepAliveReply(n: number): void {
    this.replies.push(n);
  }
  closed(how: LinkEnd): void {
    this.ends.push(how);
    this.#end(how);
  }
  drain(): void {
    this.drains += 1;
    this.onDrain();
  }
}

function open(options?: { highWaterMark: number }): { link: TunnelLink; seen: Recorder; peer: PairEnd } {
  const [ours, peer] = createDuplexPair(options);
  const seen = new Recorder();
  return { link: new TunnelLink(ours, seen), seen, peer };
}

/** What the peer gets, cut into frames; `chunks` are the writes. */
function listen(peer: PairEnd): { frames: { command: number; payload: Uint8Array }[]; chunks: number[] } {
  const frames: { command: number; payload: Uint8Array }[] = [];
  const chunks: number[] = [];
  const decoder = new FrameDecoder((command, bytes, start, end) =>
    frames.push({ command, payload: new Uint8Array(bytes.subarray(start, end)) }),
  );
  peer.on('data', (chunk: Buffer) => {
    chunks.push(chunk.length);
    expect(decoder.push(chunk)).toBeUndefined();
  });
  return { frames, chunks };
}

/** Lets everything that can happen without an outside event happen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

function packetOf(length: number, fill: number): Uint8Array {
  const packet = new Uint8Array(length).fill(fill);
  packet[0] = 0x45;
  return packet;
}

function ipProtocolOf(packet: Uint8Array): number {
  return (packet[0] ?? 0) >>> 4 === 6 ? PppProtocol.ipv6 : PppProtocol.ipv4;
}

const IPV4_HEADER = [0xff, 0x03, 0x00, 0x21];

describe('receiving', () => {
  test('a packet that is not of the protocol that it comes under is no packet', () => {
    const { link, seen, peer } = open();
    peer.resume();
    const ipv6 = packetOf(60, 1);
    ipv6[0] = 0x60;
    link.push(encodePppData(PppProtocol.ipv4, ipv6));
    link.push(encodePppData(PppProtocol.ipv6, packetOf(60, 1)));
    link.push(encodePppData(PppProtocol.ipv6, new Uint8Array(0)));
    expect([seen.packets, seen.controls, seen.ends]).toEqual([[], [], []]);
    link.push(encodePppData(PppProtocol.ipv6, ipv6));
    expect(seen.packets).toEqual([ipv6]);
    link.destroy();
  });

  test('any frames in any chunking come out the same', async () => {
    const frame = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 1500 }).map((bytes) => ({ kind: 'packet', bytes })),
      fc.uint8Array({ maxLength: 64 }).map((bytes) => ({ kind: 'control', bytes })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 30 }), fc.array(fc.nat(4000)), async (frames, cuts) => {
        const { link, seen, peer } = open();
        peer.resume();
        const stream = Buffer.concat(
          frames.map((f) =>
            encodePppData(f.kind === 'packet' ? ipProtocolOf(f.bytes) : PppProtocol.lcp, f.bytes),
          ),
        );
        const borders = [...cuts.filter((cut) => cut < stream.length), stream.length].toSorted(
          (x, y) => x - y,
        );
        let at = 0;
        for (const border of borders) {
          // As a socket with `onread` does it: one buffer, used again and again.
          const reused = Buffer.alloc(5000, 0xaa);
          stream.copy(reused, 3, at, border);
          for (let i = at; i < border; i += 4000) {
            stream.copy(reused, 3, i, Math.min(border, i + 4000));
            link.push(reused, 3, 3 + Math.min(border - i, 4000));
            reused.fill(0xaa);
          }
          at = border;
        }
        const packets = frames.filter((f) => f.kind === 'packet').map((f) => f.bytes);
        expect(seen.packets).toEqual(packets);
        expect(seen.controls).toEqual(
          frames
            .filter((f) => f.kind === 'control')
            .map((f) => ({ protocol: PppProtocol.lcp, information: f.bytes })),
        );
        expect(link.counters).toMatchObject({
          receivedPackets: packets.length,
          receivedBytes: packets.reduce((sum, bytes) => sum + bytes.length, 0),
        });
        expect(seen.ends).toEqual([]);
        link.destroy();
      }),
      { numRuns: 60 },
    );
  });

  test('any bytes end in a typed error or in nothing, never in an exception', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 10 }), (chunks) => {
        const { link, seen, peer } = open();
        peer.resume();
        for (const chunk of chunks) link.push(chunk);
        expect(seen.ends.length).toBeLessThanOrEqual(1);
        link.destroy();
        expect(seen.ends).toHaveLength(1);
      }),
    );
  });

  test('bytes that came with the HTTP answer come first, and not inside the constructor', async () => {
    const [ours, peer] = createDuplexPair();
    const seen = new Recorder();
    const first = encodePppData(PppProtocol.lcp, Uint8Array.of(1));
    peer.write(encodePppData(PppProtocol.lcp, Uint8Array.of(2)));
    const link = new TunnelLink(ours, seen, { firstBytes: first });
    expect(seen.controls).toEqual([]);
    await settle();
    expect(seen.controls.map((c) => c.information[0])).toEqual([1, 2]);
    link.destroy();
  });

  test('a keep-alive request is answered with its own payload', async () => {
    const { link, peer } = open();
    const { frames } = listen(peer);
    peer.write(encodeKeepAliveRequest(7));
    await settle();
    const request = encodeKeepAliveRequest(7).slice(4);
    expect(frames).toEqual([{ command: FrameCommand.reply, payload: request }]);
    link.destroy();
  });

  test('keep-alive replies say which request they answer', async () => {
    const { link, seen, peer } = open();
    for (const n of [0, 12, 4_000_000]) peer.write(encodeKeepAliveReply(encodeKeepAliveRequest(n).slice(4)));
    peer.write(encodeKeepAliveReply(new Uint8Array(16)));
    peer.write(encodeKeepAliveReply(new Uint8Array(0)));
    await settle();
    expect(seen.replies).toEqual([0, 12, 4_000_000, -1, -1]);
    link.destroy();
  });

  test('traffic of any kind renews lastReceivedAt', async () => {
    const { link, peer } = open();
    const before = link.lastReceivedAt;
    peer.write(encodeKeepAliveReply(encodeKeepAliveRequest(0).slice(4)));
    await settle();
    expect(link.lastReceivedAt).toBeGreaterThan(before);
    link.destroy();
  });
});

describe('sending', () => {
  test('what is sent in one turn leaves in one write, in order', async () => {
    const { link, peer } = open();
    const { frames, chunks } = listen(peer);
    expect(link.sendPacket(packetOf(100, 1), 0, 100)).toBe(true);
    link.sendControl(PppProtocol.lcp, Uint8Array.of(9, 9));
    expect(link.sendPacket(packetOf(60, 2), 20, 60)).toBe(true);
    link.sendKeepAlive(3);
    await settle();
    expect(chunks).toHaveLength(1);
    expect(frames.map((f) => f.payload)).toEqual([
      Uint8Array.of(...IPV4_HEADER, ...packetOf(100, 1)),
      Uint8Array.of(0xff, 0x03, 0xc0, 0x21, 9, 9),
      Uint8Array.of(...IPV4_HEADER, ...packetOf(60, 2).slice(20)),
      encodeKeepAliveRequest(3).slice(4),
    ]);
    expect(link.counters).toMatchObject({ sentPackets: 2, sentBytes: 140 });
    link.destroy();
  });

  test('a peer that does not read stops us with bounded memory, and all that was taken arrives in order', async () => {
    const { link, seen, peer } = open({ highWaterMark: 1000 });
    let accepted = 0;
    const offer = (): void => {
      while (accepted < 200 && link.sendPacket(packetOf(1400, accepted), 0, 1400)) accepted += 1;
    };
    seen.onDrain = offer;
    offer();
    await settle();
    // One batch in flight and one filled: 11 packets of 1408 each.
    expect(accepted).toBe(2 * Math.floor(BATCH_LENGTH / 1408));
    expect(seen.drains).toBe(0);
    link.sendControl(PppProtocol.lcp, Uint8Array.of(1)); // there is still room for a small frame
    link.sendControl(PppProtocol.lcp, new Uint8Array(1000));
    link.sendControl(PppProtocol.lcp, Uint8Array.of(2)); // must not overtake the one before
    const { frames, chunks } = listen(peer);
    for (let i = 0; i < 40; i += 1) await settle();
    expect(accepted).toBe(200);
    expect(Math.max(...chunks)).toBeLessThanOrEqual(BATCH_LENGTH);
    const controls = frames.filter((f) => f.payload[3] === 0x21 && f.payload[2] === 0xc0);
    expect(controls.map((f) => f.payload.length - 4)).toEqual([1, 1000, 1]);
    const packets = frames.filter((f) => f.payload[2] === 0);
    expect(packets.map((f) => f.payload[5])).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(link.counters.sentPackets).toBe(200);
    link.destroy();
  });

  test('a peer that asks without end and reads nothing loses the link', async () => {
    const { link, seen, peer } = open({ highWaterMark: 1000 });
    for (let i = 0; i < 10_000; i += 1) link.push(encodeKeepAliveRequest(i));
    expect(seen.ends).toEqual([{ kind: 'link-lost', reason: 'the peer does not read' }]);
    await settle();
    expect(peer.readableLength).toBeLessThan(200_000);
  });

  test('nothing is taken after the end', () => {
    const { link, seen } = open();
    link.destroy();
    expect(link.sendPacket(packetOf(40, 0), 0, 40)).toBe(false);
    link.sendControl(PppProtocol.lcp, new Uint8Array(4));
    link.sendKeepAlive(0);
    link.sendClose();
    expect(link.counters.sentPackets).toBe(0);
    expect(seen.ends).toEqual(['destroyed']);
  });

  test('goodbye comes behind everything else, then our half of the stream ends', async () => {
    const { link, seen, peer } = open();
    const { frames } = listen(peer);
    let ended = false;
    peer.on('end', () => {
      ended = true;
      peer.end();
    });
    link.sendPacket(packetOf(40, 0), 0, 40);
    link.sendClose();
    expect(link.sendPacket(packetOf(40, 0), 0, 40)).toBe(false);
    expect(await seen.ended).toBe('ended');
    expect(ended).toBe(true);
    expect(frames.map((f) => f.command)).toEqual([FrameCommand.data, FrameCommand.close]);
  });
});

describe('ending is told exactly once', () => {
  const whole = encodePppData(PppProtocol.lcp, new Uint8Array(4));
  const cases: [string, (peer: PairEnd, link: TunnelLink) => void, string][] = [
    ['CLOSE', (peer) => peer.end(encodeFrame(FrameCommand.close)), 'close-frame'],
    ['end between frames', (peer) => peer.end(whole), 'ended'],
    ['end inside a header', (peer) => peer.end(whole.slice(0, 3)), 'truncated-stream'],
    ['end inside a payload', (peer) => peer.end(whole.slice(0, 9)), 'truncated-stream'],
    ['unknown command', (peer) => peer.write(Uint8Array.of(9, 0, 0, 0)), 'frame-unknown-command'],
    ['other version', (peer) => peer.write(Uint8Array.of(0, 1, 0, 0)), 'frame-version'],
    ['too long', (peer) => peer.write(Uint8Array.of(0, 0, 255, 255)), 'frame-length'],
    ['no PPP', (peer) => peer.write(encodeFrame(0, Uint8Array.of(255, 3, 2, 2))), 'ppp-header'],
    ['an HTTP answer', (peer) => peer.write('HTTP/1.0 200 OK\r\n'), 'frame-version'],
    ['destroy', (_, link) => link.destroy(), 'destroyed'],
  ];
  test.each(cases)('%s', async (_, act, expected) => {
    const { link, seen, peer } = open();
    peer.resume();
    act(peer, link);
    const how = await seen.ended;
    expect(typeof how === 'object' && 'code' in how ? how.code : how).toBe(expected);
    peer.destroy();
    link.destroy();
    await settle();
    expect(seen.ends).toHaveLength(1);
  });

  test('a reset connection says its code', async () => {
    const [ours] = createDuplexPair();
    const seen = new Recorder();
    const link = new TunnelLink(ours, seen);
    link.sendPacket(packetOf(40, 0), 0, 40);
    ours.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    expect(await seen.ended).toEqual({ kind: 'link-lost', reason: 'ECONNRESET' });
    await settle();
    expect(seen.ends).toHaveLength(1);
  });

  test('a stream that is gone already', async () => {
    const [ours] = createDuplexPair();
    ours.destroy();
    await settle();
    const seen = new Recorder();
    const link = new TunnelLink(ours, seen);
    expect(await seen.ended).toMatchObject({ kind: 'link-lost' });
    link.destroy();
    expect(seen.ends).toHaveLength(1);
  });

  test('nothing is delivered behind CLOSE', async () => {
    const { seen, peer } = open();
    peer.write(Buffer.concat([encodeFrame(FrameCommand.close), whole, whole]));
    await seen.ended;
    await settle();
    expect(seen.controls).toEqual([]);
  });
});
