import { z } from 'zod';
import { fixed } from './text.ts';

/*
 * What the sections' summaries say in the end: ours against the others, as ratios within one run. It is read from the
 * report, so that a report of another day gives the same table and the same chart.
 */

const number = z.number().nullable().catch(null);
const loadSchema = z.object({
  direction: z.enum(['up', 'down']),
  streams: z.number(),
  megabitsPerSecond: number,
  clientCpuPerGigabyte: number,
  clientPeakBytes: number,
});
const throughputSchema = z.array(
  z.object({ peer: z.string(), idlePing: number, loads: z.array(loadSchema) }),
);
const shapedSchema = z.array(
  z.object({
    peer: z.string(),
    loads: z.array(z.object({ direction: z.enum(['up', 'down']), streams: z.number(), ping: number })),
  }),
);
const floodSchema = z.array(
  z.object({
    peer: z.string(),
    link: z.enum(['slow', 'fast']),
    direction: z.enum(['up', 'down']),
    megabitsPerSecond: z.number(),
    pingsSent: z.number(),
    pingsLost: z.number(),
    arrivedMegabits: number,
    clientPeakBytes: number,
  }),
);
const shutdownSchema = z.array(z.object({ load: z.string(), longest: number, isClean: z.boolean() }));
const idleSchema = z.array(z.object({ process: z.string(), cpuPercent: number, rssBytes: number }));

const sectionOf = <Summary extends z.ZodType>(summary: Summary) => z.object({ summary }).optional();

export const reportSchema = z.object({
  finishedAt: z.string(),
  machine: z.object({ cores: z.number(), processor: z.string(), kernel: z.string(), node: z.string() }),
  options: z.object({ rounds: z.number(), quick: z.boolean().default(false) }),
  sections: z.object({
    throughput: sectionOf(throughputSchema),
    shaped: sectionOf(shapedSchema),
    flood: sectionOf(floodSchema),
    shutdown: sectionOf(shutdownSchema),
    idle: sectionOf(idleSchema),
  }),
});
export type Report = z.infer<typeof reportSchema>;

export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly digits: number;
  /** What it is to be, at least or at most. */
  readonly bound: { readonly least: number } | { readonly most: number };
}

const OURS = 'smartvpn';
const MEGABYTE = 1e6;

export function figures(report: Report): Figure[] {
  return [
    ...throughputFigures(report),
    ...shapedFigures(report),
    ...floodFigures(report),
    ...idleFigures(report),
    ...shutdownFigures(report),
  ];
}

/** Rows for a table. */
export function figureRows(all: readonly Figure[]): string[][] {
  return [
    ['figure', 'measured', 'to be', ''],
    ...all.map((figure) => [
      figure.what,
      fixed(figure.value, figure.digits),
      'least' in figure.bound ? `≥ ${figure.bound.least}` : `≤ ${figure.bound.most}`,
      holds(figure) ? 'yes' : 'NO',
    ]),
  ];
}

export function holds({ value, bound }: Figure): boolean {
  return 'least' in bound ? value >= bound.least : value <= bound.most;
}

function throughputFigures({ sections, options }: Report): Figure[] {
  const peers = sections.throughput?.summary;
  if (peers === undefined) return [];
  const loads = (name: string) => peers.find(({ peer }) => peer === name)?.loads ?? [];
  const found: Figure[] = [];
  const best: { peer: string; up: number; down: number }[] = [{ peer: 'openvpn', up: 4, down: 4 }];
  // A quick run leaves it out.
  if (!options.quick) best.push({ peer: 'openconnect', up: 3.5, down: 4 });
  for (const { peer, up, down } of best) {
    loads(OURS).forEach((ours, index) => {
      found.push({
        what: `Mbit/s ÷ ${peer}, ${ours.direction}, ${ours.streams} TCP`,
        value: quotient(ours.megabitsPerSecond, loads(peer)[index]?.megabitsPerSecond),
        digits: 1,
        bound: { least: ours.direction === 'up' ? up : down },
      });
    });
  }
  loads(OURS).forEach((ours, index) => {
    found.push({
      what: `CPU per GB ÷ openvpn, ${ours.direction}, ${ours.streams} TCP`,
      value: quotient(ours.clientCpuPerGigabyte, loads('openvpn')[index]?.clientCpuPerGigabyte),
      digits: 2,
      bound: { most: 0.22 },
    });
  });
  found.push(
    {
      what: 'idle ping, ms',
      value: peers.find(({ peer }) => peer === OURS)?.idlePing ?? Number.NaN,
      digits: 2,
      bound: { most: 1 },
    },
    {
      what: 'client RSS at full load, MB',
      value: highest(loads(OURS).map(({ clientPeakBytes }) => clientPeakBytes)) / MEGABYTE,
      digits: 0,
      bound: { most: 90 },
    },
  );
  return found;
}

function shapedFigures({ sections }: Report): Figure[] {
  const peers = sections.shaped?.summary ?? [];
  const loads = (name: string) => peers.find(({ peer }) => peer === name)?.loads ?? [];
  return loads(OURS).map((ours, index) => ({
    what: `ping on the slow link ÷ no tunnel, ${ours.direction}, ${ours.streams} TCP`,
    value: quotient(ours.ping, loads('no tunnel')[index]?.ping),
    digits: 2,
    bound: { most: 2.5 },
  }));
}

function floodFigures({ sections }: Report): Figure[] {
  const ours = sections.flood?.summary.filter(({ peer }) => peer === OURS) ?? [];
  if (ours.length === 0) return [];
  return [
    ...ours.map(({ link, direction, megabitsPerSecond, arrivedMegabits, pingsLost, pingsSent }) => ({
      what: `pings lost of ${pingsSent}, ${floodText(megabitsPerSecond)} ${direction}, ${link} link`,
      // Without a flood that arrived there was none.
      value: arrivedMegabits === null ? Number.NaN : pingsLost,
      digits: 0,
      bound: { most: 0 },
    })),
    {
      what: 'client RSS under the floods, MB',
      value: highest(ours.map(({ clientPeakBytes }) => clientPeakBytes)) / MEGABYTE,
      digits: 0,
      bound: { most: 90 },
    },
  ];
}

function floodText(megabitsPerSecond: number): string {
  return megabitsPerSecond === 0 ? 'all the UDP that can be sent' : `${megabitsPerSecond} Mbit/s of UDP`;
}

function idleFigures({ sections }: Report): Figure[] {
  const ours = sections.idle?.summary.find(({ process }) => process === 'smartvpn connect');
  return ours === undefined
    ? []
    : [{ what: 'idle CPU, %', value: ours.cpuPercent ?? Number.NaN, digits: 1, bound: { most: 0.04 } }];
}

function shutdownFigures({ sections }: Report): Figure[] {
  return (sections.shutdown?.summary ?? []).map(({ load, longest, isClean }) => ({
    what: `gone after Ctrl-C, ms, while it carries ${load}`,
    value: isClean ? (longest ?? Number.NaN) : Number.NaN,
    digits: 0,
    bound: { most: 1000 },
  }));
}

function quotient(value: number | null, base: number | null | undefined): number {
  return value === null || base === null || base === undefined ? Number.NaN : value / base;
}

function highest(values: readonly (number | null)[]): number {
  return Math.max(...values.map((value) => value ?? Number.NaN));
}
