import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import { build } from 'vite';
import type { RouterConfigInput } from '../../emulator/config.ts';
import { type Router, type RouterDependencies, startRouter } from '../../emulator/router.ts';
import { openAdministrator } from '../../emulator/web/administrator.ts';
import { createWebInterface } from '../../emulator/web/web-interface.ts';
import { CHROMIUM } from '../support/chromium.ts';
import { readPage } from '../../cli/ui/page-files.ts';

const ROOT = join(import.meta.dirname, '../..');
export const ARTEFACTS = join(ROOT, 'test/artefacts/router-pages');

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  readonly javaScriptEnabled?: boolean;
  /** For example "Asia/Kathmandu"; UTC when left out. */
  readonly timeZone?: string;
}

/** Every page is looked at in each of them. */
export const LOOKS: readonly (Look & { readonly name: string })[] = [
  { name: 'desktop-light', scheme: 'light', width: 1280, height: 860 },
  { name: 'desktop-dark', scheme: 'dark', width: 1280, height: 860 },
  { name: 'phone-light', scheme: 'light', width: 390, height: 844 },
  { name: 'phone-dark', scheme: 'dark', width: 390, height: 844 },
];

export interface OpenedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page said on its console or threw, and what its policy refused. */
  readonly complaints: string[];
}

/** A router with its pages as they are built, and a Chromium that does not mind its certificate. */
export interface PagesHost {
  readonly startRouter: (
    config?: RouterConfigInput,
    dependencies?: RouterDependencies,
  ) => Promise<RouterWithPages>;
  readonly open: (address: string, look?: Look) => Promise<OpenedPage>;
  readonly close: () => Promise<void>;
}

export interface RouterWithPages {
  readonly router: Router;
  readonly address: string;
  readonly password: string;
}

export async function startPagesHost(): Promise<PagesHost> {
  const built = await mkdtemp(join(tmpdir(), 'router-pages-'));
  await build({
    root: join(ROOT, 'emulator/browser'),
    configFile: join(ROOT, 'emulator/browser/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: built },
  });
  await mkdir(ARTEFACTS, { recursive: true });
  const browserFiles = await readPage(built);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    // a service worker is not registered behind a certificate that only the context lets pass
    args: ['--no-sandbox', '--ignore-certificate-errors'],
  });
  const routers: Router[] = [];
  return {
    startRouter: async (config = {}, dependencies = {}) => {
      const { administrator, firstPassword = '' } = await openAdministrator(undefined);
      const pages = await createWebInterface({ administrator, browserFiles });
      const router = await startRouter({ ...config, listen: { port: 0 } }, { ...dependencies, pages });
      routers.push(router);
      return { router, address: `https://127.0.0.1:${router.port}`, password: firstPassword };
    },
    open: (address, look = {}) => open(browser, address, look),
    close: async () => {
      await browser.close();
      await Promise.all(routers.map((router) => router.close()));
      await rm(built, { recursive: true });
    },
  };
}

async function open(browser: Browser, address: string, look: Look): Promise<OpenedPage> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1200, height: look.height ?? 800 },
    colorScheme: look.scheme ?? 'light',
    locale: 'en-GB',
    timezoneId: look.timeZone ?? 'UTC',
    ignoreHTTPSErrors: true,
    javaScriptEnabled: look.javaScriptEnabled ?? true,
    permissions: ['clipboard-read', 'clipboard-write', 'accelerometer', 'gyroscope', 'magnetometer'],
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    const { url } = message.location();
    // a form that was not taken, or a login that failed, is answered by a status above 400 on purpose
    const isAnswer = /status of (403|422)/.test(message.text());
    if ((message.type() === 'error' || message.type() === 'warning') && !isAnswer) {
      complaints.push(`${message.text()} (${url})`);
    }
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(address);
  return { page, context, complaints };
}

/** As the administrator. */
export async function login(page: Page, password: string): Promise<void> {
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Login' }).click();
  await page.getByRole('heading', { level: 1, name: 'Remote Dial-In User' }).waitFor();
}
