import { describe, expect, test } from 'vitest';
import { encodeIcmpEcho, parseIcmpEcho } from '../../shared/ip/icmp.ts';
import { parseIpv4 } from '../../shared/ip/ipv4.ts';
import { TunnelPing } from './tunnel-ping.ts';

const ADDRESS = 0xc0a8f079;
const GATEWAY = 0xc0a8f001;

class Bench {
  now = 1000;
  room = true;
  readonly sent: Uint8Array[] = [];
  readonly timers = new Set<() => void>();
  readonly ping = new TunnelPing({
    address: '192.168.240.121',
    gateway: '192.168.240.1',
    send: (packet) => {
      this.sent.push(packet);
      return this.room;
    },
    now: () => this.now,
    random: (length) => new Uint8Array(length).fill(0x5a),
    startTimer: (_, callback) => {
      this.timers.add(callback);
      return () => this.timers.delete(callback);
    },
  });

  /** The reply to the request number `index`, changed as wished. */
  reply(index: number, change: { source?: number; firstByte?: number; length?: number } = {}): Uint8Array {
    const request = this.sent[index] ?? new Uint8Array(0);
    const header = parseIpv4(request, 0, request.length);
    const echo = header && parseIcmpEcho(request, header);
    const data = request.slice(echo?.dataStart, echo?.dataEnd).subarray(0, change.length);
    data[0] = change.firstByte ?? data[0] ?? 0;
    return encodeIcmpEcho(
      {
        source: change.source ?? GATEWAY,
        destination: ADDRESS,
        kind: 'reply',
        identifier: echo?.identifier ?? 0,
        sequence: echo?.sequence ?? 0,
      },
      data,
    );
  }

  receive(packet: Uint8Array): boolean {
    const within = new Uint8Array(packet.length + 20);
    within.set(packet, 8);
    return this.ping.receive(within, 8, 8 + packet.length);
  }
}

describe('a ping to the router', () => {
  test('tells the round trip, and takes its own replies, repeated and late ones too', async () => {
    const bench = new Bench();
    const first = bench.ping.measure(2000);
    bench.now = 1012.5;
    expect(bench.receive(bench.reply(0))).toBe(true);
    expect(await first).toBe(12.5);
    expect(bench.receive(bench.reply(0))).toBe(true);
    expect(bench.timers.size).toBe(0);
  });

  test('several under way are told apart', async () => {
    const bench = new Bench();
    const one = bench.ping.measure(2000);
    bench.now = 1005;
    const two = bench.ping.measure(2000);
    bench.now = 1010;
    bench.receive(bench.reply(1));
    bench.now = 1030;
    bench.receive(bench.reply(0));
    expect([await one, await two]).toEqual([30, 5]);
  });

  test('replies to others are left for the device', () => {
    const bench = new Bench();
    void bench.ping.measure(2000);
    expect(bench.receive(bench.sent[0] ?? new Uint8Array(0))).toBe(false); // a request
    expect(bench.receive(bench.reply(0, { source: GATEWAY + 1 }))).toBe(false);
    expect(bench.receive(bench.reply(0, { firstByte: 1 }))).toBe(false); // not our cookie
    expect(bench.receive(bench.reply(0, { length: 20 }))).toBe(false);
    expect(bench.receive(bench.reply(0).fill(0, 0, 1))).toBe(false);
    bench.ping.close();
  });

  test('silence, a full tunnel and the end are undefined', async () => {
    const bench = new Bench();
    const silent = bench.ping.measure(2000);
    for (const expire of bench.timers) {
      expire();
    }
    expect(await silent).toBeUndefined();
    bench.room = false;
    expect(await bench.ping.measure(2000)).toBeUndefined();
    bench.room = true;
    const many = Array.from({ length: 9 }, () => bench.ping.measure(2000));
    expect(bench.sent).toHaveLength(10);
    bench.ping.close();
    expect(await Promise.all(many)).toEqual(many.map(() => undefined));
    expect(bench.timers.size).toBe(0);
  });
});
