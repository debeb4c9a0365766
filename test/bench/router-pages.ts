import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { chromiumPossible, startChromium } from '../support/chromium.ts';
import { table } from '../support/narration.ts';
import type { Cleanup } from './cleanup.ts';
import { Crowd } from './crowd.ts';
import { loadAverage } from './machine-facts.ts';
import { median, quantile } from './median.ts';
import { cpuSeconds, processUsage } from './process-usage.ts';
import type { Bench, SectionResult } from './section.ts';
import { fixed } from './text.ts';

const WATCH_MILLISECONDS = { whole: 10_000, quick: 4000 };
/** The page's script is compiled in the first updates; they are not counted. */
const WARM_UPS = 2;

/** What the page tells of itself. Milliseconds. */
const pageSchema = z.object({
  /** Of each update: from the message to its layout. */
  updates: z.array(z.number()),
  /** Between updates. */
  gaps: z.array(z.number()),
  /** Tasks of the page's thread that took longer than 50 ms, all together with parsing and painting. */
  longTasks: z.array(z.number()),
  rows: z.number(),
});

interface PagesSample {
  readonly sessions: number;
  readonly loadAverageBefore: number;
  readonly failures: readonly string[];
  readonly lost: number;
  readonly pings: number;
  readonly loadMilliseconds: number;
  readonly rows: number;
  readonly updates: number;
  readonly updateMedian: number;
  readonly updateWorst: number;
  readonly longestTask: number;
  readonly gapMedian: number;
  readonly gapWorst: number;
  /** Of the emulator: sessions with traffic, without and with somebody who looks at the page. */
  readonly cpuPercentUnwatched: number;
  readonly cpuPercentWatched: number;
  readonly syslogLines: number;
}

/** Connection Management in a real browser, while real sessions come up and have traffic every second. */
export async function routerPages(bench: Bench): Promise<SectionResult> {
  if (!chromiumPossible()) return { skipped: ['needs chromium'], samples: [], summary: [] };
  const samples: PagesSample[] = [];
  const { sessionCounts, sections, quick } = bench.options;
  const sessions = Math.max(...sessionCounts);
  // A round takes a minute: in a whole run there is one.
  const rounds = sections.length === 1 ? bench.options.rounds : 1;
  for (let round = 1; round <= rounds; round += 1) {
    bench.progress(`router's pages: round ${round} of ${rounds}, ${sessions} sessions`);
    samples.push(await measurePages(bench.cleanup, sessions, quick));
  }
  bench.progress('');
  print(samples);
  const failures = samples.reduce((sum, sample) => sum + sample.failures.length + sample.lost, 0);
  const skipped = failures === 0 ? [] : [`${failures} sessions that could not sign in or were lost`];
  return { skipped, samples, summary: samples };
}

async function measurePages(cleanup: Cleanup, sessions: number, quick: boolean): Promise<PagesSample> {
  const milliseconds = quick ? WATCH_MILLISECONDS.quick : WATCH_MILLISECONDS.whole;
  const crowd = await Crowd.start(cleanup, sessions, { pages: true });
  const browser = await startChromium();
  const closeBrowser = cleanup.add(() => browser.close());
  const address = `https://127.0.0.1:${crowd.router.port}`;
  const pid = crowd.router.process.pid ?? 0;
  const page = await logIn(browser, address, crowd.router.firstPassword ?? '');
  const loadAverageBefore = loadAverage();
  const { failures } = await crowd.open(sessions);

  const idle = await processUsage(pid);
  await crowd.traffic(milliseconds);
  const unwatched = await processUsage(pid);

  const loading = performance.now();
  await page.goto(`${address}/connections`);
  await page.getByText('Live', { exact: true }).waitFor();
  const loadMilliseconds = performance.now() - loading;
  const before = await processUsage(pid);
  await page.evaluate(FOLLOW);
  const pings = await crowd.traffic(milliseconds);
  const told = pageSchema.parse(await page.evaluate(TOLD));
  const watched = await processUsage(pid);

  const { syslog } = await crowd.router.connections();
  const lost = await crowd.closeSessions();
  await closeBrowser();
  await crowd.end();
  const updates = told.updates.slice(WARM_UPS);
  const seconds = milliseconds / 1000;
  return {
    sessions,
    loadAverageBefore,
    failures,
    lost,
    pings,
    loadMilliseconds,
    rows: told.rows,
    updates: told.updates.length,
    updateMedian: median(updates),
    updateWorst: Math.max(0, ...updates),
    longestTask: Math.max(0, ...told.longTasks),
    gapMedian: median(told.gaps),
    gapWorst: quantile(told.gaps, 1),
    cpuPercentUnwatched: (100 * cpuSeconds(idle, unwatched)) / seconds,
    cpuPercentWatched: (100 * cpuSeconds(before, watched)) / seconds,
    syslogLines: syslog.length,
  };
}

async function logIn(browser: Browser, address: string, password: string): Promise<Page> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 860 },
  });
  const page = await context.newPage();
  await page.goto(address);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Login' }).click();
  await page.getByRole('heading', { level: 1, name: 'Remote Dial-In User' }).waitFor();
  return page;
}

/** The page's script measures each update; these gather the measurements, in the page. */
const FOLLOW = `
  globalThis.told = { updates: [], starts: [], longTasks: [] };
  new PerformanceObserver((list) => {
    for (const { name, duration, startTime } of list.getEntries()) {
      if (name !== 'update') continue;
      told.updates.push(duration);
      told.starts.push(startTime);
    }
  }).observe({ entryTypes: ['measure'] });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) told.longTasks.push(duration);
  }).observe({ entryTypes: ['longtask'] });`;
const TOLD = `({
  updates: told.updates,
  gaps: told.starts.slice(1).map((start, at) => start - told.starts[at]),
  longTasks: told.longTasks,
  rows: document.querySelectorAll('tr[data-vpn]').length,
})`;

function print(samples: readonly PagesSample[]): void {
  table([
    [
      'sessions',
      'rows',
      'page loads ms',
      'updates',
      'update ms',
      'worst',
      'longest task ms',
      'every ms',
      'worst',
      'CPU % unwatched',
      'watched',
      'syslog lines',
    ],
    ...samples.map((sample) => [
      String(sample.sessions),
      String(sample.rows),
      fixed(sample.loadMilliseconds, 0),
      String(sample.updates),
      fixed(sample.updateMedian, 1),
      fixed(sample.updateWorst, 1),
      sample.longestTask === 0 ? '< 50' : fixed(sample.longestTask, 0),
      fixed(sample.gapMedian, 0),
      fixed(sample.gapWorst, 0),
      fixed(sample.cpuPercentUnwatched, 1),
      fixed(sample.cpuPercentWatched, 1),
      String(sample.syslogLines),
    ]),
  ]);
}
