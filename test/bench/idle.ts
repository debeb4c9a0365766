import { setTimeout as wait } from 'node:timers/promises';
import { table } from '../support/narration.ts';
import { startBackground } from './background-program.ts';
import { makeHosts } from './hosts.ts';
import { loadAverage } from './machine-facts.ts';
import { openvpn } from './peers/openvpn.ts';
import { missingProgram } from './peers/peer.ts';
import { smartvpn } from './peers/smartvpn.ts';
import { type ProcessUsage, cpuSeconds, processUsage } from './process-usage.ts';
import type { Bench, SectionResult } from './section.ts';
import { fixed, mebibytes } from './text.ts';

/** What connecting has stirred up settles. */
const SETTLE_MILLISECONDS = { whole: 3000, quick: 1000 };

interface IdleSample {
  readonly process: string;
  readonly loadAverageBefore: number;
  readonly seconds: number;
  readonly cpuPercent: number;
  /** From the ticks of user and kernel mode: coarse, 10 ms a tick. */
  readonly userTicksSeconds: number;
  readonly systemTicksSeconds: number;
  readonly switchesPerSecond: number;
  readonly rssBytes: number;
  readonly pssBytes: number | undefined;
}

/** Memory, CPU time and wake-ups of client and emulator while a tunnel is up and nobody uses it. All at once. */
export async function idle(bench: Bench): Promise<SectionResult> {
  if (!bench.namespaces) return { skipped: ['needs network namespaces'], samples: [], summary: [] };
  const hosts = await makeHosts(bench.cleanup);
  const pids = new Map<string, number | undefined>();
  const ours = await smartvpn.open(hosts);
  bench.cleanup.add(() => ours.close());
  pids.set('smartvpn connect', ours.clientPid).set('emulator, one session', ours.serverPid);
  const bare = await startBackground(hosts.client, [
    process.execPath,
    '-e',
    'setInterval(() => {}, 2 ** 30)',
  ]);
  pids.set('node that does nothing', bare.pid);
  const missing = missingProgram(openvpn);
  if (missing === undefined) {
    const theirs = await openvpn.open(hosts);
    bench.cleanup.add(() => theirs.close());
    pids.set('openvpn client', theirs.clientPid).set('openvpn server', theirs.serverPid);
  }
  bench.progress(`idle: ${bench.options.idleSeconds} s`);
  await wait(bench.options.quick ? SETTLE_MILLISECONDS.quick : SETTLE_MILLISECONDS.whole);
  const samples = await watchIdle(pids, bench.options.idleSeconds);
  bench.progress('');
  print(samples);
  return {
    skipped: missing === undefined ? [] : [`openvpn: ${missing} is not installed`],
    samples,
    summary: samples,
  };
}

async function watchIdle(
  pids: ReadonlyMap<string, number | undefined>,
  seconds: number,
): Promise<IdleSample[]> {
  const loadAverageBefore = loadAverage();
  const before = await usages(pids);
  const started = performance.now();
  await wait(seconds * 1000);
  const after = await usages(pids);
  const passed = (performance.now() - started) / 1000;
  return [...pids.keys()].flatMap((name) => {
    const [first, last] = [before.get(name), after.get(name)];
    return first === undefined || last === undefined
      ? []
      : [{ process: name, loadAverageBefore, ...idleUsage(first, last, passed) }];
  });
}

async function usages(pids: ReadonlyMap<string, number | undefined>): Promise<Map<string, ProcessUsage>> {
  const found = new Map<string, ProcessUsage>();
  for (const [name, pid] of pids) if (pid !== undefined) found.set(name, await processUsage(pid));
  return found;
}

function idleUsage(
  before: ProcessUsage,
  after: ProcessUsage,
  seconds: number,
): Omit<IdleSample, 'process' | 'loadAverageBefore'> {
  const switches = (usage: ProcessUsage): number => usage.voluntarySwitches + usage.involuntarySwitches;
  return {
    seconds,
    cpuPercent: (100 * cpuSeconds(before, after)) / seconds,
    userTicksSeconds: after.userSeconds - before.userSeconds,
    systemTicksSeconds: after.systemSeconds - before.systemSeconds,
    switchesPerSecond: (switches(after) - switches(before)) / seconds,
    rssBytes: after.rssBytes,
    pssBytes: after.pssBytes,
  };
}

function print(samples: readonly IdleSample[]): void {
  table([
    ['process', 'RSS MiB', 'PSS MiB', 'CPU %', 'user s', 'system s', 'switches/s'],
    ...samples.map((sample) => [
      sample.process,
      mebibytes(sample.rssBytes),
      mebibytes(sample.pssBytes),
      fixed(sample.cpuPercent, 3),
      fixed(sample.userTicksSeconds, 2),
      fixed(sample.systemTicksSeconds, 2),
      fixed(sample.switchesPerSecond, 1),
    ]),
  ]);
}
