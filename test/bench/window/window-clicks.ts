import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { loadPage } from '../../../cli/ui/page-files.ts';
import { trustedUsers } from '../../../cli/ui/peer-user.ts';
import { startWindowServer } from '../../../cli/ui/window-server.ts';
import { WindowTokens } from '../../../cli/ui/window-tokens.ts';
import { Audience } from '../../../client/service/audience.ts';
import { ScriptedProgram } from '../../renderer/scripted-program.ts';
import { office, profiles, samples, tunnel } from '../../renderer/scripts.ts';
import { table } from '../../support/narration.ts';
import type { Cleanup } from '../cleanup.ts';
import { quantile } from '../median.ts';
import type { Bench } from '../section.ts';
import { fixed } from '../text.ts';
import { PlainChromium, untilThere, type PlainPage } from './plain-chromium.ts';

const UPDATES_A_SECOND = 60;
const CLICKS = { whole: 60, quick: 10 };
const BETWEEN_CLICKS_MILLISECONDS = 110;
/** A click that is not seen by then was lost. */
const LONGEST_ANSWER_MILLISECONDS = 3000;

interface ClicksSample {
  readonly updatesASecond: number;
  readonly clicks: number;
  /** Clicks that changed what is shown. */
  readonly handled: number;
  /** From the click, as the browser stamped it, until the change had been painted. Milliseconds, each click's. */
  readonly latencies: readonly number[];
  /** Notifications that reached the page, and pictures that it made of them. */
  readonly updates: number;
  readonly pictures: number;
  /** Tasks of more than 50 ms (Long Tasks API). */
  readonly longTasks: number;
}

const measuredSchema = z.object({
  latencies: z.array(z.number()),
  longTasks: z.number(),
  updates: z.number(),
  pictures: z.number(),
});

/** Clicks between two views, one of which draws the chart anew with every picture, without statistics and with a flood of them. */
export async function windowClicks(bench: Bench): Promise<readonly ClicksSample[]> {
  const { program, page } = await scriptedWindow(bench.cleanup);
  const clicks = bench.options.quick ? CLICKS.quick : CLICKS.whole;
  const all: ClicksSample[] = [];
  for (const updatesASecond of [0, UPDATES_A_SECOND]) {
    bench.progress(`clicks, ${updatesASecond} updates a second`);
    const flood = setInterval(() => {
      const [sample] = samples(Date.now(), 1);
      if (sample !== undefined) program.notify('statistics', { profileId: office.id, sample });
    }, 1000 / UPDATES_A_SECOND);
    if (updatesASecond === 0) clearInterval(flood);
    all.push(await clickAbout(page, clicks, updatesASecond).finally(() => clearInterval(flood)));
  }
  bench.progress('');
  table([
    [
      'updates/s',
      'clicks',
      'handled',
      'click to painted ms: median',
      '95 %',
      'longest',
      'long tasks',
      'updates',
      'pictures',
    ],
    ...all.map((sample) => [
      String(sample.updatesASecond),
      String(sample.clicks),
      String(sample.handled),
      fixed(quantile(sample.latencies, 0.5), 1),
      fixed(quantile(sample.latencies, 0.95), 1),
      fixed(quantile(sample.latencies, 1), 1),
      String(sample.longTasks),
      String(sample.updates),
      String(sample.pictures),
    ]),
  ]);
  return all;
}

/** The page and its WebSocket as `smartvpn ui` serves them; behind them a program that can send what none would. */
async function scriptedWindow(cleanup: Cleanup) {
  const files = await loadPage(() => undefined);
  if (!files.ok) throw new Error('the window could not be built');
  const program = new ScriptedProgram({
    profiles,
    states: [{ profileId: office.id, state: { state: 'connected', since: Date.now(), tunnel } }],
    samples: samples(Date.now(), 300),
  });
  const audience = new Audience(() => undefined);
  const tokens = new WindowTokens();
  const server = await startWindowServer({
    port: 0,
    files: files.value,
    users: trustedUsers(process.geteuid?.(), process.env),
    tokens,
    service: {
      attach: (notify) => {
        program.attach(notify);
        return audience.attach(notify);
      },
    },
    serve: (name, request) => program.call(name, request),
    onInvitationUsed: () => undefined,
  });
  cleanup.add(() => server.close());
  const browser = await PlainChromium.start(cleanup);
  const page = await browser.openPage();
  await page.prepare(WATCH);
  await page.go(`http://127.0.0.1:${server.port}/#token=${tokens.invitation}`);
  await page.evaluate(untilThere('[role=tab]'));
  return { program, page };
}

/** In the page: until when what a click changed was on the screen, and what kept the page busy. */
const WATCH = `{
  let look = () => undefined;
  const watched = window.watched = {
    begin() { Object.assign(this, { latencies: [], longTasks: 0, updates: 0, pictures: 0 }); },
    answered: (count) => new Promise((resolve) => {
      setTimeout(resolve, ${LONGEST_ANSWER_MILLISECONDS});
      look = () => { if (watched.latencies.length >= count) resolve(); };
      look();
    }),
  };
  watched.begin();
  new PerformanceObserver((list) => { watched.longTasks += list.getEntries().length; })
    .observe({ type: 'longtask' });
  addEventListener('click', ({ timeStamp, target }) => {
    if (target.getAttribute('role') !== 'tab') return;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        if (target.getAttribute('aria-selected') !== 'true') return;
        watched.latencies.push(performance.now() - timeStamp);
        look();
      };
      port2.postMessage(null);
    });
  }, true);
  const { WebSocket: Socket } = window;
  window.WebSocket = class extends Socket {
    constructor(...words) {
      super(...words);
      this.addEventListener('message', ({ data }) => {
        if (data.includes('"notification":"statistics"')) watched.updates += 1;
      });
    }
  };
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...words) {
    watched.pictures += 1;
    return clearRect.apply(this, words);
  };
}`;

async function clickAbout(page: PlainPage, clicks: number, updatesASecond: number): Promise<ClicksSample> {
  await page.evaluate('watched.begin()');
  const tabs = z.array(z.object({ x: z.number(), y: z.number() })).parse(
    await page.evaluate(`Array.from(document.querySelectorAll('[role=tab]'), (tab) => {
        const { x, y, width, height } = tab.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      })`),
  );
  for (let click = 1; click <= clicks; click++) {
    const place = tabs[click % tabs.length];
    for (const type of ['mousePressed', 'mouseReleased']) {
      await page.send('Input.dispatchMouseEvent', { type, ...place, button: 'left', clickCount: 1 });
    }
    await page.evaluate(`watched.answered(${click})`);
    await wait(BETWEEN_CLICKS_MILLISECONDS);
  }
  const measured = measuredSchema.parse(await page.evaluate('watched'));
  return { updatesASecond, clicks, handled: measured.latencies.length, ...measured };
}
