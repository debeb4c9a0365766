import type { Problem } from '../../shared/contract/snapshot-schema.ts';
import type { StoreProblem } from '../../shared/store-problem.ts';
import type { Audience } from './audience.ts';

const MOST_PROBLEMS = 100;

/** What is wrong apart from any call: said to every window until it is dismissed. */
export class ProblemList {
  readonly #audience: Audience;
  readonly #store: { readonly problems: readonly StoreProblem[] };
  #problems: readonly Problem[] = [];
  #storeProblemsSeen = 0;

  constructor(audience: Audience, store: { readonly problems: readonly StoreProblem[] }) {
    this.#audience = audience;
    this.#store = store;
    this.takeFromStore();
  }

  list(): Problem[] {
    return [...this.#problems];
  }

  /** One that is there already is not said twice. Of too many the oldest go. */
  add(problem: Problem): void {
    const text = JSON.stringify(problem);
    if (this.#problems.some((known) => JSON.stringify(known) === text)) return;
    this.#set([...this.#problems, problem].slice(-MOST_PROBLEMS));
  }

  /** What the store has found since the last time. */
  takeFromStore(): void {
    const { problems } = this.#store;
    const fresh = problems.slice(this.#storeProblemsSeen);
    this.#storeProblemsSeen = problems.length;
    for (const problem of fresh) this.add({ source: 'store', problem });
  }

  /** False: there is none at that place. */
  dismiss(index: number): boolean {
    if (index >= this.#problems.length) return false;
    this.#set(this.#problems.filter((_problem, place) => place !== index));
    return true;
  }

  #set(problems: readonly Problem[]): void {
    this.#problems = problems;
    this.#audience.tell('problems', { problems: this.list() });
  }
}
