import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import axe from 'axe-core';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { calls } from '../../shared/contract.ts';
import { CHROMIUM, chromiumPossible } from '../support/chromium.ts';
import { ScriptedProgram, type Script } from './scripted-program.ts';

const ROOT = join(import.meta.dirname, '../..');
export const ARTEFACTS = join(ROOT, 'test/artefacts/renderer');

/** As strict as the shells': what the page needs beyond it is a fault. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The window's page in Chromium, with a scripted program where the preload bridge would be. */
export interface WindowHost {
  readonly open: (script: Script, look?: Look) => Promise<ScriptedWindow>;
  readonly close: () => Promise<void>;
}

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
}

export interface ScriptedWindow {
  readonly page: Page;
  readonly program: ScriptedProgram;
  /** What the page said on its console or threw, and what its policy refused. */
  readonly complaints: readonly string[];
}

async function startWindowHost(): Promise<WindowHost> {
  const folder = await buildRenderer();
  await mkdir(ARTEFACTS, { recursive: true });
  const { server, address } = await serve(folder);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  return {
    open: (script, look = {}) => open(browser, address, script, look),
    close: async () => {
      await browser.close();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/**
 * A host for all tests of a file, which are skipped without Chromium. `using` gives a test a window that ends with it, and in
 * which nothing may have been complained about.
 */
export function windowHost(): Pick<WindowHost, 'open'> & {
  readonly using: (script: Script, use: WindowUse) => Promise<void>;
} {
  let host: WindowHost | undefined;
  beforeAll(async () => {
    if (chromiumPossible()) host = await startWindowHost();
  });
  beforeEach(({ skip }) => skip(!chromiumPossible(), 'needs Chromium'));
  afterAll(() => host?.close());
  const started = (): WindowHost => {
    if (host === undefined) throw new Error('the host has not been started');
    return host;
  };
  return {
    open: (script, look) => started().open(script, look),
    using: (script, use) => usingWindow(started(), script, use),
  };
}

type WindowUse = (page: Page, program: ScriptedProgram) => Promise<void>;

async function usingWindow(host: WindowHost, script: Script, use: WindowUse): Promise<void> {
  const { page, program, complaints } = await host.open(script);
  try {
    await use(page, program);
    expect(complaints).toEqual([]);
    expect(program.faults).toEqual([]);
  } finally {
    await page.context().close();
  }
}

/** What stands on the button that has the focus. */
export async function focusedButton(page: Page): Promise<string | undefined> {
  const focused = page.locator('button:focus');
  return (await focused.count()) === 0 ? undefined : (await focused.innerText()).trim();
}

/**
 * A build of its own for each process: test files run side by side. Built in a child, because the test
 * runner's NODE_ENV would make it a development build.
 */
export async function buildRenderer(): Promise<string> {
  const folder = join(ROOT, `dist/renderer-test-${process.pid}`);
  await promisify(execFile)(
    process.execPath,
    [
      join(ROOT, 'node_modules/vite/bin/vite.js'),
      'build',
      'renderer',
      '--outDir',
      folder,
      '--logLevel',
      'warn',
    ],
    { cwd: ROOT, env: { ...process.env, NODE_ENV: 'production' } },
  );
  return folder;
}

async function serve(folder: string): Promise<{ server: Server; address: string }> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://page').pathname);
    const file = path === '/' ? '/index.html' : path;
    readFile(join(folder, file)).then(
      (content) => {
        response.writeHead(200, {
          'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
          'content-security-policy': POLICY,
        });
        response.end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, address: `http://127.0.0.1:${address.port}/` };
}

async function open(browser: Browser, address: string, script: Script, look: Look): Promise<ScriptedWindow> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1000, height: look.height ?? 700 },
    colorScheme: look.scheme ?? 'light',
    locale: 'en-GB',
    timezoneId: 'UTC',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  const program = new ScriptedProgram(script);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  // As text: the driver takes seconds over ten thousand profiles as objects.
  await page.exposeFunction('scriptedCall', async (name: unknown, payload: unknown) =>
    JSON.stringify(await program.call(name, payload)),
  );
  await page.addInitScript({ content: bridgeScript(Object.keys(calls)) });
  program.attach((name, payload) => {
    page
      .evaluate(`window.scriptedNotify(${JSON.stringify(name)}, ${JSON.stringify(payload)})`)
      .catch(() => undefined);
  });
  await page.goto(address);
  await page.getByRole('navigation').or(page.getByRole('heading').first()).first().waitFor();
  return { page, program, complaints };
}

/** `window.smartvpn` as the preload script makes it. */
function bridgeScript(names: readonly string[]): string {
  return `{
    const listeners = new Set();
    window.smartvpn = {
      onNotification(listener) { listeners.add(listener); return () => listeners.delete(listener); },
    };
    for (const name of ${JSON.stringify(names)}) {
      window.smartvpn[name] = (request) => window.scriptedCall(name, request).then(JSON.parse);
    }
    window.scriptedNotify = (name, payload) => { for (const listener of listeners) listener(name, payload); };
  }`;
}

/** WCAG 2.2 A and AA and axe's best practices: what is violated, and where. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const result: unknown = await page.evaluate('axe.run(document)');
  return violations(result);
}

function violations(result: unknown): string[] {
  if (typeof result !== 'object' || result === null || !('violations' in result)) return ['axe said nothing'];
  const list: unknown = result.violations;
  return Array.isArray(list)
    ? list.map((violation: unknown) => JSON.stringify(violation).slice(0, 1500))
    : [];
}
