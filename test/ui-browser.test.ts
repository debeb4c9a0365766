import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CHROMIUM, chromiumPossible } from './support/chromium.ts';
import { makeHome, startProgram, type Home, type Running } from './support/program.ts';

/** `smartvpn ui` in a real browser: what of its protection only a browser can show. */

let browser: Browser;
let home: Home;
let ui: Running;
/** The address that was printed. */
let url: URL;
const closing: (() => Promise<unknown>)[] = [];

describe.skipIf(!chromiumPossible())('smartvpn ui in Chromium', () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    home = await makeHome();
    ui = startProgram(['ui', '--no-open', '--json'], { home });
    closing.push(async () => {
      ui.kill('SIGTERM');
      await ui.ended;
      await home.remove();
    });
    const [, address = ''] = await ui.sees(/"url":"(\S+)"/);
    url = new URL(address);
    // The window may have to be built first.
  });

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function openPage(url: string) {
    const context = await browser.newContext();
    closing.push(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    return { page, complaints };
  }

  test('opens, keeps no token in its address, and can be reloaded; its address opens nothing else', async () => {
    const { page, complaints } = await openPage(url.href);
    await page.getByRole('button', { name: 'Add your first profile' }).waitFor();
    expect(page.url()).not.toContain('token');
    expect(await page.evaluate('history.length')).toBeLessThanOrEqual(2);
    await page.reload();
    await page.getByRole('button', { name: 'Add your first profile' }).waitFor();
    expect(complaints).toEqual([]);

    const again = await openPage(url.href);
    await again.page.getByText('This window is not allowed in').waitFor();
  });

  test('through a port forward to another port', async () => {
    const forward = await startForward(Number(url.port));
    closing.push(() => new Promise((resolve) => forward.close(resolve)));
    const { port } = addressOf(forward);
    const { page, complaints } = await openPage(`http://localhost:${port}/${url.hash}`);
    await page.getByRole('button', { name: 'Add your first profile' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('a foreign page can neither talk to it nor show it', async () => {
    const foreign = await startForeignPage();
    closing.push(() => new Promise((resolve) => foreign.close(resolve)));
    const { page } = await openPage(`http://localhost:${addressOf(foreign).port}/`);
    const tried = await page.evaluate(`(async () => {
      const origin = ${JSON.stringify(url.origin)};
      const fetched = await fetch(origin + '/').then(() => 'read', () => 'refused');
      const socket = await new Promise((resolve) => {
        const socket = new WebSocket(origin.replace('http', 'ws') + '/contract');
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
      });
      const script = await new Promise((resolve) => {
        const element = document.createElement('img');
        element.onload = () => resolve('loaded');
        element.onerror = () => resolve('refused');
        element.src = origin + '/icon.svg';
        document.body.append(element);
      });
      const frame = document.createElement('iframe');
      frame.src = origin + '/';
      const framed = await new Promise((resolve) => {
        frame.onload = () => resolve(frame.contentDocument === null ? 'opaque' : 'readable');
        document.body.append(frame);
      });
      return { fetched, socket, script, framed };
    })()`);
    expect(tried).toEqual({ fetched: 'refused', socket: 'refused', script: 'refused', framed: 'opaque' });
    const framed = page.frames().find((frame) => frame !== page.mainFrame());
    expect(await framed?.evaluate('document.body.innerText')).not.toContain('Smart VPN');
  });
});

function startForward(to: number): Promise<Server> {
  return listening(
    createServer((near) => {
      const far = connect(to, '127.0.0.1');
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    }),
  );
}

function startForeignPage(): Promise<Server> {
  const body = '<!doctype html><title>foreign</title><body>';
  return listening(
    createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () =>
        socket.end(
          `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
        ),
      );
    }),
  );
}

function listening(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, () => resolve(server)));
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address;
}
