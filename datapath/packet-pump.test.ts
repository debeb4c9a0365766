import { describe, expect, test } from 'vitest';
import { createDuplexPair } from '../test/support/duplex-pair.ts';
import { type PacketPump, startPump } from './packet-pump.ts';
import { MemoryTun } from './testing/memory-tun.ts';
import { TunnelLink } from './tunnel-link.ts';

const MTU = 1400;

function ipv4(length: number, mark = 0): Uint8Array {
  const packet = new Uint8Array(length).fill(mark);
  packet[0] = 0x45;
  return packet;
}

/** With Don't Fragment. */
function uncut(length: number): Uint8Array {
  const packet = ipv4(length, 1);
  packet[2] = length >>> 8;
  packet[3] = length;
  packet[6] = 0x40;
  packet[9] = 17;
  packet[7] = 0;
  return packet;
}

class Gate {
  room = Infinity;
  readonly sent: Uint8Array[] = [];
  /** How many of `sent` had been committed at each flush that had something to send. */
  readonly flushedAt: number[] = [];
  readonly packetSpace = new Uint8Array(2000);
  #length = 0;
  reservePacket(length: number): number {
    this.#length = length;
    return this.sent.length >= this.room ? -1 : 8;
  }
  commitPacket(): void {
    this.sent.push(this.packetSpace.slice(8, 8 + this.#length));
  }
  flushPackets(): void {
    if (this.sent.length > (this.flushedAt.at(-1) ?? 0)) this.flushedAt.push(this.sent.length);
  }
  sendPacket(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.reservePacket(end - start) < 0) return false;
    this.packetSpace.set(bytes.subarray(start, end), 8);
    this.commitPacket();
    this.flushPackets();
    return true;
  }
}

/** UDP, `length` bytes altogether. */
function ipv6(length: number, mark = 0): Uint8Array {
  const packet = new Uint8Array(length).fill(mark);
  packet[0] = 0x60;
  packet[4] = (length - 40) >>> 8;
  packet[5] = (length - 40) & 0xff;
  packet[6] = 17;
  packet.fill(0x20, 8, 40);
  return packet;
}

describe('IPv6', () => {
  test('is carried both ways while the link takes it, and neither way otherwise', () => {
    const tun = new MemoryTun();
    const gate = new Gate();
    const pump = startPump(tun, gate, MTU);
    const steps = [false, true, false].map((carries) => {
      pump.carriesIpv6 = carries;
      tun.toRead.push(ipv6(100, 1));
      tun.poll();
      pump.packet(ipv6(90, 2), 0, 90);
      return [gate.sent.splice(0), tun.written.splice(0), pump.dropped];
    });
    expect(steps).toEqual([
      [[], [], 2],
      [[ipv6(100, 1)], [ipv6(90, 2)], 2],
      [[], [], 4],
    ]);
  });

  test.each<[string, Uint8Array]>([
    ['less than its header', ipv6(60).slice(0, 39)],
    ['less than its length says', ipv6(60).slice(0, 59)],
    ['more than its length says', Uint8Array.of(...ipv6(60), 0)],
    ['no length (a jumbogram)', ipv6(60).with(5, 0)],
  ])('a packet with %s does not reach the device', (_, packet) => {
    const tun = new MemoryTun();
    const pump = startPump(tun, new Gate(), MTU);
    pump.carriesIpv6 = true;
    pump.packet(packet, 0, packet.length);
    expect([tun.written, pump.dropped]).toEqual([[], 1]);
  });

  test('the sender of a longer packet is told the size that fits; about multicast nobody is', () => {
    const tun = new MemoryTun();
    const gate = new Gate();
    const pump = startPump(tun, gate, MTU);
    pump.carriesIpv6 = true;
    tun.toRead.push(ipv6(MTU + 1), ipv6(MTU + 1).fill(0xff, 24, 40), ipv6(MTU));
    tun.poll();
    expect(gate.sent.map((packet) => packet.length)).toEqual([MTU]);
    expect(pump.dropped).toBe(2);
    expect(tun.written.map((answer) => Array.from(answer.subarray(40, 48).with(2, 0).with(3, 0)))).toEqual([
      [2, 0, 0, 0, 0, 0, MTU >>> 8, MTU & 0xff],
    ]);
  });
});

describe('device → link', () => {
  test('packets up to the MTU go, larger ones that may not be cut and IPv6 are counted', () => {
    const tun = new MemoryTun();
    const gate = new Gate();
    const pump = startPump(tun, gate, MTU);
    const ipv6 = new Uint8Array(60).fill(0x60);
    tun.toRead.push(ipv4(20), ipv4(MTU), uncut(MTU + 1), uncut(9000), ipv6, ipv4(40));
    tun.poll();
    expect(gate.sent.map((p) => p.length)).toEqual([20, MTU, 40]);
    expect(pump.dropped).toBe(3);
    // Both senders are told what fits (RFC 1191 §4).
    const answers = tun.written.map((answer) => [answer.subarray(20, 22), answer.subarray(26, 28)]);
    const expected = [Uint8Array.of(3, 4), Uint8Array.of(MTU >>> 8, MTU & 0xff)];
    expect(answers).toEqual([expected, expected]);
  });

  test('a packet that is too long and may be cut arrives in fragments', () => {
    const tun = new MemoryTun();
    const gate = new Gate();
    const pump = startPump(tun, gate, MTU);
    const packet = ipv4(3000);
    packet[2] = 3000 >>> 8;
    packet[3] = 3000 & 0xff;
    tun.toRead.push(packet);
    tun.poll();
    expect(gate.sent.map((p) => p.length)).toEqual([1396, 1396, 248]);
    expect(pump.dropped).toBe(0);
  });

  test('a full link stops the reading; no packet is lost or doubled', () => {
    const tun = new MemoryTun();
    const gate = new Gate();
    const pump = startPump(tun, gate, MTU);
    for (let i = 0; i < 10; i += 1) tun.toRead.push(ipv4(100, i));
    gate.room = 3;
    tun.poll();
    expect(tun.paused).toBe(true);
    expect(tun.toRead).toHaveLength(6); // three sent, one kept
    pump.drain(); // still no room
    expect(tun.paused).toBe(true);
    gate.room = Infinity;
    pump.drain();
    expect(tun.paused).toBe(false);
    tun.poll();
    expect(gate.sent.map((p) => p[1])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(pump.dropped).toBe(0);
  });

  test('one turn takes a bounded number of packets', () => {
    const tun = new MemoryTun();
    const gate = new Gate();
    startPump(tun, gate, MTU);
    for (let i = 0; i < 1000; i += 1) tun.toRead.push(ipv4(20));
    tun.poll();
    expect(gate.sent).toHaveLength(64);
  });

  test('what one turn reads leaves together; a packet that is alone as the last one was does not wait for the next', () => {
    const tun = new MemoryTun();
    const gate = new Gate();
    startPump(tun, gate, MTU);
    const readsBefore: number[] = [];
    gate.flushPackets = () => {
      if (gate.sent.length > gate.flushedAt.length) readsBefore.push(tun.reads);
      gate.flushedAt.length = gate.sent.length;
    };
    tun.toRead.push(ipv4(20, 1), ipv4(20, 2), ipv4(20, 3));
    tun.poll();
    expect(readsBefore).toEqual([4]);
    for (const mark of [4, 5]) {
      tun.toRead.push(ipv4(20, mark));
      tun.poll();
    }
    // The first of them may be the first of many; the second was asked for nothing more before it left.
    expect(readsBefore).toEqual([4, 6, 7]);
    expect(tun.reads).toBe(8);
  });

  test('stop ends both directions', () => {
    const tun = new MemoryTun();
    const gate = new Gate();
    const pump = startPump(tun, gate, MTU);
    pump.stop();
    pump.stop();
    tun.toRead.push(ipv4(20));
    tun.paused = false;
    tun.poll();
    pump.packet(ipv4(20), 0, 20);
    pump.drain();
    expect([gate.sent.length, tun.written.length]).toEqual([0, 0]);
  });
});

describe('link → device', () => {
  test('only IPv4 packets reach the kernel', () => {
    const tun = new MemoryTun();
    const pump = startPump(tun, new Gate(), MTU);
    pump.packet(new Uint8Array(60).fill(0x60), 0, 60);
    pump.packet(ipv4(20), 0, 19);
    pump.packet(ipv4(30), 5, 5);
    expect(tun.written).toEqual([]);
    tun.accepts = false;
    pump.packet(ipv4(20), 0, 20);
    expect(pump.dropped).toBe(4);
    tun.accepts = true;
    pump.packet(Uint8Array.of(1, 2, ...ipv4(20), 3), 2, 22);
    expect(tun.written).toEqual([ipv4(20)]);
  });
});

test('two devices over a pair of links: everything arrives once, in order, under backpressure', async () => {
  const [a, b] = createDuplexPair({ highWaterMark: 5000 });
  const pumps: { a?: PacketPump; b?: PacketPump } = {};
  const side = (end: 'a' | 'b') => ({
    control: () => {},
    keepAliveReply: () => {},
    closed: () => {},
    packet: (bytes: Uint8Array, start: number, stop: number) => pumps[end]?.packet(bytes, start, stop),
    drain: () => pumps[end]?.drain(),
  });
  const tunA = new MemoryTun();
  const tunB = new MemoryTun();
  const linkA = new TunnelLink(a, side('a'));
  const linkB = new TunnelLink(b, side('b'));
  pumps.a = startPump(tunA, linkA, MTU);
  pumps.b = startPump(tunB, linkB, MTU);
  const up = Array.from({ length: 400 }, (_, i) => ipv4(20 + ((i * 37) % (MTU - 20)), i % 251));
  const down = Array.from({ length: 300 }, (_, i) => ipv4(20 + ((i * 91) % (MTU - 20)), i % 239));
  tunA.toRead.push(...up);
  tunB.toRead.push(...down);
  for (let i = 0; i < 5000 && tunA.written.length + tunB.written.length < 700; i += 1) {
    tunA.poll();
    tunB.poll();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(tunB.written).toEqual(up);
  expect(tunA.written).toEqual(down);
  expect(linkA.counters).toEqual({
    sentPackets: 400,
    sentBytes: linkB.counters.receivedBytes,
    receivedPackets: 300,
    receivedBytes: linkB.counters.sentBytes,
  });
  linkA.destroy();
  linkB.destroy();
});
