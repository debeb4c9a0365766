import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { namespacesPossible } from '../support/namespace.ts';
import { say, step, table } from '../support/narration.ts';
import { runInUserNamespace } from '../support/user-namespace.ts';
import { drawChart } from './chart.ts';
import { Cleanup } from './cleanup.ts';
import { connectTime } from './connect-time.ts';
import { far } from './far.ts';
import { flood } from './flood.ts';
import { figureRows, figures, reportSchema } from './headline.ts';
import { joinReports } from './join-reports.ts';
import { idle } from './idle.ts';
import { integrity } from './integrity.ts';
import { loadAverage, machineFacts } from './machine-facts.ts';
import { manySessions } from './many-sessions.ts';
import { type BenchOptions, type SectionName, parseOptions } from './options.ts';
import { reconnect } from './reconnect.ts';
import { repeat } from './repeat.ts';
import { routerPages } from './router-pages.ts';
import type { Bench, SectionResult } from './section.ts';
import { window } from './window/window.ts';
import { shaped } from './shaped.ts';
import { shutdown } from './shutdown.ts';
import { soak } from './soak.ts';
import { throughput } from './throughput.ts';

/** `npm run bench`: see docs/benchmarks.md. */

const TITLES: Readonly<Record<SectionName, string>> = {
  throughput: 'Throughput, CPU and ping through the tunnel',
  'connect-time': 'Connect time',
  idle: 'Connected and idle',
  'many-sessions': 'The emulator with many sessions',
  'router-pages': 'The router’s pages while many sessions are up',
  window: 'The window',
  shaped: 'A slow link that TCP fills',
  flood: 'Under a flood of UDP',
  shutdown: 'Ended while it is busy',
  far: 'A router that is far away',
  integrity: 'The same bytes with every part of the data plane on and off',
  soak: 'Full load for a long time',
  reconnect: 'Traffic again after the network was away',
  repeat: 'Connecting and disconnecting again and again',
};

const RUNS: Readonly<Record<SectionName, (bench: Bench) => Promise<SectionResult>>> = {
  throughput,
  'connect-time': connectTime,
  idle,
  'many-sessions': manySessions,
  'router-pages': routerPages,
  window,
  far,
  shaped,
  flood,
  shutdown,
  integrity,
  soak,
  reconnect,
  repeat,
};

async function bench(options: BenchOptions): Promise<void> {
  const started = performance.now();
  const cleanup = new Cleanup();
  const folder = mkdtempSync(join(tmpdir(), 'svpn-bench-'));
  // Temporary folders of everything that is started from here on go with this one.
  process.env['TMPDIR'] = folder;
  cleanup.add(() => rmSync(folder, { recursive: true, force: true }));
  stopOnSignals(cleanup);
  try {
    const machine = await machineFacts();
    step('Machine');
    say(`${machine.cores} × ${machine.processor}, ${Math.round(machine.memoryBytes / 2 ** 30)} GiB`);
    say(`Linux ${machine.kernel} ${machine.architecture}, Node ${machine.node}, OpenSSL ${machine.openssl}`);
    const programs = Object.entries(machine.programs);
    say(programs.map(([name, version]) => `${name} ${version ?? 'not installed'}`).join(', '));
    say(`Load average ${loadAverage().toFixed(2)}; medians of ${options.rounds} rounds, interleaved`);
    const sections: Record<string, SectionResult & { readonly seconds: number }> = {};
    for (const name of options.sections) {
      step(TITLES[name]);
      const scope = new Cleanup();
      const endScope = cleanup.add(() => scope.run());
      const begun = performance.now();
      const result = await RUNS[name]({
        options,
        cleanup: scope,
        namespaces: namespacesPossible(),
        progress,
      });
      await endScope();
      for (const line of result.skipped) say(`left out: ${line}`);
      sections[name] = { ...result, seconds: (performance.now() - begun) / 1000 };
    }
    const seconds = (performance.now() - started) / 1000;
    step(`Done in ${seconds.toFixed(0)} s, load average now ${loadAverage().toFixed(2)}.`);
    const report = { finishedAt: new Date().toISOString(), seconds, machine, options, sections };
    if (options.jsonFile !== undefined) writeReport(options.jsonFile, report);
    // As it will be read one day: what is no number is null in JSON.
    conclude(JSON.parse(JSON.stringify(report)), options);
  } catch (error) {
    // While a signal is being obeyed, what fails is its consequence.
    if (cleanup.begun) await new Promise(() => {});
    throw error;
  } finally {
    await cleanup.run();
  }
}

function writeReport(file: string, report: object): void {
  writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
}

/** What it comes to in the end, as a table and as a chart. */
function conclude(written: unknown, { chartFile }: BenchOptions): void {
  const report = reportSchema.parse(written);
  const found = figures(report);
  if (found.length > 0) {
    step('In the end');
    table(figureRows(found));
  }
  if (chartFile !== undefined) writeFileSync(chartFile, drawChart(report));
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${text}${text === '' ? '' : ' …'}`);
}

/** Also a benchmark that is stopped halfway leaves nothing behind. A second signal does not wait. */
function stopOnSignals(cleanup: Cleanup): void {
  let stopping = false;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(code);
      stopping = true;
      void cleanup.run().then(() => process.exit(code));
    });
  }
}

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if ('say' in options) {
    process.stderr.write(options.say);
    return 2;
  }
  if (options.fromFiles.length > 0) {
    const report = joinReports(options.fromFiles.map((file) => readFileSync(file, 'utf8')));
    if (options.jsonFile !== undefined) writeReport(options.jsonFile, report);
    conclude(report, options);
    return 0;
  }
  const elsewhere = runInUserNamespace(fileURLToPath(import.meta.url), process.argv.slice(2));
  if (elsewhere !== undefined) return elsewhere;
  await bench(options);
  return 0;
}

process.exitCode = await main();
