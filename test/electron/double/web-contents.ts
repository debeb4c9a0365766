import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Frame, Page, Route } from 'playwright-core';
import type { CallingFrame } from '../../../electron/contract-ipc.ts';
import type { ShellContents } from '../../../electron/desktop-api.ts';
import { PreventableDouble } from './app.ts';
import type { IpcMainDouble } from './ipc.ts';
import { DOUBLE_ORIGIN, ownUrl, type ProtocolDouble } from './protocol.ts';

type OpenHandler = (details: { readonly url: string }) => { action: 'deny' };

class FrameDouble implements CallingFrame {
  readonly #frame: () => Frame | undefined;
  readonly parent: unknown;

  constructor(frame: () => Frame | undefined, parent: unknown) {
    this.#frame = frame;
    this.parent = parent;
  }

  get url(): string {
    return ownUrl(this.#frame()?.url() ?? 'about:blank');
  }
}

/** What Electron's preload sees of `electron`, in the page. Runs in Chromium; `PRELOAD` is the script itself. */
const PRELOAD_HOST = `(() => {
  if (window !== window.top) return;
  const listeners = new Map();
  window.__electronReceive = (channel, payload) => {
    for (const listener of listeners.get(channel) ?? []) listener({ sender: 'ipcRenderer' }, payload);
  };
  const ipcRenderer = {
    invoke: (channel, request) => window.__electronInvoke(channel, request),
    on: (channel, listener) => { listeners.set(channel, [...(listeners.get(channel) ?? []), listener]); },
    removeListener: (channel, listener) => {
      listeners.set(channel, (listeners.get(channel) ?? []).filter((other) => other !== listener));
    },
  };
  const contextBridge = {
    exposeInMainWorld: (key, value) => { Object.defineProperty(window, key, { value: Object.freeze(value) }); },
  };
  const require = (name) => {
    if (name !== 'electron') throw new Error('module not found: ' + name);
    return { contextBridge, ipcRenderer };
  };
  const module = { exports: {} };
  (function (require, module, exports) { PRELOAD
  })(require, module, module.exports);
})();`;

/** Electron's WebContents over a page of Chromium. */
export class WebContentsDouble extends EventEmitter implements ShellContents {
  readonly mainFrame: CallingFrame;
  readonly #frames = new WeakMap<Frame, CallingFrame>();
  readonly #ipc: IpcMainDouble;
  readonly #protocol: ProtocolDouble;
  #page: Page | undefined;
  #openHandler: OpenHandler = () => ({ action: 'deny' });
  #sending: Promise<unknown> = Promise.resolve();
  /** Requests for pages, with what was decided. */
  readonly navigations: { readonly url: string; readonly isAllowed: boolean }[] = [];
  isDestroyed = false;

  constructor(ipc: IpcMainDouble, protocol: ProtocolDouble) {
    super();
    this.#ipc = ipc;
    this.#protocol = protocol;
    this.mainFrame = new FrameDouble(() => this.#page?.mainFrame(), null);
  }

  async open(page: Page, preload: string, url: string): Promise<void> {
    this.#page = page;
    this.#frames.set(page.mainFrame(), this.mainFrame);
    const script = readFileSync(preload, 'utf8');
    await page.exposeBinding('__electronInvoke', ({ frame }, channel: unknown, request: unknown) =>
      this.#invoke(frame, String(channel), request),
    );
    await page.addInitScript(PRELOAD_HOST.replace('PRELOAD', () => script));
    await page.context().route('**/*', (route) => this.#answer(page, route));
    page.on('popup', (popup) => void this.#popup(popup));
    page.on('crash', () => this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }));
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) this.emit('did-navigate', {}, ownUrl(frame.url()), 200, 'OK');
    });
    await page.goto(url.replace(/^smartvpn:\/\/app/, DOUBLE_ORIGIN));
  }

  send(channel: string, payload: unknown): void {
    const copy: unknown = structuredClone(payload);
    const page = this.#page;
    if (page === undefined || this.isDestroyed) return;
    const deliver = `(([channel, payload]) => { window.__electronReceive?.(channel, payload); })`;
    this.#sending = this.#sending
      .then(() => page.evaluate(`${deliver}(${JSON.stringify([channel, copy])})`))
      .catch(() => undefined);
  }

  /** A page is told whether its window is in sight: `document.visibilityState`. */
  setHidden(isHidden: boolean): void {
    const state = isHidden ? 'hidden' : 'visible';
    this.#page
      ?.evaluate(
        `Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
        Object.defineProperty(document, 'hidden', { value: ${String(isHidden)}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));`,
      )
      .catch(() => undefined);
  }

  reload(): void {
    void this.#page?.reload();
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  /** A page asks for a new window. */
  openWindow(url: string): string {
    return this.#openHandler({ url }).action;
  }

  #invoke(frame: Frame, channel: string, request: unknown): Promise<unknown> {
    const senderFrame = this.#frameDouble(frame);
    return this.#ipc.invoke({ sender: this, senderFrame }, channel, request);
  }

  #frameDouble(frame: Frame): CallingFrame {
    const known = this.#frames.get(frame) ?? new FrameDouble(() => frame, frame.parentFrame());
    this.#frames.set(frame, known);
    return known;
  }

  async #answer(page: Page, route: Route): Promise<void> {
    const request = route.request();
    const isMainFrame = request.frame() === page.mainFrame();
    if (request.isNavigationRequest() && !this.#mayNavigate(ownUrl(request.url()), isMainFrame)) {
      return await route.abort('aborted');
    }
    const response = await this.#protocol.answer(ownUrl(request.url()), request.method());
    if (response === undefined) return await route.abort('addressunreachable');
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    });
  }

  /** The first one is the shell's own `loadURL`, for which Electron asks nobody. */
  #mayNavigate(url: string, isMainFrame: boolean): boolean {
    const isOwn = this.navigations.length === 0;
    const event = Object.assign(new PreventableDouble(), { url, isMainFrame });
    if (!isOwn) this.emit('will-frame-navigate', event);
    this.navigations.push({ url, isAllowed: !event.isPrevented });
    return !event.isPrevented;
  }

  async #popup(popup: Page): Promise<void> {
    this.openWindow(popup.url());
    await popup.close();
  }
}
