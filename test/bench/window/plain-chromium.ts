import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CHROMIUM } from '../../support/chromium.ts';
import type { Namespace } from '../../support/namespace.ts';
import type { Cleanup } from '../cleanup.ts';

const ARGUMENTS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--window-size=1000,700',
  '--remote-debugging-pipe',
  // What the browser wants of the Internet by itself would be traffic in the tunnel.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Also the time that something in a page may take to come. */
const ANSWER_MILLISECONDS = 30_000;

const messageSchema = z.object({
  id: z.number().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});
const processesSchema = z.object({
  processInfo: z.array(z.object({ type: z.string(), id: z.number() })),
});
const targetSchema = z.object({ targetId: z.string() });
const sessionSchema = z.object({ sessionId: z.string() });
const windowSchema = z.object({ windowId: z.number() });
const evaluatedSchema = z.object({
  result: z.object({ value: z.unknown().optional() }),
  exceptionDetails: z.object({ text: z.string(), exception: z.unknown().optional() }).optional(),
});

/**
 * Chromium over its DevTools pipe. Playwright keeps every page that it drives visible and focused; here a page
 * can be hidden as a person's is, and nobody is attached to it unless asked to be.
 */
export class PlainChromium {
  readonly #child: ChildProcess;
  readonly #replies = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;
  #unread = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    const answers = child.stdio[4];
    if (answers === undefined || answers === null || !('setEncoding' in answers)) {
      throw new Error('no pipe to Chromium');
    }
    answers.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    child.once('exit', () => {
      for (const reply of this.#replies.values()) reply.reject(new Error('Chromium has ended'));
    });
  }

  /** Until `cleanup`. On a host of its own when one is given. */
  static async start(cleanup: Cleanup, host?: Namespace): Promise<PlainChromium> {
    const folder = await mkdtemp(join(tmpdir(), 'chromium-'));
    cleanup.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const argv = [CHROMIUM, ...ARGUMENTS, `--user-data-dir=${folder}`, 'about:blank'] as const;
    const options: SpawnOptions = { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] };
    const [file, ...words] = argv;
    const child = host === undefined ? spawn(file, words, options) : host.spawn(argv, options);
    const browser = new PlainChromium(child);
    cleanup.add(() => browser.#close());
    return browser;
  }

  async openPage(): Promise<PlainPage> {
    const target = await this.send('Target.createTarget', { url: 'about:blank' });
    return new PlainPage(this, targetSchema.parse(target).targetId);
  }

  /** Process ids of all that run pages. */
  async renderers(): Promise<number[]> {
    const { processInfo } = processesSchema.parse(await this.send('SystemInfo.getProcessInfo', {}));
    return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  }

  send(method: string, parameters: object, sessionId?: string): Promise<unknown> {
    const pipe = this.#child.stdio[3];
    if (pipe === undefined || pipe === null || !('write' in pipe)) throw new Error('no pipe to Chromium');
    this.#lastId += 1;
    const reply = Promise.withResolvers<unknown>();
    this.#replies.set(this.#lastId, reply);
    const deadline = setTimeout(() => {
      reply.reject(new Error(`no answer to ${method} ${JSON.stringify(parameters).slice(0, 200)}`));
    }, ANSWER_MILLISECONDS);
    pipe.write(`${JSON.stringify({ id: this.#lastId, method, params: parameters, sessionId })}\0`);
    return reply.promise.finally(() => clearTimeout(deadline));
  }

  #hear(text: string): void {
    const [...whole] = `${this.#unread}${text}`.split('\0');
    this.#unread = whole.pop() ?? '';
    for (const message of whole) this.#answer(messageSchema.parse(JSON.parse(message)));
  }

  #answer({ id, result, error }: z.infer<typeof messageSchema>): void {
    if (id === undefined) return;
    const reply = this.#replies.get(id);
    this.#replies.delete(id);
    if (error === undefined) reply?.resolve(result);
    else reply?.reject(new Error(error.message));
  }

  async #close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    await this.send('Browser.close', {}).catch(() => this.#child.kill('SIGKILL'));
    await exited;
  }
}

/** A page in a window of its own. */
export class PlainPage {
  readonly #browser: PlainChromium;
  readonly #targetId: string;
  #session: string | undefined;

  constructor(browser: PlainChromium, targetId: string) {
    this.#browser = browser;
    this.#targetId = targetId;
  }

  /** Runs in every page from now on, before its own scripts. */
  async prepare(source: string): Promise<void> {
    await this.send('Page.enable', {});
    await this.send('Page.addScriptToEvaluateOnNewDocument', { source });
  }

  /** Resolves as soon as the new page has begun. */
  async go(url: string): Promise<void> {
    await this.send('Page.navigate', { url });
  }

  /** Attaches to the page. A promise is waited for. */
  async evaluate(expression: string): Promise<unknown> {
    const parameters = { expression, awaitPromise: true, returnByValue: true };
    const evaluated = evaluatedSchema.parse(await this.send('Runtime.evaluate', parameters));
    if (evaluated.exceptionDetails !== undefined) {
      throw new Error(`${expression.slice(0, 80)}: ${JSON.stringify(evaluated.exceptionDetails)}`);
    }
    return evaluated.result.value;
  }

  /** As a person's window that was minimised: `document.visibilityState` is "hidden". */
  async hide(): Promise<void> {
    await this.#setWindow('minimized');
    await this.evaluate(untilVisibility('hidden'));
  }

  async show(): Promise<void> {
    await this.#setWindow('normal');
    await this.evaluate(untilVisibility('visible'));
  }

  /** Nothing of ours is left in the page. */
  async detach(): Promise<void> {
    if (this.#session === undefined) return;
    await this.#browser.send('Target.detachFromTarget', { sessionId: this.#session });
    this.#session = undefined;
  }

  /** A DevTools command to this page. */
  async send(method: string, parameters: object): Promise<unknown> {
    this.#session ??= sessionSchema.parse(
      await this.#browser.send('Target.attachToTarget', { targetId: this.#targetId, flatten: true }),
    ).sessionId;
    return this.#browser.send(method, parameters, this.#session);
  }

  async #setWindow(windowState: 'minimized' | 'normal'): Promise<void> {
    const target = { targetId: this.#targetId };
    const { windowId } = windowSchema.parse(await this.#browser.send('Browser.getWindowForTarget', target));
    await this.#browser.send('Browser.setWindowBounds', { windowId, bounds: { windowState } });
  }
}

function untilVisibility(state: 'hidden' | 'visible'): string {
  return `new Promise((resolve) => {
    const look = () => { if (document.visibilityState === '${state}') resolve(); };
    document.addEventListener('visibilitychange', look);
    look();
  })`;
}

/** Resolves in the page as soon as an element of that selector (and that text) is there. */
export function untilThere(selector: string, text = ''): string {
  return `new Promise((resolve) => {
    const isThere = () => Array.from(document.querySelectorAll(${JSON.stringify(selector)}))
      .some((element) => element.textContent.includes(${JSON.stringify(text)}));
    if (isThere()) return resolve();
    const observer = new MutationObserver(() => {
      if (!isThere()) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(document, { childList: true, subtree: true, characterData: true });
  })`;
}
