import { describe, expect, test } from 'vitest';
import {
  cpuSeconds,
  parseMemory,
  parseSchedstat,
  parseStat,
  parseSwitches,
  type ProcessUsage,
} from './process-usage.ts';

const STATUS = `Name:\tnode
VmHWM:\t   91000 kB
VmRSS:\t   81234 kB
Threads:\t11
voluntary_ctxt_switches:\t457
nonvoluntary_ctxt_switches:\t23
`;

describe('/proc', () => {
  test('stat: CPU time stands behind the name, whatever the name holds', () => {
    const rest = 'S 1 7 7 0 -1 4194560 1 2 3 4 150 25 0 0 20 0 11 0 6 7 8';
    expect(parseStat(`42 (node) ${rest}`)).toEqual({ userSeconds: 1.5, systemSeconds: 0.25 });
    expect(parseStat(`42 (a) S (b c) ${rest}`)).toEqual({ userSeconds: 1.5, systemSeconds: 0.25 });
  });

  test('status and smaps_rollup: memory in bytes', () => {
    const rollup =
      '00400000-7ffe [rollup]\nRss:               81234 kB\nPss:               61000 kB\nPss_Anon: 5 kB\n';
    expect(parseMemory(STATUS, rollup)).toEqual({ rssBytes: 81_234 * 1024, pssBytes: 61_000 * 1024 });
    expect(parseMemory(STATUS, '').pssBytes).toBeUndefined();
  });

  test('status: switches of either kind are told apart', () => {
    expect(parseSwitches(STATUS)).toEqual({ voluntarySwitches: 457, involuntarySwitches: 23 });
  });

  test('schedstat: nanoseconds, or nothing where the kernel keeps no account', () => {
    expect(parseSchedstat('2500000000 77 8\n')).toBe(2.5);
    expect(parseSchedstat('0 0 0\n')).toBeUndefined();
    expect(parseSchedstat('')).toBeUndefined();
  });
});

describe('CPU seconds between two looks', () => {
  const usage: ProcessUsage = {
    userSeconds: 1,
    systemSeconds: 2,
    scheduledSeconds: 3.01,
    voluntarySwitches: 0,
    involuntarySwitches: 0,
    rssBytes: 0,
    pssBytes: 0,
  };
  test('from the scheduler when it says', () => {
    expect(cpuSeconds(usage, { ...usage, userSeconds: 2, scheduledSeconds: 3.51 })).toBeCloseTo(0.5);
  });
  test('else from the ticks of both modes', () => {
    const later = { ...usage, userSeconds: 2, systemSeconds: 2.5, scheduledSeconds: undefined };
    expect(cpuSeconds(usage, later)).toBeCloseTo(1.5);
  });
});
