import { connectAsPerson, startWindowDemo } from '../../demo/person.ts';
import { startChromium } from '../../support/chromium.ts';
import { say } from '../../support/narration.ts';
import type { Bench } from '../section.ts';
import { fixed } from '../text.ts';

/** Somebody who has never seen the window: two seconds to find each button, two keys a second. */
const PACE = { look: 2000, key: 500 } as const;

/** From the printed address of `npm run demo -- --ui` to a tunnel, by a scripted person. */
export async function firstConnection(
  bench: Bench,
): Promise<readonly { readonly seconds: number; readonly pausesSeconds: number }[]> {
  bench.progress('first connection from the demo');
  const demo = await startWindowDemo();
  const endDemo = bench.cleanup.add(async () => {
    await demo.end();
  });
  const browser = await startChromium();
  const closeBrowser = bench.cleanup.add(() => browser.close());
  const page = await browser.newPage({ locale: 'en-GB' });
  const begun = performance.now();
  await connectAsPerson(page, demo.printed, PACE);
  const seconds = (performance.now() - begun) / 1000;
  const pausesSeconds = (3 * PACE.look + demo.printed.pin.length * PACE.key) / 1000;
  bench.progress('');
  say(`${fixed(seconds, 1)} s, of which the person takes ${fixed(pausesSeconds, 1)} s to look and to type`);
  await closeBrowser();
  await endDemo();
  return [{ seconds, pausesSeconds }];
}
