import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { LoadQuestion } from './load-process.ts';

const PROGRAM = fileURLToPath(new URL('load-process.ts', import.meta.url));

const openedSchema = z.object({ signIns: z.array(z.number()), failures: z.array(z.string()) });
const roundTripsSchema = z.array(z.number());
const closedSchema = z.object({ lost: z.number() });

export type Opening = Omit<Extract<LoadQuestion, { ask: 'open' }>, 'ask'>;

/** A process full of clients. */
export class LoadHost {
  readonly #child: ChildProcess = fork(PROGRAM);

  async open(opening: Opening): Promise<z.infer<typeof openedSchema>> {
    return openedSchema.parse(await this.#ask({ ask: 'open', ...opening }));
  }

  async roundTrips(count: number, pauseMilliseconds: number): Promise<number[]> {
    return roundTripsSchema.parse(await this.#ask({ ask: 'round-trips', count, pauseMilliseconds }));
  }

  /** A ping a second in each session for so long; says how many were answered. */
  async traffic(milliseconds: number): Promise<number> {
    return z.number().parse(await this.#ask({ ask: 'traffic', milliseconds }));
  }

  /** Ends all its sessions; says how many had ended by themselves. */
  async closeSessions(): Promise<z.infer<typeof closedSchema>> {
    return closedSchema.parse(await this.#ask({ ask: 'close' }));
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill();
    await exited;
  }

  async #ask(question: LoadQuestion): Promise<unknown> {
    const gone = new AbortController();
    const answered = once(this.#child, 'message', { signal: gone.signal });
    const onExit = (): void => gone.abort();
    this.#child.once('exit', onExit);
    this.#child.send(question);
    try {
      const [message] = await answered;
      return message;
    } catch (error) {
      throw gone.signal.aborted ? new Error('a load process ended', { cause: error }) : error;
    } finally {
      this.#child.off('exit', onExit);
    }
  }
}
