import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { appIcon, TRAY_ICONS, trayIcon } from './icon-drawings.ts';

/**
 * Draws the icons: `svg/` from icon-drawings.ts, and from these the PNGs that Electron and the packages take; besides,
 * those that phones take of the mOTP token, from its icon.svg. To be run after a change there: `node resources/render-icons.ts`.
 */

const FOLDER = import.meta.dirname;
/** The sizes of the hicolor theme. macOS's and Windows' files are made from the largest by electron-builder. */
const APP_SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
/** Of the mOTP token. Phones cut `full` to the form that they like. */
const TOKEN_FOLDER = join(FOLDER, '../emulator/browser/public/token');
const TOKEN_ICONS = [
  { file: 'icon-192.png', size: 192, full: false },
  { file: 'icon-512.png', size: 512, full: false },
  { file: 'icon-full-180.png', size: 180, full: true },
  { file: 'icon-full-512.png', size: 512, full: true },
];
/** Electron takes `@2x` by itself where the screen is that fine. */
const TRAY_SIZES = [
  { size: 24, suffix: '' },
  { size: 48, suffix: '@2x' },
];

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage();
  for (const folder of ['svg', 'tray', 'icons']) await mkdir(join(FOLDER, folder), { recursive: true });
  await writeFile(join(FOLDER, 'svg', 'icon.svg'), appIcon());
  for (const size of APP_SIZES) await render(page, appIcon(), size, join('icons', `${size}x${size}.png`));
  for (const icon of TRAY_ICONS) {
    await writeFile(join(FOLDER, 'svg', `tray-${icon}.svg`), trayIcon(icon));
    for (const { size, suffix } of TRAY_SIZES) {
      await render(page, trayIcon(icon), size, join('tray', `tray-${icon}${suffix}.png`));
    }
  }
  const tokenIcon = await readFile(join(TOKEN_FOLDER, 'icon.svg'), 'utf8');
  for (const { file, size, full } of TOKEN_ICONS) {
    const svg = full ? tokenIcon.replace(' rx="12"', '') : tokenIcon;
    await render(page, svg, size, join('../emulator/browser/public/token', file));
  }
} finally {
  await browser.close();
}

async function render(page: Page, svg: string, size: number, file: string): Promise<void> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<style>body { margin: 0 } svg { display: block; width: 100vw; height: 100vh }</style>${svg}`,
  );
  await page.screenshot({ path: join(FOLDER, file), omitBackground: true });
}
