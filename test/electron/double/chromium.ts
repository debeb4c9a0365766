import type { BrowserWindowConstructorOptions } from 'electron';
import { chromium, type Browser, type Page } from 'playwright-core';

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** Where the tests' own Playwright finds the same pages. */
export const DEBUGGING_PORT = Number(process.env['DOUBLE_DEBUGGING_PORT'] ?? 0);

let browser: Browser | undefined;

export async function newPage({ width = 800, height = 600 }: BrowserWindowConstructorOptions): Promise<Page> {
  browser ??= await chromium.launch({
    executablePath: EXECUTABLE,
    // Signals are the shell's: it takes its tunnels down before it ends.
    handleSIGTERM: false,
    handleSIGINT: false,
    handleSIGHUP: false,
    args: [`--remote-debugging-port=${DEBUGGING_PORT}`, '--no-sandbox'],
  });
  const context = await browser.newContext({ viewport: { width, height }, acceptDownloads: true });
  return await context.newPage();
}

export async function closeChromium(): Promise<void> {
  await browser?.close();
}
