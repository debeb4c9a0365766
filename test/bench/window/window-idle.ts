import { setTimeout as wait } from 'node:timers/promises';
import { windowBuilt } from '../../support/built-window.ts';
import { table } from '../../support/narration.ts';
import { sparingThisMachine } from '../../support/network-privilege.ts';
import { keepProfile, makeHome } from '../../support/program.ts';
import { RouterHost } from '../../support/router-host.ts';
import { prefixInside } from '../../support/three-hosts.ts';
import { WindowProgram } from '../../support/window-program.ts';
import type { Cleanup } from '../cleanup.ts';
import { ADDRESS, makeHosts } from '../hosts.ts';
import { cpuSeconds, processUsage, type ProcessUsage } from '../process-usage.ts';
import type { Bench } from '../section.ts';
import { fixed } from '../text.ts';
import { startIdleDesktop } from './idle-desktop.ts';
import { PlainChromium, untilThere, type PlainPage } from './plain-chromium.ts';

const USER = { userName: 'bench', password: 'worth-nothing-elsewhere' } as const;
/** Chromium tidies its memory once, within half a minute after a page was hidden. */
const SETTLE_MILLISECONDS = { whole: 30_000, quick: 1000 };
/** Only to compare with. */
const LONGEST_IN_SIGHT_SECONDS = 20;

interface WindowIdleSample {
  readonly window: 'hidden' | 'statistics in sight';
  readonly process: string;
  readonly seconds: number;
  readonly cpuPercent: number;
  readonly ticksSeconds: number;
  readonly switchesPerSecond: number;
}

/** The real program, connected, with its window in a real browser: hidden, and to compare with, looked at. */
export async function windowIdle(bench: Bench): Promise<readonly WindowIdleSample[]> {
  const { options, cleanup } = bench;
  const desktop = await startIdleDesktop(cleanup);
  const scene = await connectedWindow(cleanup, bench.namespaces);
  const seconds = options.windowIdleSeconds;
  const samples: WindowIdleSample[] = [];
  for (const look of ['hidden', 'statistics in sight'] as const) {
    if (look === 'hidden') await scene.page.hide();
    else await scene.page.show();
    await scene.page.detach();
    const isLong = look === 'hidden' && !options.quick;
    bench.progress(`window ${look}`);
    await wait(isLong ? SETTLE_MILLISECONDS.whole : SETTLE_MILLISECONDS.quick);
    const pids = new Map<string, readonly number[]>([
      ['smartvpn ui', [scene.programPid]],
      ['Chromium’s renderers', await scene.browser.renderers()],
    ]);
    if (look === 'hidden') {
      pids.set('desktop shell, main process (on the double)', [desktop.main]);
      pids.set('desktop shell, tunnel process', desktop.tunnel);
    }
    samples.push(
      ...(await watch(look, pids, isLong ? seconds : Math.min(seconds, LONGEST_IN_SIGHT_SECONDS))),
    );
  }
  bench.progress('');
  table([
    ['window', 'process', 'CPU %', 'ticks s', 'switches/s'],
    ...samples.map((sample) => [
      sample.window,
      sample.process,
      fixed(sample.cpuPercent, 3),
      fixed(sample.ticksSeconds, 2),
      fixed(sample.switchesPerSecond, 2),
    ]),
  ]);
  return samples;
}

async function connectedWindow(cleanup: Cleanup, areNamespacesPossible: boolean) {
  await windowBuilt();
  const hosts = areNamespacesPossible ? await makeHosts(cleanup) : undefined;
  const home = await makeHome();
  cleanup.add(() => home.remove());
  const host = hosts === undefined ? '127.0.0.1' : ADDRESS.router;
  const router = await RouterHost.start({ listen: { host, port: 0 }, users: [{ ...USER }] }, hosts?.router);
  cleanup.add(() => router.close());
  const { publicKeySha256, port } = router;
  await keepProfile(home, {
    name: 'Office',
    server: host,
    port,
    userName: USER.userName,
    trustedCertificate: { publicKeySha256, trustedAt: new Date().toISOString() },
  });
  const program = WindowProgram.start(home, {
    prefix: hosts === undefined ? sparingThisMachine() : prefixInside(hosts.client),
  });
  cleanup.add(() => program.end());
  const browser = await PlainChromium.start(cleanup, hosts?.client);
  const page = await browser.openPage();
  await page.go(await program.address());
  await press(page, 'Connect');
  // Where no device can be had, the same is done without one.
  if (hosts === undefined) await press(page, 'Test connection');
  await page.evaluate(untilThere('dialog input[type=password]'));
  await page.send('Input.insertText', { text: USER.password });
  await page.evaluate(`document.querySelector('dialog button[type=submit]').click()`);
  await page.evaluate(untilThere('.state-word', 'Connected'));
  await press(page, 'Statistics');
  const programPid = program.pid;
  if (programPid === undefined) throw new Error('the program has ended');
  return { browser, page, programPid };
}

async function press(page: PlainPage, label: string): Promise<void> {
  await page.evaluate(untilThere('button', label));
  await page.evaluate(`Array.from(document.querySelectorAll('button'))
    .find((button) => button.textContent.trim() === ${JSON.stringify(label)}).click()`);
}

async function watch(
  window: WindowIdleSample['window'],
  pids: ReadonlyMap<string, readonly number[]>,
  seconds: number,
): Promise<WindowIdleSample[]> {
  const before = await usages(pids);
  const started = performance.now();
  await wait(seconds * 1000);
  const after = await usages(pids);
  const passed = (performance.now() - started) / 1000;
  return Array.from(pids.keys(), (process) => {
    const pairs = (after.get(process) ?? []).flatMap((last, index): [ProcessUsage, ProcessUsage][] => {
      const first = before.get(process)?.[index];
      return first === undefined ? [] : [[first, last]];
    });
    const sum = (part: (first: ProcessUsage, last: ProcessUsage) => number): number =>
      pairs.reduce((total, [first, last]) => total + part(first, last), 0);
    return {
      window,
      process,
      seconds: passed,
      cpuPercent: (100 * sum(cpuSeconds)) / passed,
      ticksSeconds: sum((first, last) => ticks(last) - ticks(first)),
      switchesPerSecond: sum((first, last) => switches(last) - switches(first)) / passed,
    };
  });
}

async function usages(
  pids: ReadonlyMap<string, readonly number[]>,
): Promise<ReadonlyMap<string, readonly ProcessUsage[]>> {
  const entries = Array.from(pids, async ([name, list]) => {
    return [name, await Promise.all(list.map((pid) => processUsage(pid)))] as const;
  });
  return new Map(await Promise.all(entries));
}

function ticks({ userSeconds, systemSeconds }: ProcessUsage): number {
  return userSeconds + systemSeconds;
}

function switches({ voluntarySwitches, involuntarySwitches }: ProcessUsage): number {
  return voluntarySwitches + involuntarySwitches;
}
