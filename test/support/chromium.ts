import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

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
  const folder = await mkdtemp(join(tmpdir(), 'svpn-chromium-'));
  // Playwright starts one file, and talks to it over inherited descriptors, which every exec here keeps.
  const launcher = join(folder, 'chromium');
  await writeFile(launcher, `#!/bin/sh\nexec ${[...prefix, CHROMIUM].join(' ')} "$@"\n`);
  await chmod(launcher, 0o755);
  const browser = await chromium.launch({ executablePath: launcher, args: ARGUMENTS });
  browser.on('disconnected', () => void rm(folder, { recursive: true, force: true }));
  return browser;
}
