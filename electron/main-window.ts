import type { ShellWindow, DesktopApi } from './desktop-api.ts';
import { APP_PAGE } from './app-origin.ts';
import { notificationChannel } from './ipc-channels.ts';
import { SMALLEST, type FittedPlace, type WindowPlace } from './window-place.ts';
import type { Notify, Peer } from '../client/service/audience.ts';

export interface MainWindowOptions {
  readonly api: Pick<DesktopApi, 'BrowserWindow'>;
  readonly preload: string;
  readonly icon: string;
  readonly place: FittedPlace;
  readonly backgroundColor: string;
  readonly startsAs: 'show' | 'hide' | 'minimise';
  readonly attach: (notify: Notify) => Peer;
  /** What becomes of it when the user closes it. */
  readonly onClose: () => 'close' | 'hide' | 'quit';
  readonly onQuit: () => void;
  /** Called before it hides or closes, and must not wait. */
  readonly remember: (place: WindowPlace) => void;
  readonly onFault: (text: string) => void;
}

/** A page that dies again and again is not loaded for ever. */
const MOST_RELOADS = 3;
const RELOAD_WINDOW_MILLISECONDS = 60_000;

/** The one window. It is the service's peer anew each time its page is loaded. */
export class MainWindow {
  readonly #options: MainWindowOptions;
  readonly #window: ShellWindow;
  #peer: Peer;
  #reloads: number[] = [];
  /** It was, when it was last seen, and becomes so as soon as it is seen again. */
  #isToMaximise: boolean;

  constructor(options: MainWindowOptions) {
    this.#options = options;
    const { place, preload, icon, backgroundColor } = options;
    const { isMaximised, ...bounds } = place;
    this.#isToMaximise = isMaximised;
    this.#window = new options.api.BrowserWindow({
      ...bounds,
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      show: false,
      autoHideMenuBar: true,
      title: 'Smart VPN Client',
      icon,
      backgroundColor,
      webPreferences: {
        preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        webSecurity: true,
        navigateOnDragDrop: false,
        spellcheck: false,
      },
    });
    this.#peer = this.#attach();
    this.#listen();
  }

  get contents(): unknown {
    return this.#window.webContents;
  }

  get mainFrame(): unknown {
    return this.#window.isDestroyed() ? undefined : this.#window.webContents.mainFrame;
  }

  get peer(): Peer {
    return this.#peer;
  }

  get isHidden(): boolean {
    return this.#window.isDestroyed() || !this.#window.isVisible();
  }

  /** The user has it before him. */
  get isWatched(): boolean {
    return !this.isHidden && !this.#window.isMinimized() && this.#window.isFocused();
  }

  async load(): Promise<void> {
    try {
      await this.#window.loadURL(APP_PAGE);
    } catch (error) {
      // Also when the program ends meanwhile. Tray and notifications go on without it.
      this.#options.onFault(`The window's page could not be loaded: ${String(error)}`);
    }
  }

  show(): void {
    if (this.#window.isDestroyed()) return;
    if (this.#window.isMinimized()) this.#window.restore();
    this.#maximiseIfDue();
    this.#window.show();
    this.#window.focus();
  }

  hide(): void {
    if (this.#window.isDestroyed()) return;
    this.#remember();
    this.#window.hide();
  }

  /** Windows: the user logs out. */
  onSessionEnd(listener: () => void): void {
    this.#window.on('session-end', listener);
  }

  #listen(): void {
    const { onClose, onQuit, startsAs } = this.#options;
    this.#window.on('ready-to-show', () => {
      if (startsAs === 'hide' || this.#window.isVisible()) return;
      if (startsAs === 'minimise') this.#window.minimize();
      else {
        this.#maximiseIfDue();
        this.#window.show();
      }
    });
    // From the task bar.
    this.#window.on('restore', () => {
      this.#maximiseIfDue();
    });
    this.#window.on('close', (event) => {
      this.#remember();
      const answer = onClose();
      if (answer === 'close') return;
      event.preventDefault();
      if (answer === 'hide') this.#window.hide();
      else onQuit();
    });
    this.#window.on('closed', () => {
      this.#peer.close();
    });
    this.#window.webContents.on('did-navigate', () => {
      this.#peer.close();
      this.#peer = this.#attach();
    });
    this.#window.webContents.on('render-process-gone', (_event, { reason }) => {
      this.#revive(reason);
    });
  }

  #attach(): Peer {
    return this.#options.attach((name, payload) => {
      if (!this.#window.isDestroyed()) this.#window.webContents.send(notificationChannel(name), payload);
    });
  }

  #revive(reason: string): void {
    this.#peer.close();
    if (reason === 'clean-exit' || this.#window.isDestroyed()) return;
    const now = performance.now();
    this.#reloads = this.#reloads.filter((at) => now - at < RELOAD_WINDOW_MILLISECONDS);
    const mayReload = this.#reloads.length < MOST_RELOADS;
    this.#options.onFault(`The window's page ended (${reason})${mayReload ? ' and is loaded again' : ''}`);
    if (!mayReload) return;
    this.#reloads.push(now);
    this.#window.webContents.reload();
  }

  #maximiseIfDue(): void {
    if (this.#isToMaximise) this.#window.maximize();
    this.#isToMaximise = false;
  }

  #remember(): void {
    const isMaximised = this.#isToMaximise || this.#window.isMaximized();
    this.#options.remember({ ...this.#window.getNormalBounds(), isMaximised });
  }
}
