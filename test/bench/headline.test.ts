import { expect, test } from 'vitest';
import { figureRows, figures, holds, reportSchema } from './headline.ts';

const load = (megabitsPerSecond: number, clientCpuPerGigabyte: number, clientPeakBytes: number | null) => ({
  direction: 'up',
  streams: 1,
  megabitsPerSecond,
  clientCpuPerGigabyte,
  clientPeakBytes,
});
const report = reportSchema.parse({
  finishedAt: '2026-01-01T00:00:00Z',
  machine: { cores: 2, processor: 'P', kernel: '6.1', node: '24' },
  options: { rounds: 3 },
  sections: {
    throughput: {
      summary: [
        { peer: 'smartvpn', idlePing: 0.8, loads: [load(4000, 1, 80e6)] },
        { peer: 'openvpn', idlePing: 0.3, loads: [load(400, 10, null)] },
      ],
    },
    flood: {
      summary: [
        {
          peer: 'smartvpn',
          link: 'slow',
          direction: 'up',
          megabitsPerSecond: 144,
          pingsSent: 50,
          pingsLost: 1,
          arrivedMegabits: 18,
          clientPeakBytes: 1,
        },
        {
          peer: 'smartvpn',
          link: 'fast',
          direction: 'up',
          megabitsPerSecond: 0,
          pingsSent: 50,
          pingsLost: 9,
          arrivedMegabits: 200,
          clientPeakBytes: 1,
        },
      ],
    },
  },
});

test('ratios against the peers of the same run, with what they are to be', () => {
  const found = figures(report);
  const byName = (part: string) => found.find(({ what }) => what.includes(part));
  expect(byName('÷ openvpn, up')).toMatchObject({ value: 10, bound: { least: 4 } });
  expect(byName('CPU per GB')).toMatchObject({ value: 0.1, bound: { most: 0.22 } });
  expect(byName('idle ping')).toMatchObject({ value: 0.8 });
  expect(byName('at full load')).toMatchObject({ value: 80 });
});

test('a quick run is not held to what it leaves out', () => {
  const quick = { ...report, options: { rounds: 1, quick: true } };
  const found = figures(quick).map(({ what }) => what);
  expect(found).toContain('Mbit/s ÷ openvpn, up, 1 TCP');
  expect(found.filter((what) => what.includes('openconnect'))).toEqual([]);
});

test('what was not measured does not hold, and no flood is too much', () => {
  const found = figures(report);
  const missing = found.find(({ what }) => what.includes('÷ openconnect'));
  expect(missing && holds(missing)).toBe(false);
  expect(figureRows(found).find(([what]) => what?.includes('÷ openconnect'))).toEqual([
    expect.any(String),
    '–',
    '≥ 3.5',
    'NO',
  ]);
  expect(found.filter(({ what }) => what.startsWith('pings lost'))).toMatchObject([
    { value: 1 },
    { what: 'pings lost of 50, all the UDP that can be sent up, fast link', value: 9 },
  ]);
});
