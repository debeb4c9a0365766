import { describe, expect, test } from 'vitest';
import { KeepAlive } from './keep-alive.ts';

/** A clock that runs only when told to, with the timers on it. */
class Clock {
  now = 0;
  readonly timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  readonly startTimer = (milliseconds: number, callback: () => void): (() => void) => {
    const timer = { at: this.now + milliseconds, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  };

  advanceTo(end: number): void {
    for (;;) {
      const due = [...this.timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.timers.delete(due);
      this.now = due.at;
      due.callback();
    }
    this.now = end;
  }
}

function start() {
  const clock = new Clock();
  const heard = { at: 0 };
  const asked: { n: number; at: number }[] = [];
  const silences: number[] = [];
  const keepAlive = new KeepAlive({
    milliseconds: 10_000,
    lastReceivedAt: () => heard.at,
    now: () => clock.now,
    ask: (n) => asked.push({ n, at: clock.now }),
    silent: (milliseconds) => silences.push(milliseconds),
    startTimer: clock.startTimer,
  });
  return { clock, heard, asked, silences, keepAlive };
}

describe('a probe', () => {
  test('asks at once, and silence for its patience is the end', () => {
    const { clock, heard, asked, silences, keepAlive } = start();
    heard.at = 4000;
    clock.advanceTo(5000);
    keepAlive.probe(1500);
    expect(asked).toEqual([{ n: 0, at: 5000 }]);
    clock.advanceTo(6499);
    expect(silences).toEqual([]);
    clock.advanceTo(100_000);
    expect(silences).toEqual([2500]);
    expect(clock.timers.size).toBe(0);
  });

  test('that is answered leaves everything as it was', () => {
    const { clock, heard, asked, silences, keepAlive } = start();
    clock.advanceTo(5000);
    keepAlive.probe(1500);
    heard.at = 5100;
    clock.advanceTo(15_100);
    expect(asked).toEqual([
      { n: 0, at: 5000 },
      { n: 1, at: 15_100 },
    ]);
    expect(silences).toEqual([]);
    expect(clock.timers.size).toBe(1);
  });
});

describe('keep-alive', () => {
  test('asks after ten seconds of silence and gives up ten seconds after the third question', () => {
    const { clock, asked, silences } = start();
    clock.advanceTo(39_999);
    expect(asked).toEqual([
      { n: 0, at: 10_000 },
      { n: 1, at: 20_000 },
      { n: 2, at: 30_000 },
    ]);
    expect(silences).toEqual([]);
    clock.advanceTo(100_000);
    expect(silences).toEqual([40_000]);
    expect(clock.timers.size).toBe(0);
  });

  test('asks nothing while traffic comes', () => {
    const { clock, heard, asked } = start();
    for (let at = 0; at < 100_000; at += 9_000) {
      clock.advanceTo(at);
      heard.at = at;
    }
    expect(asked).toEqual([]);
    expect(clock.timers.size).toBe(1);
    clock.advanceTo(heard.at + 10_000);
    expect(asked).toEqual([{ n: 0, at: heard.at + 10_000 }]);
  });

  test('an answer starts the count again; numbers go on', () => {
    const { clock, heard, asked, silences } = start();
    for (let round = 0; round < 5; round++) {
      clock.advanceTo(heard.at + 10_000);
      heard.at = clock.now + 50;
      clock.advanceTo(heard.at);
    }
    expect(asked.map(({ n }) => n)).toEqual([0, 1, 2, 3, 4]);
    expect(silences).toEqual([]);
    clock.advanceTo(heard.at + 40_000);
    expect(asked).toHaveLength(8);
    expect(silences).toEqual([40_000]);
  });

  test('a clock without fine steps does not make it spin', () => {
    const { clock, heard, asked } = start();
    heard.at = 0.6;
    clock.advanceTo(10_000);
    expect(asked).toHaveLength(1);
  });

  test('stopped, it keeps no timer', () => {
    const { clock, keepAlive, asked } = start();
    keepAlive.stop();
    clock.advanceTo(100_000);
    expect(clock.timers.size).toBe(0);
    expect(asked).toEqual([]);
  });
});
