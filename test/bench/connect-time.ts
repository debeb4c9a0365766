import { STAGES } from '../../shared/connection.ts';
import { table } from '../support/narration.ts';
import { type ConnectWay, DELAY_MILLISECONDS, type Way } from './connect-way.ts';
import { loadAverage } from './machine-facts.ts';
import { median } from './median.ts';
import { programWays } from './program-ways.ts';
import type { Bench, SectionResult } from './section.ts';
import { sessionWays } from './session-ways.ts';
import { fixed } from './text.ts';
import type { StageTimes } from './timed-session.ts';

interface ConnectSample {
  readonly kind: string;
  readonly way: Way;
  readonly round: number;
  readonly loadAverageBefore: number;
  readonly milliseconds: number;
  readonly stages: StageTimes;
}

interface ConnectSummary {
  readonly kind: string;
  readonly directMilliseconds: number;
  readonly delayedMilliseconds: number;
  /** (delayed − direct) / 100 ms, of all stages that wait for the router. */
  readonly roundTrips: number;
  readonly stages: readonly {
    readonly stage: string;
    readonly directMilliseconds: number;
    readonly roundTrips: number;
  }[];
}

/** Direct attempts are short, and so there can be several for each delayed one. */
const attemptsPerRound = (quick: boolean): Readonly<Record<Way, number>> => ({
  direct: quick ? 1 : 3,
  delayed: 1,
});
const WARM_UPS = 2;

/** What happens on this machine alone: its chance differences are no round trips. */
const LOCAL_STAGES: ReadonlySet<string> = new Set(['starting', 'resolving', 'configuring']);
const STAGE_ORDER: readonly string[] = ['starting', ...STAGES];

/** Connect time directly and through a proxy with a round trip of 100 ms, by kind of profile and router. */
export async function connectTime(bench: Bench): Promise<SectionResult> {
  const program = bench.namespaces ? await programWays(bench.cleanup) : [];
  const kinds = [...(await sessionWays(bench.cleanup)), ...program];
  const samples: ConnectSample[] = [];
  for (const kind of kinds) {
    if (kind.startsCold) continue;
    bench.progress(`connect time: ${kind.name}, warming up`);
    for (let i = 0; i < WARM_UPS; i += 1) await kind.connect('direct');
  }
  for (let round = 1; round <= bench.options.rounds; round += 1) {
    for (const kind of kinds) {
      bench.progress(`connect time: round ${round} of ${bench.options.rounds}, ${kind.name}`);
      samples.push(...(await measureKind(kind, round, attemptsPerRound(bench.options.quick))));
    }
  }
  const summary = kinds.map(({ name }) => summarize(samples.filter(({ kind }) => kind === name)));
  bench.progress('');
  print(summary);
  const skipped = bench.namespaces ? [] : ['the whole program: needs network namespaces'];
  return { skipped, samples, summary };
}

async function measureKind(
  kind: ConnectWay,
  round: number,
  attempts: Readonly<Record<Way, number>>,
): Promise<ConnectSample[]> {
  const samples: ConnectSample[] = [];
  for (const way of ['direct', 'delayed'] as const) {
    for (let i = 0; i < attempts[way]; i += 1) {
      const loadAverageBefore = loadAverage();
      samples.push({ kind: kind.name, way, round, loadAverageBefore, ...(await kind.connect(way)) });
    }
  }
  return samples;
}

function summarize(samples: readonly ConnectSample[]): ConnectSummary {
  const middle = (way: Way, of: (sample: ConnectSample) => number): number =>
    median(samples.filter((sample) => sample.way === way).map((sample) => of(sample)));
  const roundTrips = (of: (sample: ConnectSample) => number): number =>
    (middle('delayed', of) - middle('direct', of)) / (2 * DELAY_MILLISECONDS);
  const total = (sample: ConnectSample): number => sample.milliseconds;
  const stages = [...new Set(samples.flatMap((sample) => Object.keys(sample.stages)))];
  return {
    kind: samples[0]?.kind ?? '',
    directMilliseconds: middle('direct', total),
    delayedMilliseconds: middle('delayed', total),
    roundTrips: roundTrips(({ stages }) => networkTime(stages)),
    stages: stages.map((stage) => {
      const time = (sample: ConnectSample): number => sample.stages[stage] ?? 0;
      return { stage, directMilliseconds: middle('direct', time), roundTrips: roundTrips(time) };
    }),
  };
}

function networkTime(stages: StageTimes): number {
  return Object.entries(stages).reduce(
    (sum, [stage, time]) => (LOCAL_STAGES.has(stage) ? sum : sum + time),
    0,
  );
}

function print(summary: readonly ConnectSummary[]): void {
  table([
    ['profile and router', 'direct ms', '100 ms away', 'round trips'],
    ...summary.map(({ kind, directMilliseconds, delayedMilliseconds, roundTrips }) => [
      kind,
      fixed(directMilliseconds, 1),
      fixed(delayedMilliseconds, 0),
      fixed(roundTrips, 1),
    ]),
  ]);
  const measured = new Set(summary.flatMap((line) => line.stages.map(({ stage }) => stage)));
  const shown = STAGE_ORDER.filter((stage) => measured.has(stage) && stage !== 'resolving');
  table([
    ['ms direct + round trips', ...shown],
    ...summary.map((line) => [line.kind, ...shown.map((name) => stageCell(line, name))]),
  ]);
}

function stageCell({ stages }: ConnectSummary, name: string): string {
  const found = stages.find(({ stage }) => stage === name);
  if (found === undefined) return '–';
  const milliseconds = fixed(found.directMilliseconds, 1);
  return LOCAL_STAGES.has(name) ? milliseconds : `${milliseconds} + ${fixed(found.roundTrips, 1)}`;
}
