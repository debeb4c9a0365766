import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { once } from 'node:events';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
  vi,
} from 'vitest';
import { chromiumPossible } from '../support/chromium.ts';
import { programsHere } from '../support/programs-here.ts';
import { callChannel } from '../../electron/ipc-channels.ts';
import { startRouter } from '../../emulator/router.ts';
import { call, CALL_COUNT, DesktopTrial, KEEP, stateOf } from './desktop-trial.ts';
import { startOnDouble } from './run-on-double.ts';

// A browser is started for each test, on machines that may be busy.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const isPossible = chromiumPossible() && programsHere('dbus-daemon');

let trial: DesktopTrial;

beforeAll(async () => {
  trial = await DesktopTrial.prepare();
  console.log('These tests run in the double of Electron (Node, its window in Chromium).');
});
afterAll(() => trial.close());
beforeEach(() => trial.begin());
afterEach(() => trial.end());

const PROFILE = { name: 'Office & Co', server: 'vpn.example.com', userName: 'vera' };

describe.skipIf(!isPossible)('the page', () => {
  test('comes from the own scheme under the strict policy, breaks none of it, and may be loaded again', async () => {
    const { page, look } = await trial.start();
    const violations: string[] = [];
    page.on('console', (message) => {
      if (/content security policy|trusted/i.test(message.text())) violations.push(message.text());
    });
    const response = await page.reload();
    await page.getByRole('button', { name: /add/i }).first().waitFor();
    const policy = response?.headers()['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(response?.headers()['x-content-type-options']).toBe('nosniff');
    expect(violations).toEqual([]);
    const { navigations, isSandboxed } = await look();
    expect(navigations.at(-1)).toEqual({ url: 'smartvpn://app/index.html', isAllowed: true });
    expect(isSandboxed).toBe(true);
  });

  test('sees one method for each message, and neither Electron nor Node', async () => {
    const { page } = await trial.start();
    const seen = await page.evaluate(`Object.keys(window.smartvpn).length`);
    expect(seen).toBe(CALL_COUNT + 1);
    expect(await page.evaluate(`[typeof require, typeof process, typeof module]`)).toEqual(
      Array(3).fill('undefined'),
    );
    const heard = await page.evaluate(`new Promise((resolve) => {
      window.smartvpn.onNotification((...seen) => resolve(seen.map((value) => typeof value)));
      void window.smartvpn.changeSettings({ theme: 'dark' });
    })`);
    expect(heard).toEqual(['string', 'object']);
  });

  test('goes nowhere else: no navigation, no frame, no window, no permission but to copy, no foreign download', async () => {
    const { page, perform, seen, look } = await trial.start();
    await page.evaluate(`location.href = 'https://evil.example/'`);
    const denied = await seen(({ navigations }) => navigations.some(({ isAllowed }) => !isAllowed));
    expect(denied.navigations.at(-1)).toEqual({ url: 'https://evil.example/', isAllowed: false });
    expect(page.url()).toContain('/index.html');
    await page.evaluate(`location.href = '/other.html'`);
    await seen(({ navigations }) =>
      navigations.some(({ url, isAllowed }) => url.endsWith('/other.html') && !isAllowed),
    );

    for (const url of [
      'https://evil.example/',
      'file:///etc/passwd',
      'https://www.draytek.com.evil.example/',
    ]) {
      expect(await perform({ do: 'open-window', url })).toBe('deny');
    }
    expect(await perform({ do: 'open-window', url: 'https://www.draytek.com/' })).toBe('deny');
    expect((await look()).openedLinks).toEqual(['https://www.draytek.com/']);

    for (const permission of ['media', 'geolocation', 'notifications', 'usb', 'clipboard-read']) {
      expect(await perform({ do: 'ask-permission', permission })).toEqual({
        request: false,
        check: false,
        device: false,
      });
    }
    // What "Copy" needs.
    expect(await perform({ do: 'ask-permission', permission: 'clipboard-sanitized-write' })).toEqual({
      request: true,
      check: true,
      device: false,
    });
    expect(await perform({ do: 'download', url: 'https://evil.example/x' })).toBe(false);
    expect(await perform({ do: 'download', url: 'blob:smartvpn://app.evil/x' })).toBe(false);
    expect(await perform({ do: 'download', url: 'blob:smartvpn://app/5b1c' })).toBe(true);
  });

  test('alone may call: every other sender is refused on every channel', async () => {
    const { page, perform, look } = await trial.start();
    const { channels } = await look();
    expect(channels).toHaveLength(CALL_COUNT);
    for (const sender of ['other-window', 'subframe', 'other-page', 'gone'] as const) {
      for (const channel of channels) {
        await expect(perform({ do: 'foreign-call', channel, sender })).rejects.toThrow('refused');
      }
    }
    // A real frame of Chromium inside our own page.
    const channel = callChannel('snapshot');
    await page.evaluate(`document.body.append(document.createElement('iframe'))`);
    const frame = page.frames().find((candidate) => candidate !== page.mainFrame());
    await expect(frame?.evaluate(`window.__electronInvoke('${channel}', {})`)).rejects.toThrow('refused');
    expect(await call(page, 'snapshot', {})).toMatchObject({ platform: { shell: 'electron' } });
  });

  test('gets arguments refused that are none, in words', async () => {
    const { page } = await trial.start();
    const reply = await page.evaluate(`window.smartvpn.connect({ profileId: '../../etc', purpose: 'use' })`);
    expect(reply).toMatchObject({ ok: false, error: { code: 'invalid-request' } });
  });
});

describe.skipIf(!isPossible)('window and tray', () => {
  test('with a tray closing hides, and the tray or a second start brings it back', async () => {
    const { perform, seen, page } = await trial.start();
    await seen(({ window, tray }) => window?.isVisible === true && tray?.image === 'tray-grey');
    await perform({ do: 'close-window' });
    await seen(({ window }) => window?.isVisible === false);
    await perform({ do: 'double-click-tray' });
    await seen(({ window }) => window?.isVisible === true);
    await perform({ do: 'close-window' });
    await perform({ do: 'choose-in-tray', labels: ['Show'] });
    await seen(({ window }) => window?.isVisible === true);
    await perform({ do: 'close-window' });
    const second = startOnDouble({ built: trial.built, home: trial.home });
    const [code]: unknown[] = await once(second, 'exit');
    expect(code).toBe(0);
    await seen(({ window }) => window?.isVisible === true);
    expect(page.isClosed()).toBe(false);
  });

  test('without a tray closing ends the program instead of hiding it for ever', async () => {
    await trial.bus.hideTray();
    const { perform, seen, ended, page } = await trial.start();
    await seen(({ window }) => window?.isVisible === true);
    expect((await call(page, 'snapshot', {})).platform.hasTray).toBe(false);
    await perform({ do: 'close-window' }).catch(() => undefined);
    expect(await ended).toBe(0);
  });

  test('a tray that goes away gives a hidden window back', async () => {
    const { perform, seen } = await trial.start();
    await seen(({ window, tray }) => window?.isVisible === true && tray !== undefined);
    await perform({ do: 'close-window' });
    await trial.bus.hideTray();
    const desk = await seen(({ window }) => window?.isVisible === true);
    expect(desk.tray).toBeUndefined();
    await trial.bus.showTray();
    await seen(({ tray }) => tray !== undefined);
  });

  test('the menu follows the profiles and the language', async () => {
    const { page, seen } = await trial.start();
    await call(page, 'addProfile', { profile: PROFILE, secrets: KEEP });
    const desk = await seen(({ tray }) => tray?.menu.some(({ items }) => items.length > 0) === true);
    expect(desk.tray?.menu.map(({ label }) => label)).toEqual([
      'Disconnected',
      'Connect',
      'Disconnect',
      'Statistics',
      'Show',
      'Quit',
    ]);
    // An ampersand is doubled, or it would underline what follows.
    expect(desk.tray?.menu[1]?.items).toEqual([{ label: 'Office && Co', isEnabled: true, items: [] }]);
    await call(page, 'changeSettings', { language: 'de' });
    await seen(({ tray }) => tray?.menu[1]?.label === 'Verbinden');
  });

  test('the window’s own menu follows the language too', async () => {
    const { page, look } = await trial.start();
    const labels = async (): Promise<readonly string[]> =>
      (await look()).windowMenu.map(({ label }) => label);
    await expect.poll(labels).toEqual(['File', 'Edit', 'View']);
    await call(page, 'changeSettings', { language: 'de' });
    await expect.poll(labels).toEqual(['Datei', 'Bearbeiten', 'Ansicht']);
    const { windowMenu } = await look();
    expect(windowMenu.flatMap(({ items }) => items.map(({ label }) => label))).not.toContain('');
  });

  test('"Statistics" in the tray shows that view in the window', async () => {
    const { page, perform, seen } = await trial.start();
    await call(page, 'addProfile', { profile: PROFILE, secrets: KEEP });
    await seen(({ tray }) => tray?.menu.some(({ items }) => items.length > 0) === true);
    await perform({ do: 'close-window' });
    await page.evaluate(`window.smartvpn.onNotification((name, payload) => {
      if (name === 'show') window.shown = payload;
    })`);
    await perform({ do: 'choose-in-tray', labels: ['Statistics'] });
    await expect.poll(() => page.evaluate('window.shown')).toEqual({ view: 'statistics' });
    const desk = await seen(({ window }) => window?.isVisible === true);
    expect(desk.window?.isMinimised).toBe(false);
  });

  test('a router that locks out is not dialled from the tray: the window says for how long', async () => {
    const router = await startRouter({
      listen: { port: 0 },
      users: [{ userName: 'vera', password: 'right' }],
      bruteForce: { attempts: 1, penaltySeconds: 600 },
    });
    onTestFinished(() => router.close());
    const { page, perform, seen } = await trial.start();
    const { publicKeySha256 } = router.certificate;
    const profile = {
      name: 'Office',
      server: '127.0.0.1',
      port: router.port,
      userName: 'vera',
      trustedCertificate: { publicKeySha256, trustedAt: '2026-03-01T08:00:00Z' },
    };
    const text = JSON.stringify({ format: 'smart-vpn-profiles', version: 1, profiles: [profile] });
    const { added } = await call(page, 'importProfiles', { text });
    const profileId = added[0]?.id ?? '';
    const state = () => stateOf(page, profileId);
    const lockedOut = {
      state: 'failed',
      cause: { kind: 'locked-out', retryAfterSeconds: expect.any(Number) },
    };
    for (const outcome of [{ state: 'failed' }, lockedOut]) {
      await call(page, 'connect', { profileId, purpose: 'test' });
      await expect.poll(state).toMatchObject({ state: 'prompting' });
      await call(page, 'submitCredentials', { profileId, userName: 'vera', secret: 'wrong' });
      await expect.poll(state).toMatchObject(outcome);
    }
    await perform({ do: 'close-window' });
    await page.evaluate(`window.smartvpn.onNotification((name, payload) => {
      if (name === 'show') window.shown = payload;
    })`);
    await perform({ do: 'choose-in-tray', labels: ['Connect', 'Office'] });
    await expect.poll(() => page.evaluate('window.shown')).toEqual({ view: 'status', profileId });
    await seen(({ window }) => window?.isVisible === true);
    expect(await state()).toMatchObject(lockedOut);
  });

  test('what the tray cannot dial is said in the window, with the reason', async () => {
    const { page, perform, seen } = await trial.start();
    const profiles = ['Lab 10', 'Lab 9', 'Annex'].map((name) => ({ name, server: '127.0.0.1' }));
    const text = JSON.stringify({ format: 'smart-vpn-profiles', version: 1, profiles });
    const { added } = await call(page, 'importProfiles', { text });
    const profileId = added.find(({ name }) => name === 'Annex')?.id ?? '';
    await call(page, 'connect', { profileId, purpose: 'test' });
    await expect.poll(() => stateOf(page, profileId)).toMatchObject({ state: 'prompting' });
    await perform({ do: 'close-window' });
    await perform({ do: 'choose-in-tray', labels: ['Connect', 'Lab 9'] });
    await seen(({ window }) => window?.isVisible === true);
    // Behind the question of the other one.
    await call(page, 'dismissPrompt', { profileId });
    await expect
      .poll(() => page.locator('.notice').innerText())
      .toContain('“Annex” is connected. Disconnect it first.');
    expect(await page.locator('h2').innerText()).toBe('Lab 9');
  });

  test('started at login it stays in the tray; without one it lies in the task bar', async () => {
    const first = await trial.start({}, ['--at-login']);
    await first.seen(({ tray }) => tray !== undefined);
    expect((await first.look()).window?.isVisible).toBe(false);
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    await trial.bus.hideTray();
    const second = await trial.start({}, ['--at-login']);
    await second.seen(({ window }) => window?.isMinimised === true);
  });
});

describe.skipIf(!isPossible)('settings', () => {
  test('the theme goes to the desktop, and the window opens in it the next time', async () => {
    const first = await trial.start();
    await call(first.page, 'changeSettings', { theme: 'dark' });
    await first.seen(({ theme }) => theme === 'dark');
    await first.perform({ do: 'quit' });
    expect(await first.ended).toBe(0);
    const second = await trial.start();
    await second.seen(({ theme }) => theme === 'dark');
  });

  test('start at login is a desktop entry, which goes with the setting', async () => {
    const { page } = await trial.start();
    const entry = join(trial.home, 'config', 'autostart', 'smartvpn.desktop');
    await call(page, 'changeSettings', { startAtLogin: true });
    await expect.poll(() => readFile(entry, 'utf8').catch(() => '')).toContain('"--at-login"');
    expect(await readFile(entry, 'utf8')).toContain('Type=Application');
    await call(page, 'changeSettings', { startAtLogin: false });
    await expect
      .poll(() =>
        stat(entry).then(
          () => 'there',
          () => 'gone',
        ),
      )
      .toBe('gone');
  });

  test("the window's place is kept by electron-store, and a damaged file of it is no obstacle", async () => {
    const first = await trial.start();
    await first.seen(({ window }) => window?.isVisible === true);
    await first.perform({ do: 'close-window' });
    const file = join(trial.home, 'config', 'smartvpn', 'desktop', 'shell.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      window: { width: 960, height: 680, isMaximised: false },
    });
    await first.perform({ do: 'quit' });
    expect(await first.ended).toBe(0);
    await writeFile(file, '{"window":');
    const second = await trial.start();
    await second.seen(({ window }) => window?.isVisible === true && window.bounds.width === 960);
  });
});

