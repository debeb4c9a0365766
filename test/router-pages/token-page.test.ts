import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPossible } from '../support/chromium.ts';
import { motpCode } from '../../shared/otp/motp.ts';
import { accessibilityFaults } from '../renderer/window.ts';
import { ARTEFACTS, LOOKS, type PagesHost, startPagesHost } from './pages-host.ts';

let host: PagesHost;
let address = '';
beforeAll(async () => {
  host = await startPagesHost();
  ({ address } = await host.startRouter());
});
afterAll(() => host.close());

async function addProfile(page: Page, name: string, secret: string, pinType = '4'): Promise<void> {
  await page.getByRole('link', { name: 'New profile' }).click();
  await page.getByLabel('Profile name').fill(name);
  await page.getByLabel('PIN type').selectOption(pinType);
  await page.getByLabel('Direct').check();
  await page.getByLabel('Secret, as the router shows it').fill(secret);
}

async function enterPin(page: Page, pin: string): Promise<void> {
  for (const digit of pin) await page.getByRole('button', { name: digit, exact: true }).click();
}

/** protocol.md §4 with PINs that the token takes; seconds, not steps. */
const VECTORS = [
  [1_296_121_200, '0123456789abcdef', '6666', '6ed4e4'],
  [1_296_121_300, '0123456789abcdef', '6666', '502a59'],
  [165_892_298, 'e3152afee62599c8', '1234', 'e7d8b6'],
  [123_456_789, 'e3152afee62599c8', '1234', '4ebfb2'],
  [1_659_540_022, 'bbb1912bb5c515be', '9999', 'ced7b1'],
  [1_659_539_870, 'bbb1912bb5c515be', '9999', '1a14f8'],
] as const;

