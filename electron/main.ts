import { join } from 'node:path';
import process from 'node:process';
import {
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
} from 'electron';
import ElectronStore from 'electron-store';
import { findFolders } from '../client/store/find-folders.ts';
import { APP_SCHEME_PRIVILEGES } from './app-origin.ts';
import { AT_LOGIN_FLAG, desktopEntryAutostart, loginItemsAutostart, ownCommand } from './autostart.ts';
import { startDesktop } from './desktop.ts';
import type { DesktopApi } from './desktop-api.ts';
import { openDesktopService } from './desktop-service.ts';
import { findTrayHost, LASTING_TRAY_HOST } from './tray-host.ts';
import { utilityTunnelProcess } from './utility-link.ts';
import type { WindowPlace } from './window-place.ts';

/**
 * Entry of the main process, and the only file that takes Electron's modules: it puts the shell together from
 * them and from this machine.
 */
const { platform } = process;
const api: DesktopApi = {
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
};

const folders = findFolders();
app.enableSandbox();
app.setAppUserModelId('io.github.smart-vpn-client');
// Chromium's own files stand apart from the client's, which the command line reads too.
app.setPath('userData', join(folders.config, 'desktop'));
protocol.registerSchemesAsPrivileged([APP_SCHEME_PRIVILEGES]);
// Not awaited: Electron is not ready before this module has been evaluated.
if (app.requestSingleInstanceLock()) void runOrSayWhyNot();
else app.quit();

async function runOrSayWhyNot(): Promise<void> {
  try {
    await run();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    app.exit(1);
  }
}

async function run(): Promise<void> {
  await app.whenReady();
  const systemLanguage = app.getPreferredSystemLanguages()[0] ?? 'en';
  const complaints: string[] = [];
  const trayHost =
    platform === 'linux' ? await findTrayHost((text) => complaints.push(text)) : LASTING_TRAY_HOST;
  const core = await openDesktopService({
    folders,
    system: platform,
    version: app.getVersion(),
    systemLanguage,
    encryption: safeStorage,
    spawnTunnel: () =>
      utilityTunnelProcess(
        utilityProcess.fork(join(import.meta.dirname, 'tunnel-process.js'), [folders.state], {
          serviceName: 'Smart VPN tunnel',
          stdio: 'inherit',
        }),
      ),
    hasTray: () => trayHost.isThere,
    canStartAtLogin: true,
  });
  for (const complaint of complaints) core.log.info(complaint);
  const resources = join(app.getAppPath(), 'resources');
  await startDesktop({
    api,
    system: platform,
    core,
    trayHost,
    startAtLogin:
      platform === 'linux' ? desktopEntryAutostart(configHome(), command()) : loginItemsAutostart(app),
    // Profiles and settings are files that the command line changes too, so they lie in the client's own store with its
    // locks; what concerns this shell alone (where its window was) is electron-store's.
    shellFile: new ElectronStore<{ window: WindowPlace }>({ name: 'shell', clearInvalidConfig: true }),
    systemLanguage,
    isAtLogin: process.argv.includes(AT_LOGIN_FLAG),
    paths: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      pages: join(import.meta.dirname, '..', 'renderer'),
      trayImages: join(resources, 'tray'),
      icon: join(resources, 'icons', '256x256.png'),
    },
  });
}

function configHome(): string {
  return join(folders.config, '..');
}

function command(): string[] {
  return ownCommand({
    executable: process.execPath,
    appImage: process.env['APPIMAGE'],
    isPackaged: app.isPackaged,
    appPath: app.getAppPath(),
  });
}
