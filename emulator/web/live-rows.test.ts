import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ConnectionRow, formatUpTime } from '../connection-management.ts';
import type { StreamSink } from '../http-message.ts';
import { Syslog } from '../syslog.ts';
import { LiveLog } from './live-log.ts';
import { LiveRows } from './live-rows.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A browser that keeps what it is sent. */
function browser() {
  const state = { hasRoom: true, ended: false };
  const written: string[] = [];
  const sink: StreamSink = {
    get hasRoom() {
      return state.hasRoom;
    },
    write: (text) => written.push(text),
    end: () => {
      state.ended = true;
    },
  };
  const events = (): { all: boolean; rows: { vpn: number }[]; gone: number[]; lines: unknown[] }[] =>
    written.filter((text) => text.startsWith('data: ')).map((text) => JSON.parse(text.slice(6)));
  return { state, written, sink, events };
}

const TUNNELS = 1000;

/** A thousand tunnels with traffic all the time. */
function busyRouter() {
  const router = { count: TUNNELS, asked: 0 };
  const rows = (): ConnectionRow[] => {
    router.asked += 1;
    return Array.from({ length: router.count }, (_, place) => ({
      vpn: place + 1,
      userIndex: 1,
      userName: 'anna',
      type: 'SSL Tunnel TLS_AES_128_GCM_SHA256',
      remoteAddress: '203.0.113.7',
      virtualNetwork: '192.168.240.10/32',
      txPackets: router.asked,
      txBytes: router.asked * 100,
      txRate: 800,
      rxPackets: router.asked,
      rxBytes: router.asked * 100,
      rxRate: 800,
      upTimeSeconds: router.asked,
      upTime: formatUpTime(router.asked),
      authenticated: true,
    }));
  };
  return { router, live: new LiveRows(rows) };
}

describe('the rows of a thousand tunnels', () => {
  test('go to each browser once a second, by one look at the tunnels for all, and not when nobody looks', () => {
    const { router, live } = busyRouter();
    vi.advanceTimersByTime(60_000);
    expect(router.asked).toBe(0);
    const browsers = Array.from({ length: 10 }, browser);
    const leave = browsers.map(({ sink }) => live.answer(() => true).stream?.start(sink));
    const joining = router.asked;
    vi.advanceTimersByTime(10_000);
    expect(router.asked - joining).toBe(10);
    for (const { events } of browsers) {
      const [first, ...more] = events();
      expect([first?.all, first?.rows.length]).toEqual([true, TUNNELS]);
      expect(more.filter(({ all }) => all)).toEqual([]);
      expect(more.length).toBeLessThanOrEqual(10 + browsers.length);
    }
    for (const close of leave) close?.();
    const asked = router.asked;
    vi.advanceTimersByTime(60_000);
    expect(router.asked).toBe(asked);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('do not pile up for a browser that reads too slowly: it gets them all when it has room, or is let go', () => {
    const { router, live } = busyRouter();
    const { state, written, sink, events } = browser();
    live.answer(() => true).stream?.start(sink);
    expect(events()).toHaveLength(1);
    state.hasRoom = false;
    vi.advanceTimersByTime(30_000);
    expect(written).toHaveLength(1);
    router.count = 400;
    state.hasRoom = true;
    vi.advanceTimersByTime(1000);
    expect([written.length, events()[1]?.all, events()[1]?.rows.length]).toEqual([2, true, 400]);
    state.hasRoom = false;
    vi.advanceTimersByTime(120_000);
    expect([written.length, state.ended]).toEqual([2, true]);
    live.close();
  });
});

describe('the syslog', () => {
  test('stays at its number of lines, and so does what a browser is sent, however much is written', () => {
    const syslog = new Syslog(200, () => 0);
    const live = new LiveLog(syslog);
    const { state, written, sink, events } = browser();
    live.answer(() => true).stream?.start(sink);
    for (let at = 0; at < 50_000; at += 1) syslog.write(`line ${at}`);
    expect(syslog.entries()).toHaveLength(200);
    vi.advanceTimersByTime(1000);
    // one event: more than a browser would show is not sent line by line
    expect(events()).toHaveLength(2);
    expect([events()[1]?.all, events()[1]?.lines.length]).toEqual([true, 200]);
    state.hasRoom = false;
    for (let at = 0; at < 50_000; at += 1) syslog.write(`line ${at}`);
    vi.advanceTimersByTime(1000);
    expect(written).toHaveLength(2);
    live.close();
  });
});
