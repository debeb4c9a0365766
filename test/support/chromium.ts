import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { type Browser, chromium } from 'playwright-core';
import { makeLauncher } from './launcher.ts';

export const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For `describe.skipIf`. */
export function chromiumPossible(): boolean {
  return existsSync(CHROMIUM);
}

/** `prefix` is put before its command: for namespaces. The profile is new and goes with it. */
export async function startChromium(prefix: readonly string[] = []): Promise<Browser> {
  const { folder, file } = await makeLauncher(prefix, CHROMIUM);
  const browser = await chromium.launch({ executablePath: file, args: ARGUMENTS });
  browser.on('disconnected', () => void rm(folder, { recursive: true, force: true }));
  return browser;
}
