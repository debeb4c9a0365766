import { setTimeout } from 'node:timers/promises';
import { assertNever } from '../shared/assert-never.ts';
import type { DesktopApi, Preventable } from './desktop-api.ts';
import type { DesktopWords } from './desktop-words.ts';
import { whenQuitting, type QuitFacts } from './window-rules.ts';

export interface QuittingOptions {
  readonly api: Pick<DesktopApi, 'dialog'> & { readonly app: Pick<DesktopApi['app'], 'quit'> };
  readonly connected: () => readonly string[];
  readonly words: () => DesktopWords;
  /** Takes everything down; resolves when nothing is left. */
  readonly leave: () => Promise<void>;
}

/** A tunnel that cannot be taken down must not keep the program for ever: the next start mends what it leaves. */
const LEAVING_PATIENCE_MILLISECONDS = 8000;

/** The way out: asks when something is connected, disconnects, and only then lets the program end. */
export class Quitting {
  readonly #options: QuittingOptions;
  #stage: QuitFacts['stage'] = 'running';
  #isSessionEnding = false;

  constructor(options: QuittingOptions) {
    this.#options = options;
  }

  get isQuitting(): boolean {
    return this.#stage === 'leaving' || this.#stage === 'left';
  }

  /** The user logs out, or somebody sent a signal: nobody is there to be asked. */
  endSession(): void {
    this.#isSessionEnding = true;
    this.#options.api.app.quit();
  }

  beforeQuit(event: Preventable): void {
    const connected = this.#options.connected();
    const step = whenQuitting({ connected, stage: this.#stage, isSessionEnding: this.#isSessionEnding });
    if (step === 'end') return;
    event.preventDefault();
    switch (step) {
      case 'ask':
        void this.#ask(connected);
        return;
      case 'leave':
        void this.#leave();
        return;
      case 'wait':
        return;
      default:
        assertNever(step);
    }
  }

  async #ask([first = '', ...others]: readonly string[]): Promise<void> {
    this.#stage = 'asking';
    const words = this.#options.words();
    const { response } = await this.#options.api.dialog.showMessageBox({
      type: 'question',
      message: words.quitQuestion(first, others.length),
      detail: words.quitDetail,
      buttons: [words.quit, words.stay],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    });
    // The session may have begun to end meanwhile.
    if (this.#stage !== 'asking') return;
    if (response === 0) await this.#leave();
    else this.#stage = 'running';
  }

  async #leave(): Promise<void> {
    this.#stage = 'leaving';
    // Not waited for any longer than this; the timer itself holds nothing up.
    const patience = setTimeout(LEAVING_PATIENCE_MILLISECONDS, undefined, { ref: false });
    await Promise.race([this.#options.leave(), patience]).catch(() => undefined);
    this.#stage = 'left';
    this.#options.api.app.quit();
  }
}
