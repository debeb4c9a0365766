import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Page } from 'playwright-core';
import { chromiumPossible } from '../support/chromium.ts';
import { programsHere } from '../support/programs-here.ts';
import {
  connectNamespaces,
  createNamespace,
  namespacesPossible,
  type Namespace,
} from '../support/namespace.ts';
import { RouterHost } from '../support/router-host.ts';
import { call, DesktopTrial, KEEP, stateOf } from './desktop-trial.ts';
import type { DoubleRun } from './desktop-run.ts';

const ROUTER = '203.0.113.1';
const PASSWORD = 'planted-password-4K';

// A browser is started for each test, on machines that may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const isPossible = namespacesPossible() && chromiumPossible() && programsHere('dbus-daemon');

let trial: DesktopTrial;
let client: Namespace;
let routerSide: Namespace;
let router: RouterHost;

/** The tunnel process runs on a host of its own, so that routes and DNS of this machine stay as they are. */
describe.skipIf(!isPossible)('a tunnel in its own process', () => {
  beforeAll(async () => {
    [trial, client, routerSide] = await Promise.all([
      DesktopTrial.prepare(),
      createNamespace('h11-client'),
      createNamespace('h11-router'),
    ]);
    await connectNamespaces(client, routerSide, { addressA: '203.0.113.2/24', addressB: `${ROUTER}/24` });
    router = await RouterHost.start(
      {
        listen: { host: '0.0.0.0', port: 443 },
        tls: { certificate: { commonName: 'Vigor Router', names: [ROUTER] } },
        users: [{ userName: 'vera', password: PASSWORD }],
      },
      routerSide,
    );
    console.log('These tests run in the double of Electron (Node, its window in Chromium).');
  });
  afterAll(async () => {
    await router.close();
    await Promise.all([client.remove(), routerSide.remove(), trial.close()]);
  });
  beforeEach(() => trial.begin());
  afterEach(async () => {
    await trial.end();
    await router.setFaults();
  });

  const start = (): Promise<DoubleRun> => trial.start({ DOUBLE_TUNNEL_NAMESPACE: String(client.pid) });

  async function addProfile(page: Page, secrets: Parameters<typeof addWith>[1] = KEEP): Promise<string> {
    return await addWith(page, secrets);
  }

  async function addWith(page: Page, secrets: typeof KEEP | typeof KNOWN): Promise<string> {
    const profile = { name: 'Office', server: ROUTER, userName: 'vera', advanced: { reconnect: true } };
    return (await call(page, 'addProfile', { profile, secrets })).profile.id;
  }

  const KNOWN = { ...KEEP, password: { change: 'set', value: PASSWORD } } as const;

  async function trust(page: Page, profileId: string): Promise<void> {
    await expect.poll(() => promptOf(page, profileId)).toBe('certificate');
    await call(page, 'trustCertificate', { profileId, publicKeySha256: router.publicKeySha256 });
  }

  async function promptOf(page: Page, profileId: string): Promise<string | undefined> {
    const state = await stateOf(page, profileId);
    return state.state === 'prompting' ? state.prompt.kind : undefined;
  }

  async function connect(page: Page, profileId: string): Promise<void> {
    await call(page, 'connect', { profileId, purpose: 'use' });
    await trust(page, profileId);
    await expect.poll(async () => (await stateOf(page, profileId)).state).toBe('connected');
  }

  test('dialled from the tray: its questions bring the window, success hides it, tells and turns green', async () => {
    const { page, perform, seen } = await start();
    const profileId = await addProfile(page);
    await seen(({ tray }) => tray?.menu[1]?.items.length === 1);
    await perform({ do: 'close-window' });
    await perform({ do: 'choose-in-tray', labels: ['Connect', 'Office'] });
    await seen(({ window, tray }) => window?.isVisible === true && tray?.image === 'tray-amber');
    await expect.poll(() => promptOf(page, profileId)).toBe('credentials');
    await call(page, 'submitCredentials', { profileId, userName: 'vera', secret: PASSWORD });
    await trust(page, profileId);
    const desk = await seen(({ tray }) => tray?.image === 'tray-green');
    expect(desk.window?.isVisible).toBe(false);
    const state = await stateOf(page, profileId);
    if (state.state !== 'connected') throw new Error(state.state);
    expect(desk.notices.at(-1)?.title).toBe('Connected: Office');
    // GNOME shows no banner for less.
    expect(desk.notices.at(-1)?.urgency).toBe('normal');
    expect(desk.notices.at(-1)?.body).toContain(state.tunnel.address);
    expect(desk.tray?.toolTip).toContain(state.tunnel.address);
    expect(await client.exec(['ip', '-brief', 'address'])).toContain(state.tunnel.address);
    await perform({ do: 'choose-in-tray', labels: ['Disconnect'] });
    await seen(({ tray }) => tray?.image === 'tray-grey');
    expect(await client.exec(['ip', '-brief', 'address'])).not.toContain(state.tunnel.address);
  });

  test('quitting asks while connected; "Cancel" stays, the other leaves nothing behind', async () => {
    const { page, perform, seen, ended } = await start();
    const profileId = await addProfile(page, KNOWN);
    const before = await client.exec(['ip', 'rule']);
    await connect(page, profileId);
    await perform({ do: 'choose-in-tray', labels: ['Quit'] });
    const asked = await seen(({ questions }) => questions.length === 1);
    expect(asked.questions[0]?.message).toBe('Disconnect “Office” and quit?');
    // Asked once, however often.
    await perform({ do: 'quit' });
    await perform({ do: 'answer', button: 'Cancel' });
    expect((await seen(({ questions }) => questions.length === 0)).tray?.image).toBe('tray-green');
    expect((await stateOf(page, profileId)).state).toBe('connected');
    await perform({ do: 'quit' });
    await seen(({ questions }) => questions.length === 1);
    await perform({ do: 'answer', button: 'Disconnect and quit' }).catch(() => undefined);
    expect(await ended).toBe(0);
    expect(await client.exec(['ip', 'rule'])).toBe(before);
    await expect.poll(async () => (await router.connections()).rows.length).toBe(0);
  });

  test('at the end of the session nobody is asked, and the tunnel is taken down', async () => {
    const { page, perform, ended } = await start();
    await connect(page, await addProfile(page, KNOWN));
    await perform({ do: 'end-session' });
    expect(await ended).toBe(0);
    await expect.poll(async () => (await router.connections()).rows.length).toBe(0);
  });

  test('a crash while connecting is a failure with a cause, not a dead window; the next attempt works', async () => {
    const { page, seen, look } = await start();
    const profileId = await addProfile(page, KNOWN);
    await router.setFaults({ stage: 'lcp', action: 'stall' });
    await call(page, 'connect', { profileId, purpose: 'use' });
    await trust(page, profileId);
    await expect.poll(async () => (await stateOf(page, profileId)).state).toBe('connecting');
    const { tunnelProcesses } = await seen((desk) => desk.tunnelProcesses.length === 1);
    process.kill(tunnelProcesses[0] ?? 0, 'SIGKILL');
    const desk = await seen(({ tray }) => tray?.image === 'tray-red');
    expect(desk.window?.isVisible).toBe(true);
    const state = await stateOf(page, profileId);
    expect(state).toMatchObject({ state: 'failed', cause: { kind: 'internal' } });
    await expect
      .poll(async () => (await call(page, 'snapshot', {})).problems)
      .toContainEqual(
        expect.objectContaining({ problem: expect.objectContaining({ source: 'core', restarted: true }) }),
      );
    expect((await look()).tunnelProcesses).not.toEqual(tunnelProcesses);
    await router.setFaults();
    await call(page, 'connect', { profileId, purpose: 'use' });
    await expect.poll(async () => (await stateOf(page, profileId)).state).toBe('connected');
  });

  test('a crash while connected leaves no routes, and says so', async () => {
    const { page, seen } = await start();
    const profileId = await addProfile(page, KNOWN);
    const before = await client.exec(['ip', 'rule']);
    await connect(page, profileId);
    expect(await client.exec(['ip', 'rule'])).not.toBe(before);
    const { tunnelProcesses } = await seen((desk) => desk.tunnelProcesses.length === 1);
    process.kill(tunnelProcesses[0] ?? 0, 'SIGKILL');
    await seen(({ notices }) => notices.some(({ title }) => /lost|failed|Office:/i.test(title)));
    await call(page, 'disconnect', { profileId });
    await expect.poll(() => client.exec(['ip', 'rule'])).toBe(before);
  });

  test('statistics and the round trip come through from the other process, and the history has the sums', async () => {
    const { page } = await start();
    const profileId = await addProfile(page, KNOWN);
    await connect(page, profileId);
    await page.evaluate(`window.samples = []; window.smartvpn.onNotification((name, payload) => {
      if (name === 'statistics') window.samples.push(payload.sample);
    })`);
    await call(page, 'watchStatistics', { profileId, intervalMilliseconds: 200 });
    const state = await stateOf(page, profileId);
    if (state.state !== 'connected') throw new Error(state.state);
    await client
      .exec(['ping', '-q', '-c', '3', '-i', '0.2', '-w', '2', state.tunnel.gateway])
      .catch(() => '');
    await expect
      .poll(() =>
        page.evaluate(
          `window.samples.some(({ roundTrip, sentPackets }) => roundTrip > 0 && sentPackets >= 3)`,
        ),
      )
      .toBe(true);
    await call(page, 'disconnect', { profileId });
    const { entries } = await call(page, 'history', { profileId });
    expect(entries[0]).toMatchObject({ end: 'user' });
    expect(entries[0]?.sentBytes).toBeGreaterThan(0);
  });

  test('dropped by the router: a notice says what happened, and no password is in any log', async () => {
    const { page, seen } = await start();
    const profileId = await addProfile(page, KNOWN);
    await connect(page, profileId);
    const { rows } = await router.connections();
    expect(await router.drop(rows[0]?.vpn ?? 0)).toBe(true);
    await seen(
      ({ notices, tray }) =>
        notices.some(({ title }) => title.startsWith('Office: ')) && tray?.image === 'tray-red',
    );
    const { text } = await call(page, 'prepareReport', {});
    expect(text).not.toContain(PASSWORD);
    expect(text).toContain('router-closed');
  });
});
