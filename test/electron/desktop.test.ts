import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buildDesktop } from './build-desktop.ts';
import type { DoubleRun } from './desktop-run.ts';
import { runOnDouble } from './run-on-double.ts';
import { startSessionBus, type SessionBus } from './session-bus.ts';

let built: Awaited<ReturnType<typeof buildDesktop>>;
let bus: SessionBus;
let home: string;
let run: DoubleRun | undefined;

beforeAll(async () => {
  built = await buildDesktop();
  bus = await startSessionBus();
  await bus.showTray();
});
afterAll(async () => {
  await bus.close();
  await built.remove();
});
afterEach(async () => {
  run?.signal('SIGTERM');
  await run?.ended;
  run = undefined;
  await rm(home, { recursive: true, force: true });
});

async function start(environment: Record<string, string> = {}, args: string[] = []): Promise<DoubleRun> {
  home = await mkdtemp(join(tmpdir(), 'svpn-desktop-'));
  run = await runOnDouble({
    built,
    home,
    arguments: args,
    environment: { DBUS_SESSION_BUS_ADDRESS: bus.address, ...environment },
  });
  console.log(`runs in ${run.runsIn}`);
  return run;
}

describe('the window', () => {
  test('shows the page', async () => {
    const { page, seen } = await start();
    await page.getByRole('button', { name: /add/i }).first().waitFor();
    const desk = await seen(({ window, tray }) => window?.isVisible === true && tray !== undefined);
    expect(desk.tray?.image).toBe('tray-grey');
    expect(desk.isSandboxed).toBe(true);
  });
});
