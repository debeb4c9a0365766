import type { Problem } from '../../shared/contract/snapshot-schema.ts';
import type { Logger } from '../log.ts';

/** What is found wrong before there is anybody who could be told. */
export class ProblemsUntilHeard {
  readonly #log: Logger;
  readonly #early: Problem[] = [];
  #tell: ((problem: Problem) => void) | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  say(problem: Problem): void {
    if ('detail' in problem) this.#log.warn(problem.detail);
    if (this.#tell === undefined) this.#early.push(problem);
    else this.#tell(problem);
  }

  tellTo(tell: (problem: Problem) => void): void {
    this.#tell = tell;
    for (const problem of this.#early.splice(0)) tell(problem);
  }
}
