import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { exitCode } from '../../cli/exit-codes.ts';
import { windowBuilt } from '../support/built-window.ts';
import { chromiumPossible, startChromium } from '../support/chromium.ts';
import { namespacesPossible } from '../support/namespace.ts';
import {
  type Home,
  type Running,
  makeHome,
  runProgram,
  startOnTerminal,
  startProgram,
} from '../support/program.ts';
import {
  ADDRESS,
  type ThreeHosts,
  createThreeHosts,
  prefixInside,
  startLanWebServer,
} from '../support/three-hosts.ts';
import { WindowProgram } from '../support/window-program.ts';
import { browserTab } from '../walks/browser-tab.ts';
import { VpnWindow } from '../walks/vpn-window.ts';
import { ARTEFACTS, login } from './pages-host.ts';

/**
 * DrayTek's guide for mOTP over SSL VPN, from its first to its last line, with the emulator for a router: three
 * hosts, the real programs, an administrator's browser in the office, and the user's with the token page outside.
 */

const DOWNLOAD = join(import.meta.dirname, '../demo/download.ts');
const DOWNLOAD_BYTES = 3_000_000;
/** A download of that size in packets of at most this many bytes. */
const PACKETS = Math.floor(DOWNLOAD_BYTES / 1500);
const USER = 'anna';
const PIN = '4711';

