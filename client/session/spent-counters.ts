import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { motpCounter } from '../../shared/otp/motp.ts';
import { writeFileAtomically } from '../store/atomic-file.ts';
import type { StartSession } from './session-types.ts';
import { millisecondsToFreshCode } from './sign-in-code.ts';

const fileSchema = z.record(z.string(), z.number().int());

/**
 * Which step of the mOTP generator was last sent, for each profile, from one run of the program to the next:
 * `test` and then `connect` within ten seconds must not send one code twice. Counters are no secrets.
 */
export class SpentCounters {
  readonly #path: string;
  readonly #spent: Map<string, number>;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(path: string, spent: Map<string, number>) {
    this.#path = path;
    this.#spent = spent;
  }

  /** A file that is missing or damaged counts as empty: at worst the router refuses a code. */
  static async open(stateFolder: string): Promise<SpentCounters> {
    const path = join(stateFolder, 'motp-counters.json');
    try {
      const value: unknown = JSON.parse(await readFile(path, 'utf8'));
      return new SpentCounters(path, new Map(Object.entries(fileSchema.parse(value))));
    } catch {
      return new SpentCounters(path, new Map());
    }
  }

  /** `start` that waits for a step that has not been sent, says so, and remembers what it sends. */
  guard(
    profileId: string,
    start: StartSession,
    onWait: (milliseconds: number) => void = () => undefined,
  ): StartSession {
    return (options, dependencies, listener) => {
      const { credentials } = options;
      const spent = this.#spent.get(profileId) ?? -1;
      // One from the future was written while the clock was wrong; waiting for it would take for ever.
      const notBefore = spent > motpCounter(Date.now()) + 1 ? 0 : spent + 1;
      const guarded =
        credentials.kind === 'motp'
          ? { ...credentials, notBeforeCounter: Math.max(credentials.notBeforeCounter, notBefore) }
          : credentials;
      const wait = millisecondsToFreshCode(guarded, Date.now());
      if (wait > 0) onWait(wait);
      return start({ ...options, credentials: guarded }, dependencies, (event) => {
        if (event.kind === 'credentials-sent' && event.motpCounter !== undefined) {
          this.#spend(profileId, event.motpCounter);
        }
        listener(event);
      });
    };
  }

  /** Resolves when what was sent is on the disk, or cannot be. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  #spend(profileId: string, counter: number): void {
    this.#spent.set(profileId, counter);
    const text = `${JSON.stringify(Object.fromEntries(this.#spent))}\n`;
    this.#writing = this.#writing.then(() => this.#write(text));
  }

  async #write(text: string): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      await writeFileAtomically(this.#path, text);
    } catch {
      // at worst the router refuses a code
    }
  }
}
