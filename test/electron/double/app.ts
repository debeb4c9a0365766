import { EventEmitter } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Preventable, ShellApp } from '../../../electron/desktop-api.ts';

/** An event whose default may be prevented. */
export class PreventableDouble implements Preventable {
  isPrevented = false;

  preventDefault(): void {
    this.isPrevented = true;
  }
}

const SECOND_INSTANCE = 'SIGUSR2';

/** Electron's `app` in a Node process: its life, its lock, its quitting. */
export class AppDouble extends EventEmitter implements ShellApp {
  readonly isPackaged = false;
  readonly #root: string;
  #userData = '';
  #isReady = false;
  isSandboxed = false;
  loginItems: unknown = undefined;
  /** Windows and the browser behind them, closed before the process ends. */
  beforeExit: () => Promise<void> = () => Promise.resolve();
  /** False: a window has refused to close. */
  closeWindows: () => boolean = () => true;

  constructor(root: string) {
    super();
    this.#root = root;
  }

  enableSandbox(): void {
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
    this.isSandboxed = true;
  }

  get isReadyNow(): boolean {
    return this.#isReady;
  }

  /** As Chromium: the lock lies in the user's folder, and a second process tells the first. */
  requestSingleInstanceLock(): boolean {
    mkdirSync(this.#userData, { recursive: true });
    const path = join(this.#userData, 'SingletonLock');
    if (!this.#lock(path)) {
      if (signal(Number(readFileSync(path, 'utf8')))) return false;
      rmSync(path);
      if (!this.#lock(path)) return false;
    }
    process.on(SECOND_INSTANCE, () => this.emit('second-instance', {}, readInstance(path), ''));
    process.on('exit', () => {
      rmSync(path, { force: true });
    });
    return true;
  }

  #lock(path: string): boolean {
    try {
      writeFileSync(`${path}.argv`, JSON.stringify(process.argv));
      const file = openSync(path, 'wx');
      writeSync(file, String(process.pid));
      closeSync(file);
      return true;
    } catch {
      return false;
    }
  }

  async whenReady(): Promise<void> {
    // Not before the entry module has been evaluated, as in Electron.
    await new Promise((resolve) => setImmediate(resolve));
    this.#isReady = true;
  }

  quit(): void {
    setImmediate(() => void this.#quit());
  }

  async #quit(): Promise<void> {
    const event = new PreventableDouble();
    this.emit('before-quit', event);
    if (event.isPrevented || !this.closeWindows()) return;
    await this.beforeExit();
    process.exit(0);
  }

  exit(code: number): void {
    process.exit(code);
  }

  setPath(_name: 'userData', path: string): void {
    this.#userData = path;
  }

  /** For electron-store. */
  getPath(): string {
    return this.#userData;
  }

  getAppPath(): string {
    return this.#root;
  }

  getVersion(): string {
    return '0.0.0-double';
  }

  getPreferredSystemLanguages(): string[] {
    return [process.env['DOUBLE_LANGUAGE'] ?? 'en-GB'];
  }

  setAppUserModelId(): void {
    // Windows alone
  }

  setLoginItemSettings(settings: { openAtLogin: boolean; args: string[] }): void {
    this.loginItems = settings;
  }
}

function signal(pid: number): boolean {
  try {
    process.kill(pid, SECOND_INSTANCE);
    return true;
  } catch {
    return false;
  }
}

function readInstance(path: string): unknown {
  return JSON.parse(readFileSync(`${path}.argv`, 'utf8'));
}
