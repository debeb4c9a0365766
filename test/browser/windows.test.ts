import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page, WebSocketRoute } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPossible } from '../support/chromium.ts';
import { ANNA, BEN, TINA } from '../walks/dial-in-users.ts';
import { Office } from './office.ts';
import { browserTab } from '../walks/browser-tab.ts';
import { VpnWindow } from '../walks/vpn-window.ts';

/** What holds for any window: several see the same, a hidden one costs nothing, and none is told a secret. */

describe.skipIf(!chromiumPossible())('windows', () => {
  let office: Office;
  beforeAll(async () => {
    office = await Office.open();
  });
  afterAll(() => office.close());

  function open(walk: string): Promise<VpnWindow> {
    return office.openWindow(walk);
  }

  function profile(name: string): Readonly<Record<string, unknown>> {
    const { publicKeySha256 } = office.router;
    return {
      name,
      server: office.server,
      port: office.port,
      userName: BEN.userName,
      trustedCertificate: { publicKeySha256, trustedAt: new Date().toISOString() },
    };
  }

  test('two at once see the same profiles, prompts and states', async () => {
    const one = await open('two-windows-one');
    const two = await open('two-windows-two');
    await one.importProfiles([profile('Both')]);
    await two.profile('Both').click();
    await two.connect();
    await Promise.all(
      [one, two].map((window) => window.dialog.getByText('Password needed for ben').waitFor()),
    );
    await one.field('Password').fill(BEN.password);
    await one.answer('Connect');
    await Promise.all([one, two].map((window) => window.state('Connected')));
    expect(await two.dialog.count()).toBe(0);
    expect(await two.fact('Virtual IP').textContent()).toBe(await one.fact('Virtual IP').textContent());
    await two.button('Disconnect').click();
    await Promise.all([one, two].map((window) => window.state('Disconnected')));
    expect([...one.complaints, ...two.complaints]).toEqual([]);
    await Promise.all([one.close(), two.close()]);
  });

  test('a hidden one gets no statistics, and gets them again when it is shown', async () => {
    const watching = await open('hidden-watching');
    const hiding = await open('hidden-hiding');
    await watching.importProfiles([profile('Hidden')]);
    await Promise.all([watching, hiding].map((window) => window.profile('Hidden').click()));
    await watching.connect();
    await watching.field('Password').fill(BEN.password);
    await watching.answer('Connect');
    await hiding.receives(SAMPLE, 1);
    await become(hiding.page, 'hidden');
    await hiding.answered('unwatchStatistics');
    const before = samples(hiding);
    await watching.receives(SAMPLE, samples(watching) + 3);
    expect(samples(hiding)).toBe(before);
    await become(hiding.page, 'visible');
    await hiding.receives(SAMPLE, before + 1);
    await watching.button('Disconnect').click();
    await watching.state('Disconnected');
    await Promise.all([watching.close(), hiding.close()]);
  });

  test('one that could not reach the program for a while shows the session that ended meanwhile', async () => {
    const place = await browserTab(office.browser, office.program, office.hosts !== undefined);
    let isCut = false;
    const links: WebSocketRoute[] = [];
    await place.page.routeWebSocket(/contract/, async (link) => {
      links.push(link);
      if (isCut) await link.close();
      else link.connectToServer();
    });
    const cut = await VpnWindow.open(place, 'history-cut', () => undefined);
    const other = await open('history-other');
    await other.importProfiles([profile('Cut off')]);
    await cut.profile('Cut off').click();
    await cut.page.getByRole('tab', { name: 'Statistics' }).click();
    await cut.page.getByText('No sessions yet.').waitFor();
    isCut = true;
    await links.at(-1)?.close();
    await cut.page.getByText('Connection to the program lost.').waitFor();
    await other.profile('Cut off').click();
    await other.connect();
    await other.field('Password').fill(BEN.password);
    await other.answer('Connect');
    await other.state('Connected');
    await other.button('Disconnect').click();
    await other.state('Disconnected');
    isCut = false;
    await cut.page.getByText('Disconnected by you').waitFor();
    expect(await cut.page.getByText('Disconnected by you').count()).toBe(1);
    await Promise.all([cut.close(), other.close()]);
  });

  test('none is told a kept password or secret, nor is a log, a report or a file', async () => {
    const window = await open('secrets');
    await add(window, { name: 'Password kept', userName: BEN.userName, password: BEN.password });
    await connectOnce(window);
    await add(window, { name: 'Secret kept', userName: ANNA.userName, motpSecret: ANNA.secret });
    await window.connect();
    await window.field('PIN').fill(ANNA.pin);
    await window.answer('Connect');
    await window.trust();
    await window.state('Connected');
    await window.button('Disconnect').click();
    await window.state('Disconnected');
    await add(window, { name: 'Two steps', userName: TINA.userName, password: TINA.password });
    await window.connect();
    await window.trust();
    const code = office.tokens.totp();
    await window.field('Code').fill(code);
    await window.answer('Continue');
    await window.state('Connected');
    await window.button('Disconnect').click();
    await window.state('Disconnected');

    const seen: string[] = [];
    for (const name of ['Password kept', 'Secret kept', 'Two steps']) {
      await window.profile(name).click();
      await window.button('Edit').click();
      seen.push(await pageText(window.page));
      await window.answer('Cancel');
    }
    await window.button('Log').click();
    await window.page.getByLabel('Level').selectOption('Everything');
    seen.push(await pageText(window.page));
    await window.button('Save report…').click();
    await window.dialog.getByRole('textbox').waitFor();
    seen.push(await pageText(window.page));
    await window.picture('report');
    const saved = window.page.waitForEvent('download');
    await window.answer('Save');
    seen.push(await readFile(await (await saved).path(), 'utf8'));
    // A page that starts anew, with whatever was kept for it.
    await window.page.reload();
    await window.profile('Secret kept').waitFor();
    seen.push(await pageText(window.page), await storedText(window.page));
    seen.push(
      ...window.received,
      ...window.complaints,
      office.program.said,
      ...(await filesIn(office.home.folder)),
    );

    for (const planted of [BEN.password, ANNA.secret, ANNA.pin, TINA.password, code]) {
      expect(window.sent.some((text) => text.includes(planted))).toBe(true);
      expect(seen.filter((text) => text.includes(planted))).toEqual([]);
    }
    await window.close();
  });

  async function add(
    window: VpnWindow,
    {
      name,
      userName,
      password,
      motpSecret,
    }: { name: string; userName: string; password?: string; motpSecret?: string },
  ): Promise<void> {
    await window.button('Add').click();
    await window.field('Profile Name').fill(name);
    await window.field('Server IP or Hostname').fill(`${office.server}:${office.port}`);
    await window.field('User Name').fill(userName);
    if (password !== undefined) await window.field('Password').fill(password);
    if (motpSecret !== undefined) {
      await window.field('Authentication Type').selectOption('Mobile One-Time (mOTP)');
      await window.field('Secret').fill(motpSecret);
    }
    await window.answer('OK');
    await window.profile(name).waitFor();
    await window.dialog.waitFor({ state: 'detached' });
  }

  async function connectOnce(window: VpnWindow): Promise<void> {
    await window.connect();
    await window.trust();
    await window.state('Connected');
    await window.button('Disconnect').click();
    await window.state('Disconnected');
  }
});

const SAMPLE = /"notification":"statistics"/;

function samples({ received }: VpnWindow): number {
  return received.filter((text) => SAMPLE.test(text)).length;
}

/** Playwright keeps all pages in front, so the page is told otherwise, by the property and the event for it. */
async function become(page: Page, wanted: 'hidden' | 'visible'): Promise<void> {
  await page.evaluate(`{
    Object.defineProperty(document, 'hidden', { configurable: true, value: ${wanted === 'hidden'} });
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: '${wanted}' });
    document.dispatchEvent(new Event('visibilitychange'));
  }`);
}

/** The page's elements and what stands in its fields. */
async function pageText(page: Page): Promise<string> {
  const values: unknown = await page.evaluate(
    `Array.from(document.querySelectorAll('input, textarea, select'), ({ value }) => value)`,
  );
  return `${await page.content()}\n${JSON.stringify(values)}`;
}

/** All that the browser keeps for the page. */
async function storedText(page: Page): Promise<string> {
  const stored = await page.context().storageState({ indexedDB: true });
  const session: unknown = await page.evaluate('JSON.stringify({ ...sessionStorage })');
  return `${JSON.stringify(stored)}\n${String(session)}`;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')));
}
