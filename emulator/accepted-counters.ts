/** More users than the table has: of those that were deleted, the ones seen last are remembered. */
const MAXIMUM_USERS = 1000;

/** The highest counter of a one-time password accepted from each user: nothing at or below it is accepted again. */
export class AcceptedCounters {
  readonly #byUser: Map<string, number>;
  readonly #changed: () => void;

  /** `changed` is called after each acceptance, for example to write them to disk. */
  constructor(changed: () => void = () => undefined, known: Iterable<readonly [string, number]> = []) {
    this.#byUser = new Map(known);
    this.#changed = changed;
  }

  /** -1 = none yet. */
  last(userName: string): number {
    return this.#byUser.get(userName) ?? -1;
  }

  accept(userName: string, counter: number): void {
    // put last again: the one evicted is the one not seen for longest
    this.#byUser.delete(userName);
    this.#byUser.set(userName, counter);
    const [oldest] = this.#byUser.keys();
    if (this.#byUser.size > MAXIMUM_USERS && oldest !== undefined) this.#byUser.delete(oldest);
    this.#changed();
  }

  entries(): [string, number][] {
    return [...this.#byUser];
  }
}
