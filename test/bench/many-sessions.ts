import { setTimeout as wait } from 'node:timers/promises';
import { table } from '../support/narration.ts';
import type { Cleanup } from './cleanup.ts';
import { Crowd } from './crowd.ts';
import { loadAverage } from './machine-facts.ts';
import { median, quantile } from './median.ts';
import { cpuSeconds, openDescriptors, processUsage } from './process-usage.ts';
import type { Bench, SectionResult } from './section.ts';
import { fixed, mebibytes } from './text.ts';

/** The first sign-ins compile the emulator's code; they are not counted. */
const WARM_UPS = 10;
const ROUND_TRIPS = { count: 50, pauseMilliseconds: 20 };
/** Longer than a keep-alive's turn (10 s), so that each session has had its own. */
const IDLE_MILLISECONDS = { whole: 10_500, quick: 3000 };

interface SessionsSample {
  readonly sessions: number;
  readonly round: number;
  readonly loadAverageBefore: number;
  readonly failures: readonly string[];
  readonly lost: number;
  readonly signInsPerSecond: number;
  /** CPU milliseconds of the emulator for one sign-in. */
  readonly cpuPerSignIn: number;
  /** Milliseconds of one sign-in while so many others are under way. */
  readonly signInMedian: number;
  readonly rssBefore: number;
  readonly rssDuring: number;
  readonly rssAfter: number;
  readonly bytesPerSession: number;
  readonly idleCpuPercent: number;
  readonly roundTrip: number;
  readonly roundTrip90: number;
  readonly closeMilliseconds: number;
  readonly descriptors: { readonly before: number; readonly during: number; readonly after: number };
}

/** The emulator with real sessions, without devices, over loopback; a fresh emulator for each number of them. */
export async function manySessions(bench: Bench): Promise<SectionResult> {
  const samples: SessionsSample[] = [];
  const { sessionCounts, quick, sections } = bench.options;
  // A round takes most of a minute: in a whole run there is one.
  const rounds = sections.length === 1 ? bench.options.rounds : 1;
  for (let round = 1; round <= rounds; round += 1) {
    for (const sessions of sessionCounts) {
      bench.progress(`many sessions: round ${round} of ${rounds}, ${sessions}`);
      samples.push(await measureSessions(bench.cleanup, sessions, round, quick));
    }
  }
  bench.progress('');
  const summary = sessionCounts.map((sessions) => {
    return summarize(samples.filter((sample) => sample.sessions === sessions));
  });
  print(summary);
  const failures = samples.reduce((sum, sample) => sum + sample.failures.length + sample.lost, 0);
  const skipped = failures === 0 ? [] : [`${failures} sessions that could not sign in or were lost`];
  return { skipped, samples, summary };
}

async function measureSessions(
  cleanup: Cleanup,
  sessions: number,
  round: number,
  quick: boolean,
): Promise<SessionsSample> {
  const crowd = await Crowd.start(cleanup, sessions + WARM_UPS);
  const pid = crowd.router.process.pid ?? 0;

  await crowd.open(WARM_UPS);
  await crowd.closeSessions();
  const loadAverageBefore = loadAverage();
  const before = await processUsage(pid);
  const descriptorsBefore = await openDescriptors(pid);

  const started = performance.now();
  const { signIns, failures } = await crowd.open(sessions);
  const seconds = (performance.now() - started) / 1000;
  const signedIn = await processUsage(pid);

  const idleMilliseconds = quick ? IDLE_MILLISECONDS.quick : IDLE_MILLISECONDS.whole;
  await wait(idleMilliseconds);
  const during = await processUsage(pid);
  const descriptorsDuring = await openDescriptors(pid);
  const roundTrips =
    (await crowd.hosts[0]?.roundTrips(ROUND_TRIPS.count, ROUND_TRIPS.pauseMilliseconds)) ?? [];

  const closing = performance.now();
  const lost = await crowd.closeSessions();
  const closeMilliseconds = performance.now() - closing;
  const after = await processUsage(pid);
  const descriptorsAfter = await openDescriptors(pid);
  await crowd.end();

  return {
    sessions,
    round,
    loadAverageBefore,
    failures,
    lost,
    signInsPerSecond: signIns.length / seconds,
    cpuPerSignIn: (1000 * cpuSeconds(before, signedIn)) / sessions,
    signInMedian: median(signIns),
    rssBefore: before.rssBytes,
    rssDuring: during.rssBytes,
    rssAfter: after.rssBytes,
    bytesPerSession: (during.rssBytes - before.rssBytes) / sessions,
    idleCpuPercent: (100 * cpuSeconds(signedIn, during)) / (idleMilliseconds / 1000),
    roundTrip: median(roundTrips),
    roundTrip90: quantile(roundTrips, 0.9),
    closeMilliseconds,
    descriptors: { before: descriptorsBefore, during: descriptorsDuring, after: descriptorsAfter },
  };
}

type SessionsSummary = Omit<SessionsSample, 'round' | 'loadAverageBefore' | 'failures'>;

function summarize(samples: readonly SessionsSample[]): SessionsSummary {
  const middle = (of: (sample: SessionsSample) => number): number =>
    median(samples.map((sample) => of(sample)));
  return {
    sessions: samples[0]?.sessions ?? 0,
    lost: middle((sample) => sample.lost),
    signInsPerSecond: middle((sample) => sample.signInsPerSecond),
    cpuPerSignIn: middle((sample) => sample.cpuPerSignIn),
    signInMedian: middle((sample) => sample.signInMedian),
    rssBefore: middle((sample) => sample.rssBefore),
    rssDuring: middle((sample) => sample.rssDuring),
    rssAfter: middle((sample) => sample.rssAfter),
    bytesPerSession: middle((sample) => sample.bytesPerSession),
    idleCpuPercent: middle((sample) => sample.idleCpuPercent),
    roundTrip: middle((sample) => sample.roundTrip),
    roundTrip90: middle((sample) => sample.roundTrip90),
    closeMilliseconds: middle((sample) => sample.closeMilliseconds),
    descriptors: {
      before: middle((sample) => sample.descriptors.before),
      during: middle((sample) => sample.descriptors.during),
      after: middle((sample) => sample.descriptors.after),
    },
  };
}

function print(summary: readonly SessionsSummary[]): void {
  table([
    [
      'sessions',
      'sign-ins/s',
      'CPU ms each',
      'sign-in ms',
      'RSS MiB',
      'KiB each',
      'idle CPU %',
      'ping ms',
      'ping 90 %',
      'close all ms',
      'files',
    ],
    ...summary.map((line) => [
      String(line.sessions),
      fixed(line.signInsPerSecond, 0),
      fixed(line.cpuPerSignIn, 1),
      fixed(line.signInMedian, 0),
      `${mebibytes(line.rssBefore)} → ${mebibytes(line.rssDuring)} → ${mebibytes(line.rssAfter)}`,
      // One session's memory drowns in the collector's.
      line.sessions < 100 ? '–' : fixed(line.bytesPerSession / 1024, 0),
      fixed(line.idleCpuPercent, 2),
      fixed(line.roundTrip, 2),
      fixed(line.roundTrip90, 2),
      fixed(line.closeMilliseconds, 0),
      `${line.descriptors.before} → ${line.descriptors.during} → ${line.descriptors.after}`,
    ]),
  ]);
}
