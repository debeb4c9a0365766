import { MOST_PROBLEMS, type Problem, type StandingProblem } from '../../shared/contract/snapshot-schema.ts';
import type { StoreProblem } from '../../shared/store-problem.ts';
import type { Audience } from './audience.ts';

/** What is wrong apart from any call: said to every window until it is dismissed. */
export class ProblemList {
  readonly #audience: Audience;
  readonly #store: { readonly problems: readonly StoreProblem[] };
  #problems: readonly StandingProblem[] = [];
  #lastId = 0;
  #storeProblemsSeen = 0;

  constructor(audience: Audience, store: { readonly problems: readonly StoreProblem[] }) {
    this.#audience = audience;
    this.#store = store;
    this.takeFromStore();
  }

  list(): StandingProblem[] {
    return [...this.#problems];
  }

  /** One that is there already is not said twice. Of too many the oldest go. */
  add(problem: Problem): void {
    const text = JSON.stringify(problem);
    if (this.#problems.some((known) => JSON.stringify(known.problem) === text)) return;
    this.#lastId += 1;
    this.#set([...this.#problems, { id: this.#lastId, problem }].slice(-MOST_PROBLEMS));
  }

  /** What the store has found since the last time. */
  takeFromStore(): void {
    const { problems } = this.#store;
    const fresh = problems.slice(this.#storeProblemsSeen);
    this.#storeProblemsSeen = problems.length;
    for (const problem of fresh) this.add({ source: 'store', problem });
  }

  dismiss(id: number): void {
    const left = this.#problems.filter((problem) => problem.id !== id);
    if (left.length < this.#problems.length) this.#set(left);
  }

  #set(problems: readonly StandingProblem[]): void {
    this.#problems = problems;
    this.#audience.tell('problems', { problems: this.list() });
  }
}
