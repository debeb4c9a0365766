import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADDRESS } from '../support/three-hosts.ts';
import { ANNA, TINA } from './dial-in-users.ts';
import type { WalkScene, WalkShell } from './walk-scene.ts';

/** The administrator's guide, followed from an empty window to traffic through the tunnel. */

const DOWNLOAD = join(import.meta.dirname, '../demo/download.ts');

export function guideWalk(shell: WalkShell): void {
  describe.skipIf(!shell.isPossible)(`the guide, in a ${shell.name}`, () => {
    let office: WalkScene;
    beforeAll(async () => {
      office = await shell.open();
    });
    afterAll(() => office.close());

    async function download(): Promise<void> {
      const url = `http://${ADDRESS.lanHost}/`;
      await office.hosts?.client.exec([process.execPath, DOWNLOAD, url]);
    }

    test('from the first profile to a dropped tunnel and back, with traffic where there are devices', async () => {
      const window = await office.openWindow(`${shell.name}-guide`);
      const { page } = window;
      await page.getByText('You need three things').waitFor();
      await window.picture('first-run');

      await window.button('Add your first profile').click();
      await window.field('Profile Name').fill('Office');
      await window.field('Server IP or Hostname').fill(`${office.server}:${office.port}`);
      await window.field('Authentication Type').selectOption('Mobile One-Time (mOTP)');
      await window.field('User Name').fill(ANNA.userName);
      await window.picture('editor');
      await window.answer('OK');
      await window.profile('Office').waitFor();
      await window.state('Disconnected');
      await window.picture('profile');

      await window.connect();
      await window.dialog.getByText('One-time password needed for anna').waitFor();
      await window.picture('one-time-password');
      const right = office.tokens.code();
      const wrong = right.replace(/./, (first) => (first === '0' ? '1' : '0'));
      await window.field('Password').fill(wrong.toUpperCase());
      expect(await window.field('Password').inputValue()).toBe(wrong);
      await window.answer('Connect');

      await window.dialog.getByText('Is this your router?').waitFor();
      await window.dialog.getByText(office.router.fingerprint).waitFor();
      await window.picture('certificate');
      await window.answer('Trust this router');

      await window.failure('One-time password refused');
      await page
        .locator('main')
        .getByText(/the PIN is wrong, or the code was used already or has expired/)
        .waitFor();
      await window.picture('refused');
      await window.connect('Enter again');
      await window.field('Password').fill(wrong);
      await window.answer('Connect');
      await window.dialog
        .getByText('This one-time password was used already. Wait for the next one')
        .waitFor();
      expect(await window.dialog.getByText('more characters').count()).toBe(0);
      await window.picture('same-code-again');
      await window.field('Password').fill(right);
      await window.answer('Connect');
      await window.state('Connected');
      expect(await window.fact('Virtual IP').textContent()).toMatch(/^192\.168\.240\./);
      await window.picture('connected');

      await page.getByRole('tab', { name: 'Statistics' }).click();
      await page.locator('.uplot').waitFor();
      if (office.hosts !== undefined) {
        await download();
        await page
          .locator('.figure-main')
          .getByText(/^3\.\d+ MB$/)
          .waitFor();
        await page.getByText('not measured yet').waitFor({ state: 'detached' });
        await window.picture('statistics');
      }

      const { rows } = await office.router.connections();
      expect(rows).toMatchObject([{ userName: ANNA.userName }]);
      expect(await office.router.drop(rows[0]?.vpn ?? 0)).toBe(true);
      await page.getByRole('tab', { name: 'Status' }).click();
      await window.failure('Ended by the router');
      await window.picture('dropped');

      await window.connect('Try again');
      await window.field('Password').fill(office.tokens.code());
      await window.answer('Connect');
      await window.state('Connected');
      await window.button('Disconnect').click();
      await window.state('Disconnected');
      await page.getByRole('tab', { name: 'Statistics' }).click();
      await page.getByRole('cell', { name: 'Disconnected by you' }).waitFor();
      await page.getByRole('cell', { name: 'Ended by the router' }).waitFor();
      await window.picture('history');
      expect(window.complaints).toEqual([]);
      await window.close();
    });

    test('with the built-in generator: the PIN alone', async () => {
      const window = await office.openWindow(`${shell.name}-generator`);
      await window.button('Add').click();
      await window.field('Profile Name').fill('Own token');
      await window.field('Server IP or Hostname').fill(office.server);
      await window.field('Port').fill(String(office.port));
      await window.field('Authentication Type').selectOption('Mobile One-Time (mOTP)');
      await window.field('User Name').fill(ANNA.userName);
      await window.answer('Generate');
      expect(await window.field('Secret').inputValue()).toMatch(/^[0-9a-f]{32}$/);
      await window.picture('generated');
      await window.field('Secret').fill(ANNA.secret.toUpperCase());
      await window.answer('OK');

      await window.connect();
      await window.dialog.getByText('PIN needed for anna').waitFor();
      await window.field('PIN').fill(ANNA.pin);
      await window.picture('pin');
      await window.answer('Connect');
      await window.trust();
      await window.state('Connected');
      await window.picture('connected');
      await window.button('Disconnect').click();
      await window.state('Disconnected');
      expect(window.complaints).toEqual([]);
      await window.close();
    });

    test('with a second code (TOTP) after the password, and the time that is left for it', async () => {
      const window = await office.openWindow(`${shell.name}-second-step`);
      await window.button('Add').click();
      await window.field('Profile Name').fill('Two steps');
      await window.field('Server IP or Hostname').fill(`${office.server}:${office.port}`);
      await window.field('User Name').fill(TINA.userName);
      await window.answer('OK');

      await window.connect();
      await window.field('Password').fill(TINA.password);
      await window.answer('Connect');
      await window.trust();
      await window.dialog.getByText('The router asks for a second code').waitFor();
      const timer = window.dialog.getByRole('timer');
      const left = await timer.textContent();
      expect(left).toMatch(/left\.$/);
      await window.picture('asked');
      const right = office.tokens.totp();
      await window.field('Code').fill(right.replace(/.$/, (last) => String((Number(last) + 1) % 10)));
      await window.answer('Continue');
      await window.dialog.getByText('The router did not accept that code').waitFor();
      await window.picture('refused');
      await expect.poll(() => timer.textContent()).not.toBe(left);
      await window.field('Code').fill(office.tokens.totp());
      await window.answer('Continue');
      await window.state('Connected');
      await window.picture('connected');
      await window.button('Disconnect').click();
      await window.state('Disconnected');
      expect(window.complaints).toEqual([]);
      await window.close();
    });
  });
}
