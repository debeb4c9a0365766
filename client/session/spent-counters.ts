import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { motpCounter } from '../../shared/otp/motp.ts';
import { writeFileAtomically } from '../store/atomic-file.ts';
import { FolderLock } from '../store/folder-lock.ts';
import type { StartSession } from './session-types.ts';
import { millisecondsToFreshCode } from './sign-in-code.ts';

const fileSchema = z.record(z.string(), z.number().int());

/**
 * Which step of the mOTP generator was last sent, for each profile, by whichever program of this user: `test` and then
 * `connect` within ten seconds must not send one code twice, nor a terminal beside a window. Counters are no secrets.
 */
export class SpentCounters {
  readonly #path: string;
  readonly #lock: FolderLock;
  /** What this program has sent, should it not be on the disk. */
  readonly #own = new Map<string, number>();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(stateFolder: string) {
    this.#path = join(stateFolder, 'motp-counters.json');
    this.#lock = new FolderLock(stateFolder);
  }

  /** `start` that waits for a step that has not been sent, says so, and remembers what it sends. */
  guard(
    profileId: string,
    start: StartSession,
    onWait: (milliseconds: number) => void = () => undefined,
  ): StartSession {
    return (options, dependencies, listener) => {
      const { credentials } = options;
      const guarded =
        credentials.kind === 'motp'
          ? {
              ...credentials,
              notBeforeCounter: Math.max(credentials.notBeforeCounter, this.#firstUnspent(profileId)),
            }
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

  #firstUnspent(profileId: string): number {
    const spent = [this.#own.get(profileId) ?? -1, this.#read().get(profileId) ?? -1];
    // One from the future was sent while the clock was wrong; waiting for it would take for ever.
    const latest = motpCounter(Date.now()) + 1;
    return Math.max(-1, ...spent.filter((counter) => counter <= latest)) + 1;
  }

  #spend(profileId: string, counter: number): void {
    this.#own.set(profileId, counter);
    this.#writing = this.#writing.then(() => this.#write(profileId, counter));
  }

  /** A file that is missing or damaged counts as empty: at worst the router refuses a code. */
  #read(): Map<string, number> {
    try {
      const value: unknown = JSON.parse(readFileSync(this.#path, 'utf8'));
      return new Map(Object.entries(fileSchema.parse(value)));
    } catch {
      return new Map();
    }
  }

  async #write(profileId: string, counter: number): Promise<void> {
    try {
      await this.#lock.run(() => {
        const all = Object.fromEntries(this.#read().set(profileId, counter));
        return writeFileAtomically(this.#path, `${JSON.stringify(all)}\n`);
      });
    } catch {
      // at worst the router refuses a code
    }
  }
}
