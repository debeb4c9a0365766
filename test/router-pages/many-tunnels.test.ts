import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPossible } from '../support/chromium.ts';
import { type Negotiated, bringUp, dial } from '../../emulator/testing/raw-client.ts';
import { type PagesHost, login, startPagesHost } from './pages-host.ts';

/** How fast it is, `npm run bench -- --only router-pages` tells: here is what does not grow with the tunnels. */

let host: PagesHost;
beforeAll(async () => {
  host = await startPagesHost();
});
afterAll(() => host.close());

const TUNNELS = 300;
const ANNA = { userName: 'anna', password: 'open sesame' };

/** An IPv4 packet to the router, which counts it and has no answer. */
const PACKET = Buffer.from('4500001400000000401100000a000001c0a8f001', 'hex');

describe.skipIf(!chromiumPossible())('many tunnels', () => {
  test('stay live, and of all that changes only what is in sight is written', async () => {
    const { router, address, password } = await host.startRouter({
      users: [ANNA],
      ppp: { netmask: '255.255.0.0', addressPool: { start: '192.168.240.10', count: TUNNELS } },
    });
    const tunnels: Negotiated[] = [];
    while (tunnels.length < TUNNELS) {
      tunnels.push(...(await Promise.all(Array.from({ length: 20 }, () => bringUp(router.port, ANNA)))));
    }
    const { page } = await host.open(address);
    await login(page, password);
    await page.goto(`${address}/connections`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.locator('#tunnels').getByText(String(TUNNELS), { exact: true }).waitFor();
    expect(await page.locator('tr[data-vpn]').count()).toBe(TUNNELS);
    await page.evaluate(
      `globalThis.touched = new Set();
       new MutationObserver((changes) => {
         for (const { target } of changes) {
           const row = (target.nodeType === Node.TEXT_NODE ? target.parentElement : target).closest('tr');
           if (row !== null) touched.add(row.dataset.vpn);
         }
       }).observe(document.querySelector('tbody'), { subtree: true, childList: true, characterData: true })`,
    );
    for (const { connection } of tunnels) connection.sendPacket(PACKET);
    const received = (vpn: number) => page.locator(`tr[data-vpn="${vpn}"]`).getByRole('cell').nth(5);
    await received(1).getByText('1', { exact: true }).waitFor();
    await expect
      .poll(() => router.connections().filter(({ rxPackets }) => rxPackets === 1).length)
      .toBe(TUNNELS);
    // a turn later at the latest, all have been told; few have been written
    await page.locator('tr[data-vpn="10"]').getByText('0:00:').waitFor();
    expect(Number(await page.evaluate('touched.size'))).toBeLessThan(TUNNELS / 3);
    await received(TUNNELS).scrollIntoViewIfNeeded();
    await received(TUNNELS).getByText('1', { exact: true }).waitFor();

    for (const { connection } of tunnels.slice(1)) connection.close();
    await page.locator('#tunnels').getByText('1', { exact: true }).waitFor();
    expect(await page.locator('tr[data-vpn]').count()).toBe(1);
    tunnels[0]?.connection.close();
    await page.getByText('No tunnel is up.').waitFor();
  });

  test('and many lines of syslog leave the page with those that are kept', async () => {
    const { router, address, password } = await host.startRouter({
      users: [ANNA],
      syslogLines: 20,
      bruteForce: { attempts: 0 },
    });
    const { page } = await host.open(address);
    await login(page, password);
    await page.goto(`${address}/syslog`);
    await page.getByText('Live', { exact: true }).waitFor();
    for (let turn = 0; turn < 60; turn += 1) {
      const { connection } = await dial(router.port, { userName: `guest ${turn}`, password: 'x' });
      connection.close();
    }
    await page.getByText('user guest 59 from').waitFor();
    expect(await page.locator('tbody tr').count()).toBeLessThanOrEqual(20);
    expect(router.syslog.lines()).toHaveLength(20);
  });

  test('a page that nobody sees is sent nothing, and is right again when it is seen', async () => {
    const { router, address, password } = await host.startRouter({ users: [ANNA] });
    const { page } = await host.open(address);
    await login(page, password);
    const streams: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/events')) streams.push(request.url());
    });
    await page.goto(`${address}/connections`);
    await page.getByText('Live', { exact: true }).waitFor();
    const see = (isSeen: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${String(!isSeen)}, configurable: true });
         document.dispatchEvent(new Event('visibilitychange'))`,
      );
    // Not by the router's open connections: Chromium keeps some for a while that nothing runs over.
    const streamEnds = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/events'));
    await see(false);
    await streamEnds;
    const { connection } = await bringUp(router.port, ANNA);
    await see(true);
    await page.getByRole('row', { name: /1 \(anna\)/ }).waitFor();
    expect(streams).toHaveLength(2);
    connection.close();
    await page.getByText('No tunnel is up.').waitFor();
  });

  test('names that are markup stay names in rows and lines that the script makes (XSS)', async () => {
    const userName = `<img src=x onerror="document.title='broken in'">`;
    const { router, address, password } = await host.startRouter({ users: [{ ...ANNA, userName }] });
    const { page, complaints } = await host.open(address);
    await login(page, password);
    await page.goto(`${address}/connections`);
    await page.getByText('Live', { exact: true }).waitFor();
    const { connection } = await bringUp(router.port, { ...ANNA, userName });
    await page.getByText(`1 (${userName})`).waitFor();
    await page.getByRole('button', { name: `Drop the tunnel of ${userName}` }).waitFor();
    await page.goto(`${address}/syslog`);
    await page.getByText('Live', { exact: true }).waitFor();
    connection.close();
    await page.getByText(`[H2L][DOWN][SSLTunnel][@${userName}]`).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).not.toContain('broken in');
    expect(complaints).toEqual([]);
  });
});