describe.skipIf(!namespacesPossible() || !chromiumPossible())(
  'the guide, with the emulator for a router',
  () => {
    let hosts: ThreeHosts;
    let routerHome: Home;
    let userHome: Home;
    let router: Running;
    let office: Browser;
    let outside: Browser;

    beforeAll(async () => {
      const built = windowBuilt();
      [hosts, routerHome, userHome] = await Promise.all([createThreeHosts('guide'), makeHome(), makeHome()]);
      await startLanWebServer(hosts, DOWNLOAD_BYTES);
      const config = join(routerHome.folder, 'router.json');
      const lan = { kind: 'tun', forwarding: true };
      await writeFile(config, JSON.stringify({ listen: { host: '0.0.0.0', port: 443 }, lan }));
      router = startProgram(['router', '--open', '--config', config], {
        home: routerHome,
        prefix: prefixInside(hosts.router),
      });
      [office, outside] = await Promise.all([
        startChromium(prefixInside(hosts.lan)),
        startChromium(prefixInside(hosts.client)),
        mkdir(ARTEFACTS, { recursive: true }),
        built,
      ]);
    });
    afterAll(async () => {
      await Promise.all([office?.close(), outside?.close()]);
      router?.kill('SIGTERM');
      await router?.ended;
      await hosts?.remove();
      await Promise.all([routerHome?.remove(), userHome?.remove()]);
    });

    async function open(browser: Browser, address: string, phone = false): Promise<Page> {
      const context: BrowserContext = await browser.newContext({
        ignoreHTTPSErrors: true,
        viewport: phone ? { width: 390, height: 844 } : { width: 1280, height: 860 },
        locale: 'en-GB',
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      const page = await context.newPage();
      await page.goto(address);
      return page;
    }

    /** Types the PIN on the phone, and reads the code once it is another than the one used before. */
    async function codeOn(phone: Page, used: string): Promise<string> {
      const code = phone.getByLabel('Code', { exact: true });
      const lock = phone.getByRole('button', { name: 'Lock' });
      if (await lock.isVisible()) await lock.click();
      for (const digit of PIN) await phone.getByRole('button', { name: digit, exact: true }).click();
      await code.waitFor();
      await expect.poll(() => code.textContent()).not.toBe(used);
      return (await code.textContent()) ?? '';
    }

    /** Traffic of the user's computer to a host in the office, through the tunnel. */
    async function download(): Promise<void> {
      const url = `http://${ADDRESS.lanHost}/`;
      await hosts.client.exec([process.execPath, DOWNLOAD, url]);
    }

    /** The row of Connection Management comes, its counters move with traffic, and Drop ends it. */
    async function watchAndDrop(admin: Page, address: string, name: string): Promise<void> {
      const row = admin.getByRole('row', { name: new RegExp(`\\(${USER}\\)`) });
      await row.waitFor();
      const cells = row.getByRole('cell');
      expect(await cells.allTextContents()).toEqual(
        expect.arrayContaining([ADDRESS.client, `${address}/32`]),
      );
      const packets = async (place: 3 | 5) => Number(await cells.nth(place).textContent());
      const [sent, received] = [await packets(3), await packets(5)];
      await download();
      await expect.poll(() => packets(3)).toBeGreaterThanOrEqual(sent + PACKETS);
      expect(await packets(5)).toBeGreaterThan(received);
      await admin.screenshot({ path: join(ARTEFACTS, `guide-${name}-row.png`) });
      await row.getByRole('button', { name: `Drop the tunnel of ${USER}` }).click();
      await admin.getByText(`Dropped: the tunnel of ${USER}.`).waitFor();
      await admin.getByText('No tunnel is up.').waitFor();
    }

    test('token page, router page, client, Connection Management, Drop', async () => {
      const [, firstPassword = ''] = await router.sees(/first password ([a-z0-9-]+) \(shown this once\)/);
      await router.sees(new RegExp(`from other devices: .*https://${ADDRESS.router}:443/`));

      // 1. the phone makes a secret
      const phone = await open(outside, `https://${ADDRESS.router}/token/`, true);
      await phone.getByRole('link', { name: 'New profile' }).click();
      await phone.getByLabel('Profile name').fill('Office');
      await phone.getByRole('button', { name: 'Random' }).click();
      await phone.screenshot({ path: join(ARTEFACTS, 'guide-token-secret.png') });
      await phone.getByRole('button', { name: 'Copy' }).click();
      await phone.getByRole('button', { name: 'Copied' }).waitFor();
      const secret = String(await phone.evaluate('navigator.clipboard.readText()'));
      await phone.getByRole('button', { name: 'Save' }).click();

      // 2. the administrator stores it in the user's profile
      const admin = await open(office, `https://${ADDRESS.lanRouter}/`);
      await login(admin, firstPassword);
      await admin.getByRole('link', { name: 'Add a user' }).click();
      await admin.getByLabel('Username').fill(USER);
      await admin.getByRole('checkbox', { name: 'Enable Mobile One-Time Passwords(mOTP)' }).check();
      await admin.getByLabel('PIN Code').fill(PIN);
      await admin.getByLabel('Secret', { exact: true }).fill(secret);
      await admin.getByRole('button', { name: 'OK' }).click();
      await admin.getByText(`Saved: ${USER}.`).waitFor();
      await admin.getByRole('link', { name: 'SSL General Setup' }).click();
      const fingerprint = (await admin.locator('#fingerprint').textContent()) ?? '';
      await admin.getByRole('link', { name: 'Connection Management' }).click();
      await admin.getByText('Live', { exact: true }).waitFor();

      // 3. the user connects in the terminal
      const inside = { home: userHome, prefix: prefixInside(hosts.client) };
      const added = await runProgram(
        [
          'profile',
          'add',
          'office',
          '--server',
          ADDRESS.router,
          '--user-name',
          USER,
          '--authentication',
          'motp',
        ],
        inside,
      );
      expect(added.code).toBe(0);
      const terminal = startOnTerminal(['connect', 'office'], userHome, { NO_COLOR: '1' }, inside.prefix);
      onTestFinished(() => terminal.kill('SIGKILL'));
      await terminal.sees(/One-time password.*:/);
      const first = await codeOn(phone, '');
      terminal.type(`${first}\n`);
      await terminal.sees(new RegExp(`Fingerprint \\(SHA-256\\) +${fingerprint}`));
      await terminal.sees(/Trust this router from now on\?/);
      terminal.type('yes\n');
      const [, address = ''] = await terminal.sees(/Connected.* to office as (192\.168\.240\.\d+)/);
      await watchAndDrop(admin, address, 'terminal');
      await terminal.sees(/Ended by the router\s+The router ended the connection\./);
      expect((await terminal.ended).code).toBe(exitCode('router-closed'));

      // 4. and in the window
      const program = WindowProgram.start(userHome, { prefix: inside.prefix });
      onTestFinished(async () => {
        await program.end();
      });
      const window = await VpnWindow.open(
        await browserTab(outside, program, true),
        'seed-guide',
        () => undefined,
      );
      await window.profile('office').click();
      await window.press('Connect');
      await window.dialog.getByText(`One-time password needed for ${USER}`).waitFor();
      await window.field('Password').fill(await codeOn(phone, first));
      await window.answer('Connect');
      await window.state('Connected');
      await watchAndDrop(admin, (await window.fact('Virtual IP').textContent()) ?? '', 'window');
      await window.failure('Ended by the router');
      await window.picture('dropped');

      await admin.getByRole('link', { name: 'Syslog' }).click();
      await admin.getByText(`[H2L][DOWN][SSLTunnel][@${USER}]`).first().waitFor();
      expect(await admin.getByText(`[H2L][UP][SSLTunnel][@${USER}]`).count()).toBe(2);
    });
  },
);
