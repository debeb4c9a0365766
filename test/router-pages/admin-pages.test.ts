import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPossible } from '../support/chromium.ts';
import { decodeBase32 } from '../../shared/otp/base32.ts';
import { motpCode, motpCounter } from '../../shared/otp/motp.ts';
import { bringUp } from '../../emulator/testing/raw-client.ts';
import { accessibilityFaults } from '../renderer/window.ts';
import { ARTEFACTS, LOOKS, type PagesHost, login, startPagesHost } from './pages-host.ts';

let host: PagesHost;
beforeAll(async () => {
  host = await startPagesHost();
});
afterAll(() => host.close());

const SECRET = 'e3152afee62599c8';

describe.skipIf(!chromiumPossible())('an administrator in a browser', () => {
  test('adds a user with one-time passwords, sees the tunnel come up, and drops it', async () => {
    const { router, address, password } = await host.startRouter({ lan: { kind: 'built-in' } });
    const { page, complaints } = await host.open(address);
    // Nothing is to be clicked before the password is typed.
    expect(await page.locator(':focus').getAttribute('name')).toBe('password');
    await login(page, password);
    await page.getByRole('link', { name: 'Add a user' }).click();
    await page.getByLabel('Username').fill('anna');
    await page.getByRole('checkbox', { name: 'Enable Mobile One-Time Passwords(mOTP)' }).check();
    await page.getByLabel('PIN Code').fill('123');
    await page.getByLabel('Secret', { exact: true }).fill(SECRET.toUpperCase());
    await page.getByLabel('Secret', { exact: true }).press('Enter');
    await page.getByText('Nothing was saved.').waitFor();
    expect(await page.getByLabel('PIN Code').getAttribute('aria-invalid')).toBe('true');
    expect(router.users.list()).toEqual([]);
    await page.getByLabel('PIN Code').fill('1234');
    await page.getByRole('button', { name: 'OK' }).click();
    await page.getByText('Saved: anna.').waitFor();
    expect(router.users.get('anna')?.motp).toEqual({ pin: '1234', secret: SECRET });

    await page.getByRole('link', { name: 'Connection Management' }).click();
    await page.getByText('No tunnel is up.').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const code = motpCode(motpCounter(Date.now()), SECRET, '1234');
    const tunnel = await bringUp(router.port, { userName: 'anna', password: code });
    const row = page.getByRole('row', { name: /1 \(anna\)/ });
    await row.waitFor();
    expect(await row.getByRole('cell').allTextContents()).toContain('192.168.240.10/32');
    await row.getByRole('button', { name: 'Drop the tunnel of anna' }).click();
    await page.getByText('Dropped: the tunnel of anna.').waitFor();
    await tunnel.connection.ended;
    await page.getByText('No tunnel is up.').waitFor();

    await page.getByRole('link', { name: 'Syslog' }).click();
    await page.getByText('[H2L][DOWN][SSLTunnel][@anna]').waitFor();
    await page.getByLabel('Filter').fill('[up]');
    await page.getByText('[H2L][DOWN][SSLTunnel][@anna]').waitFor({ state: 'detached' });
    // Between the two the page is loaded anew.
    await page.getByText('[H2L][UP][SSLTunnel][@anna]').waitFor();
    expect(complaints).toEqual([]);
  });

  test('without JavaScript: generates, saves, deletes, drops and filters', async () => {
    const { router, address, password } = await host.startRouter();
    const { page } = await host.open(address, { javaScriptEnabled: false });
    await login(page, password);
    await page.getByRole('link', { name: 'Add a user' }).click();
    await page.getByLabel('Username').fill('bob');
    await page.getByLabel('Password', { exact: true }).fill('open sesame');
    await page.getByRole('button', { name: 'Generate' }).last().click();
    const secret = await page.getByLabel('TOTP secret').inputValue();
    expect(decodeBase32(secret)).toMatchObject({ ok: true });
    // what was typed as a password is not sent back into a page
    await page.getByLabel('Password', { exact: true }).fill('open sesame');
    await page.getByRole('button', { name: 'OK' }).click();
    await page.getByText('Saved: bob.').waitFor();
    expect(router.users.get('bob')).toMatchObject({ password: 'open sesame', totp: { secret } });
    await page.getByText('Show QR code').click();
    await page.getByAltText('QR code with the TOTP secret of bob').scrollIntoViewIfNeeded();
    const width = `document.querySelector('img[src$="totp.svg"]').naturalWidth`;
    await expect.poll(() => page.evaluate(width)).toBeGreaterThan(0);
    await page.getByRole('link', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Deleted: bob.').waitFor();
    expect(router.users.list()).toEqual([]);

    router.users.add({ userName: 'carol', password: 'open sesame' });
    const tunnel = await bringUp(router.port, { userName: 'carol', password: 'open sesame' });
    await page.getByRole('link', { name: 'Connection Management' }).click();
    await page.getByRole('button', { name: 'Drop the tunnel of carol' }).click();
    await page.getByText('Dropped: the tunnel of carol.').waitFor();
    await tunnel.connection.ended;
    await page.getByRole('link', { name: 'Syslog' }).click();
    await page.getByLabel('Filter').fill('[up]');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByText('[H2L][UP][SSLTunnel][@carol]').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
  });
});

const PAGES = [
  'users',
  'users/new',
  'users/1',
  'users/1/delete',
  'users/4/delete',
  'ppp',
  'ssl',
  'connections',
  'syslog',
  'faults',
  'administrator',
];

describe.skipIf(!chromiumPossible()).each(LOOKS)('every page, $name', (look) => {
  test('is accessible, fits the screen, and breaks no policy', async () => {
    const { router, address, password } = await host.startRouter({
      users: [
        {
          userName: 'anna',
          password: 'x',
          totp: { secret: 'GEZDGNBVGY3TQOJQ' },
          motp: { pin: '1234', secret: SECRET },
        },
        { userName: 'bob', password: 'open sesame', staticAddress: '192.168.240.40', enabled: false },
        { userName: 'carol', password: 'open sesame' },
        { userName: 'w'.repeat(64), password: 'open sesame', totp: { secret: 'GEZDGNBVGY3TQOJQ' } },
      ],
      faults: [
        {
          stage: 'connected',
          action: 'slow',
          millisecondsPerByte: 1,
          sessions: 3,
          afterMilliseconds: 60_000,
        },
      ],
    });
    const tunnel = await bringUp(router.port, { userName: 'carol', password: 'open sesame' });
    const due = await bringUp(router.port, { userName: 'w'.repeat(64), password: 'open sesame' });
    const { page, complaints } = await host.open(address, look);
    const check = async (name: string) => {
      await page.screenshot({ path: join(ARTEFACTS, `${name}-${look.name}.png`), fullPage: true });
      const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
      expect([name, overflow]).toEqual([name, 0]);
      expect([name, await accessibilityFaults(page)]).toEqual([name, []]);
    };
    await check('login');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Login' }).click();
    await page.getByText('Wrong user name or password.').waitFor();
    await check('login-wrong');
    await login(page, password);
    for (const path of PAGES) {
      await page.goto(`${address}/${path}`);
      await check(path.replaceAll('/', '-'));
    }
    await page.goto(`${address}/connections`);
    await page.getByText('Live', { exact: true }).waitFor();
    const mark = await page.getByText('TOTP due', { exact: true }).boundingBox();
    const name = await page.getByRole('rowheader').filter({ hasText: 'TOTP due' }).boundingBox();
    expect(right(mark)).toBeLessThanOrEqual(right(name));
    await page.goto(`${address}/users/new`);
    await page.getByRole('button', { name: 'OK' }).click();
    await page.getByText('Nothing was saved.').waitFor();
    await check('users-errors');
    await page.goto(`${address}/users/1`);
    await page.getByText('Show the secret as QR code').click();
    await page.getByRole('img', { name: 'QR code with the mOTP secret of anna' }).scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'OK' }).click();
    await page.getByText('Saved: anna.').waitFor();
    await check('users-saved');
    await page.goto(`${address}/ssl`);
    await page.getByLabel('Certificate', { exact: true }).fill('no certificate');
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByText('Nothing was saved.').waitFor();
    await check('ssl-errors');
    tunnel.connection.close();
    due.connection.close();
    expect(complaints).toEqual([]);
  });
});

describe.skipIf(!chromiumPossible())('beside the menu', () => {
  test('every tunnel can be dropped without looking for the button, and a long name leaves the other columns their place', async () => {
    const longest = 'w'.repeat(64);
    const { router, address, password } = await host.startRouter({
      users: [{ userName: longest, password: 'open sesame' }],
    });
    const tunnel = await bringUp(router.port, { userName: longest, password: 'open sesame' });
    const { page } = await host.open(address, { width: 900, height: 700 });
    await login(page, password);
    const hidden = `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.scroll'))`;
    expect(await page.evaluate(hidden)).toBe(0);
    await page.goto(`${address}/connections`);
    const drop = page.getByRole('button', { name: `Drop the tunnel of ${longest}` });
    const region = page.getByRole('region', { name: 'VPN Connection Status' });
    const [button, table] = await Promise.all([drop.boundingBox(), region.boundingBox()]);
    expect(right(button)).toBeLessThanOrEqual(right(table));
    tunnel.connection.close();
  });
});

/** Pixels from the page's left edge; what is not there is nowhere. */
function right(box: { readonly x: number; readonly width: number } | null): number {
  return box === null ? Number.NaN : box.x + box.width;
}
