import type {
  BrowserWindowConstructorOptions,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  NotificationConstructorOptions,
} from 'electron';
import type { LoginItems } from './autostart.ts';
import type { CallChannels, CallingFrame } from './contract-ipc.ts';
import type { LockableContents, LockableSession } from './page-lockdown.ts';
import type { Encryption } from './safe-secret-store.ts';
import type { UtilityChild } from './utility-link.ts';
import type { Area } from './window-place.ts';

/**
 * The part of Electron that this shell stands on. The compiler holds both to it: Electron's own modules
 * (main.ts) and the double that the tests run the shell on (test/electron/double/).
 */
export interface DesktopApi {
  readonly app: ShellApp;
  readonly BrowserWindow: new (options: BrowserWindowConstructorOptions) => ShellWindow;
  readonly Menu: {
    buildFromTemplate(template: MenuItemConstructorOptions[]): ShellMenu;
    setApplicationMenu(menu: ShellMenu | null): void;
  };
  readonly Tray: new (image: string) => ShellTray;
  readonly Notification: (new (options: NotificationConstructorOptions) => ShellNotice) & {
    isSupported(): boolean;
  };
  readonly dialog: {
    showMessageBox(options: MessageBoxOptions): Promise<{ response: number }>;
  };
  readonly ipcMain: CallChannels;
  readonly nativeTheme: { themeSource: 'system' | 'light' | 'dark'; readonly shouldUseDarkColors: boolean };
  readonly powerMonitor: { on(event: 'shutdown', listener: () => void): unknown };
  readonly protocol: {
    registerSchemesAsPrivileged(
      schemes: {
        scheme: string;
        privileges: { standard: boolean; secure: boolean; supportFetchAPI: boolean };
      }[],
    ): void;
    handle(scheme: string, handler: (request: Request) => Promise<Response>): void;
  };
  readonly safeStorage: Encryption;
  readonly screen: {
    getPrimaryDisplay(): { readonly workArea: Area };
    getAllDisplays(): { readonly workArea: Area }[];
  };
  readonly session: { readonly defaultSession: LockableSession };
  readonly shell: { openExternal(url: string): Promise<void> };
  readonly utilityProcess: {
    fork(
      modulePath: string,
      args: string[],
      options: { serviceName: string; stdio: 'inherit' },
    ): UtilityChild;
  };
}

export interface Preventable {
  preventDefault(): void;
}

export interface ShellApp extends LoginItems {
  readonly isPackaged: boolean;
  enableSandbox(): void;
  requestSingleInstanceLock(): boolean;
  whenReady(): Promise<void>;
  quit(): void;
  setPath(name: 'userData', path: string): void;
  getAppPath(): string;
  getVersion(): string;
  getPreferredSystemLanguages(): string[];
  setAppUserModelId(id: string): void;
  on(event: 'second-instance' | 'activate' | 'window-all-closed', listener: () => void): unknown;
  on(event: 'before-quit', listener: (event: Preventable) => void): unknown;
  on(event: 'web-contents-created', listener: (event: unknown, contents: LockableContents) => void): unknown;
}

export interface ShellContents extends LockableContents {
  readonly mainFrame: CallingFrame;
  send(channel: string, payload: unknown): void;
  reload(): void;
  on(event: 'will-attach-webview', listener: (event: Preventable) => void): unknown;
  on(
    event: 'will-frame-navigate' | 'will-redirect',
    listener: (details: Preventable & { readonly url: string; readonly isMainFrame: boolean }) => void,
  ): unknown;
  on(event: 'did-navigate', listener: () => void): unknown;
  on(
    event: 'render-process-gone',
    listener: (event: unknown, details: { readonly reason: string }) => void,
  ): unknown;
}

export interface ShellWindow {
  readonly webContents: ShellContents;
  loadURL(url: string): Promise<void>;
  show(): void;
  hide(): void;
  focus(): void;
  minimize(): void;
  maximize(): void;
  restore(): void;
  isVisible(): boolean;
  isMinimized(): boolean;
  isMaximized(): boolean;
  isFocused(): boolean;
  isDestroyed(): boolean;
  getNormalBounds(): Area;
  on(event: 'close', listener: (event: Preventable) => void): unknown;
  on(event: 'ready-to-show' | 'restore' | 'closed', listener: () => void): unknown;
  /** Windows alone. */
  on(event: 'session-end', listener: () => void): unknown;
}

export interface ShellMenu {
  readonly items: readonly unknown[];
}

export interface ShellTray {
  setImage(image: string): void;
  setToolTip(text: string): void;
  setContextMenu(menu: ShellMenu | null): void;
  destroy(): void;
  on(event: 'double-click' | 'click', listener: () => void): unknown;
}

export interface ShellNotice {
  show(): void;
  close(): void;
  on(event: 'click' | 'close', listener: () => void): unknown;
}