describe.skipIf(!chromiumPossible())('the code', () => {
  test.each(VECTORS)('at %i of secret %s and PIN %s is %s', async (seconds, secret, pin, code) => {
    const { page, context, complaints } = await host.open(`${address}/token/`, { width: 390, height: 844 });
    await page.clock.setFixedTime(seconds * 1000);
    await addProfile(page, 'Office', secret.toUpperCase());
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Enter your PIN.').waitFor();
    await enterPin(page, pin);
    expect(await page.getByLabel('Code', { exact: true }).textContent()).toBe(code);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('of a wrong PIN is a wrong code, and nothing tells, also with an encrypted secret', async () => {
    const { page, context } = await host.open(`${address}/token/`);
    const seconds = 1_659_540_022;
    await page.clock.setFixedTime(seconds * 1000);
    await addProfile(page, 'Sealed', 'bbb1912bb5c515be');
    await page.getByLabel('Encrypt the secret with my PIN').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await enterPin(page, '9999');
    await page.getByText('And once more.').waitFor();
    await enterPin(page, '9999');
    await page.getByText('Enter your PIN.').waitFor();
    await enterPin(page, '9998');
    const wrong = await page.getByLabel('Code', { exact: true }).textContent();
    expect(wrong).toMatch(/^[0-9a-f]{6}$/);
    expect(wrong).not.toBe('ced7b1');
    const look = await page.getByLabel('One-time password').textContent();
    await page.getByRole('button', { name: 'Lock' }).click();
    await page.keyboard.type('9999');
    expect(await page.getByLabel('Code', { exact: true }).textContent()).toBe('ced7b1');
    expect((await page.getByLabel('One-time password').textContent())?.replace('ced7b1', '')).toBe(
      look?.replace(wrong ?? '', ''),
    );
    // what is stored does not hold the secret
    const stored = await page.evaluate(
      `new Promise((resolve) => { const open = indexedDB.open('vigor-token'); open.onsuccess = () => {
        const all = open.result.transaction('profiles').objectStore('profiles').getAll();
        all.onsuccess = () => resolve(JSON.stringify(all.result)); }; })`,
    );
    expect(stored).toContain('Sealed');
    expect(stored).not.toContain('bbb1912bb5c515be');
    expect(stored).not.toContain('9999');
    await context.close();
  });

  test('goes with time, to the clipboard, and away', async () => {
    const { page, context } = await host.open(`${address}/token/`);
    await page.clock.install({ time: 1_659_540_020_000 });
    await addProfile(page, 'Office', 'bbb1912bb5c515be', '7');
    await page.getByRole('button', { name: 'Save' }).click();
    await enterPin(page, '1234567');
    const code = page.getByLabel('Code', { exact: true });
    expect(await code.textContent()).toBe(motpCode(165_954_002, 'bbb1912bb5c515be', '1234567'));
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await code.textContent());
    await page.clock.runFor(10_000);
    expect(await code.textContent()).toBe(motpCode(165_954_003, 'bbb1912bb5c515be', '1234567'));
    await page.clock.runFor(60_000);
    await page.getByText('Enter your PIN.').waitFor();
    await context.close();
  });
});

describe.skipIf(!chromiumPossible())('the code is the same', () => {
  test.each(['Pacific/Kiritimati', 'America/St_Johns', 'Asia/Kathmandu'])('in %s', async (timeZone) => {
    const { page, context } = await host.open(`${address}/token/`, { timeZone });
    await page.clock.setFixedTime(1_659_540_022_000);
    expect(await page.evaluate('new Date().getTimezoneOffset()')).not.toBe(0);
    await addProfile(page, 'Office', 'bbb1912bb5c515be');
    await page.getByRole('button', { name: 'Save' }).click();
    await enterPin(page, '9999');
    expect(await page.getByLabel('Code', { exact: true }).textContent()).toBe('ced7b1');
    await context.close();
  });
});

describe.skipIf(!chromiumPossible())('a page that nobody sees', () => {
  test('stands still, and is right again at once', async () => {
    const { page, context } = await host.open(`${address}/token/`);
    await page.clock.install({ time: 1_659_539_000_000 });
    await addProfile(page, 'Office', 'bbb1912bb5c515be');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Enter your PIN.').waitFor();
    await page.clock.pauseAt(1_659_540_022_000);
    await enterPin(page, '9999');
    const code = page.getByLabel('Code', { exact: true });
    const timer = page.locator('.timer text');
    await page.clock.runFor(100);
    expect([await code.textContent(), await timer.textContent()]).toEqual(['ced7b1', '8']);
    await see(page, false);
    await page.evaluate(
      `new MutationObserver(() => { globalThis.moved = true; }).observe(document.body,
        { subtree: true, childList: true, characterData: true, attributes: true })`,
    );
    await page.clock.runFor(20_000);
    expect(await page.evaluate('globalThis.moved')).toBeUndefined();
    await see(page, true);
    await page.clock.runFor(100);
    expect(await code.textContent()).toBe(motpCode(165_954_004, 'bbb1912bb5c515be', '9999'));
    // and the PIN is forgotten in its time, seen or not
    await see(page, false);
    await page.clock.runFor(60_000);
    await see(page, true);
    await page.getByText('Enter your PIN.').waitFor();
    await context.close();
  });
});

/** As when the phone's screen goes off and on, or another tab is looked at. */
async function see(page: Page, isSeen: boolean): Promise<void> {
  await page.evaluate(
    `Object.defineProperty(document, 'hidden', { value: ${String(!isSeen)}, configurable: true });
     document.dispatchEvent(new Event('visibilitychange'))`,
  );
}

describe.skipIf(!chromiumPossible())('a new profile', () => {
  test('initialises a secret of 32 digits, shows it on demand, and is gone when deleted', async () => {
    const { page, context } = await host.open(`${address}/token/`);
    await page.getByRole('link', { name: 'New profile' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Enter a name').waitFor();
    await page.getByText('Press Random to make a secret').waitFor();
    await page.getByLabel('Profile name').fill('<b>Home</b>');
    await page.getByRole('button', { name: 'Random' }).click();
    const made = (await page.getByLabel('New secret').textContent())?.replaceAll(' ', '') ?? '';
    expect(made).toMatch(/^[0-9a-f]{32}$/);
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(made);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: '<b>Home</b>' }).waitFor();
    expect(await page.locator('body').textContent()).not.toContain(made.slice(0, 4));
    await page.getByRole('link', { name: 'Details' }).click();
    await page.getByRole('button', { name: 'Show the secret' }).click();
    expect((await page.locator('output.secret').textContent())?.replaceAll(' ', '')).toBe(made);
    await page.getByRole('button', { name: 'QR code' }).click();
    await page.getByRole('img', { name: 'QR code with the secret of <b>Home</b>' }).waitFor();
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('No profile yet.').waitFor();
    await context.close();
  });

  test.each([
    ['f'.repeat(33), 'A secret has at most 32 digits'],
    ['0123456789abcdeg', 'A secret has only the digits 0 to 9'],
  ])('%s is said at the field, and nothing is saved', async (secret, words) => {
    const { page, context } = await host.open(`${address}/token/`);
    await addProfile(page, 'Office', secret);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(words).waitFor();
    expect(await page.getByLabel('Secret, as the router shows it').getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('link', { name: 'Profiles' }).click();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('No profile yet.').waitFor();
    await context.close();
  });

  test('that the device cannot store is said, and nothing is saved', async () => {
    const { page, context } = await host.open(`${address}/token/`);
    await addProfile(page, 'Office', 'bbb1912bb5c515be');
    await page.evaluate(
      `IDBObjectStore.prototype.put = function () { this.transaction.abort(); throw new DOMException('full', 'QuotaExceededError'); }`,
    );
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('nothing was saved').waitFor();
    await page.getByRole('link', { name: 'Profiles' }).click();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('No profile yet.').waitFor();
    expect(await page.locator('.profiles').count()).toBe(0);
    await context.close();
  });

  test('whose secret is not saved is not left without a word, by the link or the phone’s back button', async () => {
    const { page, context, complaints } = await host.open(`${address}/token/`);
    await page.getByRole('link', { name: 'New profile' }).click();
    await page.getByLabel('Profile name').fill('Office');
    await page.getByRole('button', { name: 'Random' }).click();
    const made = await page.getByLabel('New secret').textContent();
    await page.getByRole('link', { name: 'Profiles' }).click();
    await page.getByText('The secret is not saved.').waitFor();
    // The harmless answer has the focus.
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('New secret').textContent()).toBe(made);
    expect(await page.getByLabel('Profile name').inputValue()).toBe('Office');
    await page.goBack();
    await page.getByRole('button', { name: 'Go on editing' }).click();
    expect(await page.getByLabel('New secret').textContent()).toBe(made);
    // A look at the other way costs nothing either.
    await page.getByLabel('Direct').check();
    await page.getByLabel('Initialise Secret').check();
    expect(await page.getByLabel('New secret').textContent()).toBe(made);
    await page.getByRole('link', { name: 'Profiles' }).click();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('No profile yet.').waitFor();
    await page.getByRole('link', { name: 'New profile' }).click();
    expect(await page.getByLabel('New secret').count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('with no secret yet, or a saved one, is left without a question', async () => {
    const { page, context } = await host.open(`${address}/token/`);
    await page.getByRole('link', { name: 'New profile' }).click();
    await page.getByLabel('Profile name').fill('Office');
    await page.getByRole('link', { name: 'Profiles' }).click();
    await addProfile(page, 'Office', 'bbb1912bb5c515be');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Enter your PIN.').waitFor();
    await page.getByRole('link', { name: 'Profiles' }).click();
    await page.getByRole('link', { name: 'Office' }).waitFor();
    expect(await page.getByText('The secret is not saved.').count()).toBe(0);
    await context.close();
  });

  test('whose secret is not saved has the browser ask before the page is closed', async () => {
    const { page, context } = await host.open(`${address}/token/`);
    await page.getByRole('link', { name: 'New profile' }).click();
    await page.getByRole('button', { name: 'Random' }).click();
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await page.getByLabel('New secret').waitFor();
    await context.close();
  });

  test('that cannot be read does not hide the others', async () => {
    const { page, context } = await host.open(`${address}/token/`);
    await addProfile(page, 'Office', 'bbb1912bb5c515be');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Enter your PIN.').waitFor();
    await page.evaluate(
      `new Promise((resolve) => { const open = indexedDB.open('vigor-token'); open.onsuccess = () => {
        const change = open.result.transaction('profiles', 'readwrite');
        change.objectStore('profiles').put({ id: 'odd', name: 'Odd', secret: 'unreadable' });
        change.oncomplete = resolve; }; })`,
    );
    await page.goto(`${address}/token/`);
    await page.reload();
    await page.getByRole('link', { name: 'Office' }).waitFor();
    expect(await page.getByText('Odd').count()).toBe(0);
    await context.close();
  });

  test('is made by shaking where there is a sensor', async () => {
    const { page, context } = await host.open(`${address}/token/`);
    await page.getByRole('link', { name: 'New profile' }).click();
    await page.getByRole('button', { name: 'Shake' }).click();
    await page.getByText('Shake the phone').waitFor();
    await page.evaluate(
      `for (let at = 0; at < 70; at += 1) dispatchEvent(new DeviceMotionEvent('devicemotion', {
        accelerationIncludingGravity: { x: at % 2 ? 20 : 0, y: 0, z: 9.8 } }))`,
    );
    const made = await page.getByLabel('New secret').textContent();
    expect(made?.replaceAll(' ', '')).toMatch(/^[0-9a-f]{32}$/);
    await context.close();
  });
});

describe.skipIf(!chromiumPossible())('on a phone', () => {
  test('it can be installed: the browser itself finds nothing to say against it', async () => {
    const { page, context } = await host.open(`${address}/token/`);
    await page.evaluate('navigator.serviceWorker.ready');
    const devtools = await context.newCDPSession(page);
    const manifest = await devtools.send('Page.getAppManifest');
    expect([manifest.url, manifest.errors]).toEqual([`${address}/token/token.webmanifest`, []]);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    // a context of Playwright is a private one, from which nothing is ever installed
    expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
    await context.close();
  });
});

describe.skipIf(!chromiumPossible())('without the router', () => {
  test('it starts, with its profiles, and says that the clock cannot be compared', async () => {
    const own = await host.startRouter();
    const { page, context } = await host.open(`${own.address}/token/`);
    await addProfile(page, 'Office', 'bbb1912bb5c515be');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('agree on the time').waitFor();
    await page.evaluate('navigator.serviceWorker.ready');
    await own.router.close();
    await page.goto(`${own.address}/token/`);
    await page.getByRole('link', { name: 'Office' }).click();
    await page.getByText('The router cannot be asked for its time now.').waitFor();
    await enterPin(page, '9999');
    expect(await page.getByLabel('Code', { exact: true }).textContent()).toMatch(/^[0-9a-f]{6}$/);
    await context.close();
  });

  test('a clock that is wrong is told', async () => {
    const late = await host.startRouter({}, { clock: () => Date.now() + 42_000 });
    const { page, context } = await host.open(`${late.address}/token/`);
    await addProfile(page, 'Office', 'bbb1912bb5c515be');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect
      .poll(() => page.locator('.clock').textContent())
      .toMatch(/^This device is [345]\d seconds behind the router\. Codes will be refused/);
    await context.close();
  });
});

describe.skipIf(!chromiumPossible()).each(LOOKS)('every view, $name', (look) => {
  test('is accessible and fits the screen', async () => {
    const { page, context, complaints } = await host.open(`${address}/token/`, look);
    const check = async (name: string) => {
      await page.screenshot({ path: join(ARTEFACTS, `token-${name}-${look.name}.png`), fullPage: true });
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect([name, overflow, await accessibilityFaults(page)]).toEqual([name, 0, []]);
    };
    await check('empty');
    await addProfile(page, 'Office', 'xyz');
    await page.getByRole('button', { name: 'Save' }).click();
    await check('errors');
    await page.getByLabel('Initialise Secret').check();
    expect(await page.getByText('A secret has only the digits').count()).toBe(0);
    await page.getByRole('button', { name: 'Shake' }).click();
    await page.getByText('Shake the phone').waitFor();
    await check('shake');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Random' }).click();
    await check('new-secret');
    await page.getByRole('link', { name: 'Profiles' }).click();
    await check('unsaved');
    await page.getByRole('button', { name: 'Go on editing' }).click();
    await page.getByLabel('Encrypt the secret with my PIN').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await check('pin-first');
    await enterPin(page, '9999');
    await page.getByText('And once more.').waitFor();
    await enterPin(page, '9998');
    await page.getByText('The two were not the same.').waitFor();
    await check('pin-differs');
    await enterPin(page, '9999');
    await enterPin(page, '9999');
    await page.getByText('agree on the time').waitFor();
    await enterPin(page, '99');
    await check('pin');
    await enterPin(page, '99');
    await page.getByLabel('Code', { exact: true }).waitFor();
    await check('code');
    await page.getByRole('link', { name: 'Details' }).click();
    await check('details');
    await page.getByRole('button', { name: 'Show the secret' }).click();
    await page.getByText('nobody can tell').waitFor();
    await check('secret-pin');
    await enterPin(page, '9999');
    await page.getByRole('button', { name: 'QR code' }).click();
    await check('secret');
    await page.getByRole('button', { name: 'Delete…' }).click();
    await check('delete');
    await page.getByRole('link', { name: 'Code' }).click();
    await page.getByRole('link', { name: 'Profiles' }).click();
    await check('profiles');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
