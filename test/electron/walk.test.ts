import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { startRouter, type Router } from '../../emulator/router.ts';
import { chromiumPossible } from '../support/chromium.ts';
import { buildDesktop } from './build-desktop.ts';
import { call, KEEP, stateOf } from './desktop-trial.ts';
import type { DesktopRun, RunOptions } from './desktop-run.ts';
import { electronBinary, runInElectron } from './run-in-electron.ts';
import { runOnDouble } from './run-on-double.ts';

/**
 * What a user does, through window, preload script, main process, tunnel process and a real TLS connection to the
 * router emulator: in a real Electron where there is one, else on its double.
 */
const PASSWORD = 'planted-password-9Z';

// A browser is started for each test, on machines that may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const isPossible = electronBinary() !== undefined || chromiumPossible();

let built: Awaited<ReturnType<typeof buildDesktop>>;
let router: Router;
let home: string;
let run: DesktopRun;

beforeAll(async () => {
  if (!isPossible) return;
  built = await buildDesktop();
  home = await mkdtemp(join(tmpdir(), 'svpn-walk-'));
  router = await startRouter({
    listen: { host: '127.0.0.1', port: 0 },
    tls: { certificate: { commonName: 'Vigor Router', names: ['127.0.0.1'] } },
    users: [{ userName: 'vera', password: PASSWORD }],
  });
  run = await start({ built, home });
  console.log(`This walk runs in ${run.runsIn}.`);
  await run.page.waitForFunction('window.smartvpn !== undefined');
});
beforeEach(({ skip }) => skip(!isPossible, 'needs Chromium'));
afterAll(async () => {
  if (!isPossible) return;
  run.signal('SIGTERM');
  await run.ended;
  await router.close();
  await built.remove();
  await rm(home, { recursive: true, force: true });
});

function start(options: RunOptions): Promise<DesktopRun> {
  const binary = electronBinary();
  return binary === undefined ? runOnDouble(options) : runInElectron(options, binary);
}

test('the page is the program’s own, with neither Node nor Electron in it', async () => {
  const { page } = run;
  await page.getByRole('button', { name: /add/i }).first().waitFor();
  expect(await page.evaluate(`[typeof require, typeof process]`)).toEqual(['undefined', 'undefined']);
  // What is injected into it does not run.
  const injected = `(() => {
    const script = document.createElement('script');
    try { script.textContent = 'window.injected = true'; } catch {}
    document.body.append(script);
    return typeof window.injected;
  })()`;
  expect(await page.evaluate(injected)).toBe('undefined');
});

test('a profile is added, a wrong password refused, the right one connects, and it ends when asked to', async () => {
  const { page } = run;
  const { profile } = await call(page, 'addProfile', {
    profile: { name: 'Office', server: '127.0.0.1', port: router.port, userName: 'vera' },
    secrets: KEEP,
  });
  const profileId = profile.id;
  const phase = async (): Promise<string> => {
    const state = await stateOf(page, profileId);
    return state.state === 'prompting' ? state.prompt.kind : state.state;
  };
  await call(page, 'connect', { profileId, purpose: 'test' });
  await expect.poll(phase).toBe('credentials');
  await call(page, 'submitCredentials', { profileId, userName: 'vera', secret: 'wrong-password' });
  await expect.poll(phase).toBe('certificate');
  await call(page, 'trustCertificate', { profileId, publicKeySha256: router.certificate.publicKeySha256 });
  await expect.poll(phase).toBe('failed');
  expect(await stateOf(page, profileId)).toMatchObject({ cause: { kind: 'credentials-refused' } });
  await call(page, 'connect', { profileId, purpose: 'test' });
  await expect.poll(phase).toBe('credentials');
  await call(page, 'submitCredentials', { profileId, userName: 'vera', secret: PASSWORD });
  await expect.poll(phase).toBe('connected');
  expect(router.connections()).toHaveLength(1);
  await call(page, 'disconnect', { profileId });
  expect(await phase()).toBe('disconnected');
  await expect.poll(() => router.connections().length).toBe(0);
  const { text } = await call(page, 'prepareReport', {});
  expect(text).not.toContain(PASSWORD);
});
