import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessibilityFaults } from '../support/accessibility.ts';
import { chromiumPossible } from '../support/chromium.ts';
import { BEN } from '../walks/dial-in-users.ts';
import { Office } from './office.ts';
import { type Look, USUAL } from '../walks/vpn-window.ts';

const NARROW: Look = { scheme: 'light', width: 390, height: 780 };
/** Each view as it really comes about, light and dark, wide and narrow and enlarged. */
const LOOKS: Readonly<Record<string, Look>> = {
  light: { scheme: 'light', width: 1000, height: 700 },
  dark: { scheme: 'dark', width: 1000, height: 700 },
  narrow: NARROW,
  // The usual window at 200 %.
  twice: { scheme: 'dark', width: 500, height: 350 },
};

describe.skipIf(!chromiumPossible())('looks', () => {
  let office: Office;
  beforeAll(async () => {
    office = await Office.open();
  });
  afterAll(() => office.close());

  test('every view, in every look', async () => {
    const window = await office.openWindow('looks');
    const found: string[] = [];
    const look = async (view: string): Promise<void> => {
      for (const [name, size] of Object.entries(LOOKS)) {
        await window.look(size);
        await window.picture(`${view}-${name}`);
        found.push(...(await faults(window.page)).map((fault) => `${view}, ${name}: ${fault}`));
      }
      await window.look(USUAL);
    };

    await window.look(NARROW);
    await window.button('Add your first profile').waitFor();
    await look('first-run');

    await window.button('Add your first profile').click();
    await window.field('User Name').fill('a:b');
    await window.answer('OK');
    await window.dialog.getByText('Enter a name for this profile').waitFor();
    await look('editor');
    await window.answer('Cancel');

    const trustedCertificate = {
      publicKeySha256: office.router.publicKeySha256,
      trustedAt: '2026-01-01T00:00:00Z',
    };
    const { server, port } = office;
    await window.importProfiles([
      { name: 'Office', server, port, userName: BEN.userName, trustedCertificate },
      { name: 'New office', server, port, userName: BEN.userName },
      ...Array.from({ length: 30 }, (_none, index) => ({
        name: `Branch ${index}`,
        server: 'vpn.example.com',
      })),
    ]);
    await window.profile('New office').click();
    await look('disconnected');

    await window.connect();
    await window.field('Password').waitFor();
    await look('prompt');

    await window.field('Password').fill(BEN.password);
    await window.answer('Connect');
    await window.dialog.getByText('Fingerprint (SHA-256)').waitFor();
    await look('certificate');
    await window.answer('Cancel');
    await window.state('Disconnected');

    await office.router.setFaults({ stage: 'ipcp', action: 'stall', sessions: 1 });
    await window.page.getByLabel('Search profiles').fill('office');
    await window.page.getByRole('option').filter({ hasNotText: 'New' }).click();
    await window.connect();
    await window.field('Password').fill(BEN.password);
    await window.answer('Connect');
    await window.page.locator('.state-line').getByText('Waiting for an address…').waitFor();
    await look('connecting');
    await window.press('Cancel');
    await window.state('Disconnected');

    await window.connect();
    await window.field('Password').fill(BEN.password);
    await window.answer('Connect');
    await window.state('Connected');
    await window.fact('Receiving').getByText('bit/s').waitFor();
    await look('connected');

    await window.page.getByRole('tab', { name: 'Statistics' }).click();
    await window.page.locator('.uplot').waitFor();
    await window.receives(/"notification":"statistics"/, 4);
    await look('statistics');
    await window.page.getByRole('tab', { name: 'Status' }).click();
    await window.button('Disconnect').click();
    await window.state('Disconnected');

    await office.router.setFaults({ stage: 'tcp', action: 'refuse' });
    await window.connect();
    await window.failure('Connection refused');
    await look('failed');

    await window.button('Log').click();
    await window.page.getByLabel('Log lines').getByText('Connected').first().waitFor();
    await look('log');
    await window.button('Save report…').click();
    await window.dialog.getByRole('textbox').waitFor();
    await look('report');
    await window.answer('Cancel');

    await window.button('Settings').click();
    await look('settings');
    await window.page.getByLabel('Language').selectOption('de');
    await window.page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    await look('settings-german');
    expect(found).toEqual([]);
    expect(window.complaints).toEqual([]);
  });
});

/** axe's findings, and what is wider than the window. */
async function faults(page: Page): Promise<string[]> {
  const wide = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
  return [...(wide > 0 ? [`${wide} pixels too wide`] : []), ...(await accessibilityFaults(page))];
}
