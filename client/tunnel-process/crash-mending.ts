import type { Problem } from '../../shared/contract/snapshot-schema.ts';

/** Two crashes within this time: it is not started again until somebody connects. */
const CRASH_LOOP_MILLISECONDS = 30_000;

/** After a crash the process is started again at once, to undo what it left: routes, rules, DNS. */
export class CrashMending {
  readonly #say: (problem: Problem) => void;
  #count = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(say: (problem: Problem) => void) {
    this.#say = say;
  }

  async mend(detail: string, recover: () => Promise<readonly string[]>): Promise<void> {
    const now = performance.now();
    const isLoop = now - this.#lastAt < CRASH_LOOP_MILLISECONDS;
    this.#lastAt = now;
    this.#count += 1;
    const count = this.#count;
    const mended = isLoop ? [] : await recover();
    this.#say({ source: 'core', detail, restarted: !isLoop && count === this.#count });
    for (const sentence of mended) this.#say({ source: 'network-recovered', detail: sentence });
  }
}
