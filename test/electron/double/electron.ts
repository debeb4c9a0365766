import { EventEmitter } from 'node:events';
import type { DesktopApi } from '../../../electron/desktop-api.ts';
import { BrowserWindow } from './browser-window.ts';
import { closeChromium } from './chromium.ts';
import { dialog, Menu, Notification, Tray } from './desk.ts';
import { obeyTheTest } from './control.ts';
import { app, ipcMain, protocol } from './process-parts.ts';
import { SafeStorageDouble } from './safe-storage.ts';
import { SessionDouble } from './session.ts';
import { utilityProcess } from './utility-process.ts';

/**
 * The module `electron` in a Node process: electron/main.ts runs on it as it is, with its window in Chromium.
 * `satisfies` holds it to the same type as Electron's own modules (desktop-api.ts).
 */
const nativeTheme: DesktopApi['nativeTheme'] = { themeSource: 'system', shouldUseDarkColors: false };
const powerMonitor = new EventEmitter();
const safeStorage = new SafeStorageDouble(process.env['DOUBLE_KEYRING'] ?? 'gnome_libsecret');
const workArea = { x: 0, y: 0, width: 1920, height: 1050 };
const screen = { getPrimaryDisplay: () => ({ workArea }), getAllDisplays: () => [{ workArea }] };
const session = { defaultSession: new SessionDouble() };
const opened: string[] = [];
const shell = {
  openExternal: (url: string): Promise<void> => {
    opened.push(url);
    return Promise.resolve();
  },
};

const electron = {
  app,
  BrowserWindow,
  Menu,
  Tray,
  Notification,
  dialog,
  ipcMain,
  nativeTheme,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  utilityProcess,
} satisfies DesktopApi;

app.closeWindows = () => BrowserWindow.all.every((window) => window.isDestroyed() || window.close());
app.beforeExit = closeChromium;
obeyTheTest({ electron, opened });

export type ElectronDouble = typeof electron;
export {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  Notification,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
};
/** For electron-store. */
export default electron;