describe.skipIf(!isPossible)('a window that was maximised', () => {
  const place = { x: 10, y: 10, width: 900, height: 600, isMaximised: true };
  let file = '';
  beforeEach(async () => {
    const folder = join(trial.home, 'config', 'smartvpn', 'desktop');
    file = join(folder, 'shell.json');
    await mkdir(folder, { recursive: true });
    await writeFile(file, JSON.stringify({ window: place }));
  });

  test('is so again, also when it was hidden at the start', async () => {
    const { perform, seen, look } = await trial.start({}, ['--at-login']);
    await seen(({ tray }) => tray !== undefined);
    expect((await look()).window?.isVisible).toBe(false);
    await perform({ do: 'choose-in-tray', labels: ['Show'] });
    await seen(({ window }) => window?.isVisible === true && window.isMaximised);
  });

  test('is remembered as such when nobody has looked at it', async () => {
    const { perform, seen, ended } = await trial.start({}, ['--at-login']);
    await seen(({ tray }) => tray !== undefined);
    await perform({ do: 'quit' });
    expect(await ended).toBe(0);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ window: { isMaximised: true } });
  });
});

describe.skipIf(!isPossible)('secrets', () => {
  const secret = 'planted-secret-7Q';

  async function filesWith(text: string): Promise<string[]> {
    const files = await readdir(trial.home, { recursive: true, withFileTypes: true });
    const found: string[] = [];
    for (const file of files.filter((candidate) => candidate.isFile())) {
      const path = join(file.parentPath, file.name);
      if ((await readFile(path)).includes(text)) found.push(path);
    }
    return found;
  }

  test('are encrypted by the keyring, in a file of the user alone, and there after a restart', async () => {
    const first = await trial.start();
    const { profile } = await call(first.page, 'addProfile', {
      profile: PROFILE,
      secrets: { ...KEEP, password: { change: 'set', value: secret } },
    });
    expect(profile.keeps.password).toBe(true);
    const file = join(trial.home, 'config', 'smartvpn', 'secrets.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await filesWith(secret)).toEqual([]);
    await first.perform({ do: 'quit' });
    expect(await first.ended).toBe(0);
    const second = await trial.start();
    const { profiles, platform } = await call(second.page, 'snapshot', {});
    expect(profiles[0]?.keeps.password).toBe(true);
    expect(platform.secretProtection).toBe('system');
  });

  test.each(['basic_text', 'none'])(
    'with the keyring %s nothing is kept, and the user is told',
    async (keyring) => {
      const { page } = await trial.start({ DOUBLE_KEYRING: keyring });
      await call(page, 'addProfile', {
        profile: PROFILE,
        secrets: { ...KEEP, password: { change: 'set', value: secret } },
      });
      const { platform, problems } = await call(page, 'snapshot', {});
      expect(platform.secretProtection).toBe('memory');
      expect(problems).toMatchObject([{ problem: { source: 'secrets' } }]);
      expect(await filesWith(secret)).toEqual([]);
      await expect(stat(join(trial.home, 'config', 'smartvpn', 'secrets.json'))).rejects.toThrow('ENOENT');
    },
  );
});
