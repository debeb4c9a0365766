import { z } from 'zod';
import { windowBuilt } from '../../support/built-window.ts';
import { table } from '../../support/narration.ts';
import { sparingThisMachine } from '../../support/network-privilege.ts';
import { keepProfile, makeHome } from '../../support/program.ts';
import { WindowProgram } from '../../support/window-program.ts';
import { Cleanup } from '../cleanup.ts';
import { quantile } from '../median.ts';
import type { Bench } from '../section.ts';
import { fixed } from '../text.ts';
import { PlainChromium } from './plain-chromium.ts';

const ROUNDS = { whole: 7, quick: 2 };

const startSchema = z.object({
  /** Milliseconds since the page was asked for. */
  arrived: z.number(),
  usable: z.number(),
});

const metricsSchema = z.object({ metrics: z.array(z.object({ name: z.string(), value: z.number() })) });

interface StartSample {
  /** From the start of `smartvpn ui` until it has printed the address. */
  readonly program: number;
  /** From the request for the page until its scripts and styles have come. */
  readonly loading: number;
  /** From there until the profiles are painted: parsing, the link to the program, the first render. */
  readonly bundle: number;
  /** CPU time of the page's main thread in all of that: it does not depend on what else the machine does. */
  readonly cpu: number;
}

/** From the start of the program to a window that can be used; each time a new program and a browser without cache. */
export async function windowStart(bench: Bench): Promise<readonly StartSample[]> {
  await windowBuilt();
  const rounds = bench.options.quick ? ROUNDS.quick : ROUNDS.whole;
  const all: StartSample[] = [];
  for (let round = 1; round <= rounds; round++) {
    bench.progress(`start of the window, round ${round} of ${rounds}`);
    const scope = new Cleanup();
    const end = bench.cleanup.add(() => scope.run());
    all.push(await start(scope));
    await end();
  }
  bench.progress('');
  const column = (name: keyof StartSample): string[] => {
    const values = all.map((sample) => sample[name]);
    return [quantile(values, 0.5), quantile(values, 0), quantile(values, 1)].map((value) => fixed(value, 0));
  };
  table([
    ['milliseconds', 'median', 'least', 'most'],
    ['program: start to address printed', ...column('program')],
    ['page: request to bundle arrived', ...column('loading')],
    ['bundle: arrived to profiles painted', ...column('bundle')],
    ['CPU of the page’s main thread therein', ...column('cpu')],
  ]);
  return all;
}

async function start(cleanup: Cleanup): Promise<StartSample> {
  const home = await makeHome();
  cleanup.add(() => home.remove());
  await keepProfile(home, { name: 'Office', server: 'vpn.example.com' });
  const browser = await PlainChromium.start(cleanup);
  const page = await browser.openPage();
  await page.prepare(WATCH);
  await page.send('Performance.enable', { timeDomain: 'threadTicks' });
  const begun = performance.now();
  const program = WindowProgram.start(home, { prefix: sparingThisMachine() });
  cleanup.add(() => program.end());
  const address = await program.address();
  const printed = performance.now();
  await page.go(address);
  const { arrived, usable } = startSchema.parse(await page.evaluate('watched'));
  const { metrics } = metricsSchema.parse(await page.send('Performance.getMetrics', {}));
  const cpu = 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  return { program: printed - begun, loading: arrived, bundle: usable - arrived, cpu };
}

/** In the page: resolves when the list of profiles and the selected one's button are on the screen. */
const WATCH = `window.watched = new Promise((resolve) => {
  const painted = () => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const arrivals = performance.getEntriesByType('resource')
        .filter(({ name }) => /\\.(js|css)$/.test(name)).map(({ responseEnd }) => responseEnd);
      resolve({ arrived: Math.max(...arrivals), usable: performance.now() });
    };
    port2.postMessage(null);
  };
  const observer = new MutationObserver(() => {
    if (document.querySelector('[role=option]') === null || document.querySelector('.status-card button') === null) return;
    observer.disconnect();
    requestAnimationFrame(painted);
  });
  observer.observe(document, { childList: true, subtree: true });
});`;
