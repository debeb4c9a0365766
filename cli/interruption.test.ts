import { afterEach, expect, test } from 'vitest';
import { type Interruption, watchInterruption } from './interruption.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const before = SIGNALS.map((signal) => [signal, process.listeners(signal)] as const);

afterEach(() => {
  for (const [signal, listeners] of before) {
    for (const listener of process.listeners(signal)) {
      if (!listeners.includes(listener)) process.off(signal, listener);
    }
  }
});

function watch(outlivesTerminal = false): {
  readonly codes: number[];
  readonly interruption: Interruption;
} {
  const codes: number[] = [];
  return { codes, interruption: watchInterruption({ end: (code) => codes.push(code), outlivesTerminal }) };
}

test('the first signal is a wish to end, the second ends at once', () => {
  const { codes, interruption } = watch();
  process.emit('SIGTERM');
  expect(interruption.signal.aborted).toBe(true);
  expect(codes).toEqual([]);
  process.emit('SIGINT');
  expect(codes).toEqual([130]);
  expect(interruption.reason()).toBe('terminated');
});

test('a terminal that is closed says so more than once: what is tidied up is not cut short', () => {
  const { codes, interruption } = watch();
  interruption.interrupt('hangup');
  process.emit('SIGHUP');
  process.emit('SIGHUP');
  expect(interruption.reason()).toBe('hangup');
  expect(codes).toEqual([]);
});

test('what was started to outlive its terminal hears no SIGHUP, and everything else', () => {
  const { codes, interruption } = watch(true);
  process.emit('SIGHUP');
  expect(interruption.signal.aborted).toBe(false);
  process.emit('SIGTERM');
  process.emit('SIGHUP');
  expect(interruption.reason()).toBe('terminated');
  expect(codes).toEqual([]);
});
