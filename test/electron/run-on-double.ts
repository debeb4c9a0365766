import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { z } from 'zod';
import { CHROMIUM } from '../support/chromium.ts';
import { deskSchema, type Deed, type Desk } from './desk-view.ts';
import type { DoubleRun, RunOptions } from './desktop-run.ts';

const REGISTER = new URL('double/register.ts', import.meta.url).href;
const PATIENCE_MILLISECONDS = 60_000;
const LOOK_MILLISECONDS = 25;

const answerSchema = z.object({
  id: z.number(),
  answer: z.unknown().optional(),
  refusal: z.string().optional(),
});

/** The built main process in Node on the double of Electron, and Playwright at its page. */
export async function runOnDouble(options: RunOptions): Promise<DoubleRun> {
  const port = await freePort();
  const child = startOnDouble(options, port);
  const deeds = new Deeds(child);
  const ended = once(child, 'exit').then(([code]: unknown[]) => (typeof code === 'number' ? code : null));
  let browser: Browser | undefined;
  void ended.then(() => browser?.close());
  const page = await Promise.race([
    (async () => {
      browser = await connected(port);
      return await firstPage(browser);
    })(),
    ended.then((code): never => {
      throw new Error(`the program ended with ${String(code)}: ${deeds.errors}`);
    }),
  ]);
  return {
    runsIn: 'the double of Electron (Node, window in Chromium)',
    pid: child.pid ?? 0,
    page,
    ended,
    signal: (signal) => child.kill(signal),
    perform: (deed) => deeds.perform(deed),
    look: () => deeds.look(),
    seen: (isSo) => deeds.seen(isSo),
  };
}

export function startOnDouble({ built, home, ...options }: RunOptions, port = 0): ChildProcess {
  const { PATH, LANG } = process.env;
  const main = join(built.folder, 'electron', 'main.js');
  const command = [process.execPath, '--import', REGISTER, main, ...(options.arguments ?? [])];
  const [file = '', ...words] = [...(options.prefix ?? []), ...command];
  return spawn(file, words, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH,
      LANG,
      CHROMIUM,
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_STATE_HOME: join(home, 'state'),
      XDG_RUNTIME_DIR: join(home, 'run'),
      DOUBLE_DEBUGGING_PORT: String(port),
      ...options.environment,
    },
  });
}

class Deeds {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;
  errors = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.on('data', (chunk) => {
      this.errors = `${this.errors}${String(chunk)}`.slice(-20_000);
    });
    child.stdout?.resume();
    child.on('message', (message) => {
      const { id, answer, refusal } = answerSchema.parse(message);
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (refusal === undefined) waiting?.resolve(answer);
      else waiting?.reject(new Error(refusal));
    });
    child.on('exit', () => {
      for (const waiting of this.#waiting.values())
        waiting.reject(new Error(`the program ended: ${this.errors}`));
      this.#waiting.clear();
    });
  }

  perform(deed: Deed): Promise<unknown> {
    if (!this.#child.connected) return Promise.reject(new Error(`the program has ended: ${this.errors}`));
    this.#last += 1;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(this.#last, waiting);
    this.#child.send({ id: this.#last, deed });
    return waiting.promise;
  }

  async look(): Promise<Desk> {
    return deskSchema.parse(await this.perform({ do: 'look' }));
  }

  /** The desk has no events of its own to wait for. */
  async seen(isSo: (desk: Desk) => boolean): Promise<Desk> {
    const end = performance.now() + PATIENCE_MILLISECONDS;
    let desk = await this.look();
    while (!isSo(desk)) {
      if (performance.now() > end)
        throw new Error(`never seen; last: ${JSON.stringify(desk)}\n${this.errors}`);
      await setTimeout(LOOK_MILLISECONDS);
      desk = await this.look();
    }
    return desk;
  }
}

async function connected(port: number): Promise<Browser> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      return await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    } catch (error) {
      if (performance.now() > end) throw error;
      await setTimeout(LOOK_MILLISECONDS);
    }
  }
}

async function firstPage(browser: Browser): Promise<Page> {
  const end = performance.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    const page = browser
      .contexts()
      .flatMap((context) => context.pages())
      .find((candidate) => candidate.url().includes('smartvpn-app.invalid'));
    if (page !== undefined) return page;
    if (performance.now() > end) throw new Error('no page of the program');
    await setTimeout(LOOK_MILLISECONDS);
  }
}

/** Below those that the kernel gives to whoever asks for any: until the browser listens there, nobody else gets it. */
const LOWEST_PORT = 10_000;
const PORTS = 20_000;
/** Test files run side by side, in a process each. */
const PORTS_OF_PROCESS = 97;
let nextPort = process.pid * PORTS_OF_PROCESS;

async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST_PORT + (nextPort % PORTS);
    nextPort += 1;
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
