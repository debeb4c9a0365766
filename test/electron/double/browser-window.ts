import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type { BrowserWindowConstructorOptions } from 'electron';
import type { ShellWindow } from '../../../electron/desktop-api.ts';
import type { Area } from '../../../electron/window-place.ts';
import { PreventableDouble } from './app.ts';
import { newPage } from './chromium.ts';
import { WebContentsDouble } from './web-contents.ts';
import { app, ipcMain, protocol } from './process-parts.ts';

/** Electron's BrowserWindow as a page of Chromium. Only its page can be seen; whether it shows is kept here. */
export class BrowserWindow extends EventEmitter implements ShellWindow {
  static readonly all: BrowserWindow[] = [];
  readonly webContents: WebContentsDouble;
  readonly options: BrowserWindowConstructorOptions;
  #isVisible: boolean;
  #isMinimised = false;
  #isMaximised = false;
  #isFocused = false;
  #isDestroyed = false;

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    const { preload, sandbox, contextIsolation, nodeIntegration } = options.webPreferences ?? {};
    if (preload === undefined || !existsSync(preload))
      throw new Error(`no preload script at ${String(preload)}`);
    if (sandbox !== true || contextIsolation !== true || nodeIntegration !== false) {
      throw new Error('the window is not sandboxed');
    }
    this.options = options;
    this.#isVisible = options.show ?? true;
    this.webContents = new WebContentsDouble(ipcMain, protocol);
    BrowserWindow.all.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.open(await newPage(this.options), this.options.webPreferences?.preload ?? '', url);
    this.emit('ready-to-show');
  }

  /** "Shows and gives focus to the window." */
  show(): void {
    this.#isVisible = true;
    this.#isFocused = true;
    this.webContents.setHidden(false);
    this.emit('show');
  }

  hide(): void {
    this.#isVisible = false;
    this.#isFocused = false;
    this.webContents.setHidden(true);
    this.emit('hide');
  }

  focus(): void {
    this.#isFocused = true;
  }

  blur(): void {
    this.#isFocused = false;
  }

  minimize(): void {
    this.#isVisible = true;
    this.#isMinimised = true;
    this.#isFocused = false;
  }

  maximize(): void {
    this.#isMaximised = true;
  }

  restore(): void {
    this.#isMinimised = false;
    this.emit('restore');
  }

  isVisible(): boolean {
    return this.#isVisible;
  }

  isMinimized(): boolean {
    return this.#isMinimised;
  }

  isMaximized(): boolean {
    return this.#isMaximised;
  }

  isFocused(): boolean {
    return this.#isFocused;
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  getNormalBounds(): Area {
    const { x = 0, y = 0, width = 800, height = 600 } = this.options;
    return { x, y, width, height };
  }

  /** The user closes it, or the app does. False: it stays. */
  close(): boolean {
    const event = new PreventableDouble();
    this.emit('close', event);
    if (event.isPrevented) return false;
    this.#isDestroyed = true;
    this.#isVisible = false;
    this.webContents.isDestroyed = true;
    this.emit('closed');
    return true;
  }
}
