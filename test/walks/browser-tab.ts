import type { Browser } from 'playwright-core';
import type { WindowProgram } from '../support/window-program.ts';
import { USUAL, type WindowPlace } from './vpn-window.ts';

/** A tab of its own, at the address that the program prints next. */
export async function browserTab(
  browser: Browser,
  program: WindowProgram,
  hasDevices: boolean,
): Promise<WindowPlace> {
  const context = await browser.newContext({
    viewport: { width: USUAL.width, height: USUAL.height },
    colorScheme: USUAL.scheme,
    locale: 'en-GB',
    timezoneId: 'UTC',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  return {
    page,
    hasDevices,
    arrive: async () => {
      await page.goto(await program.address());
    },
    said: () => program.said,
    close: () => context.close(),
  };
}
