/** Whether traffic is blocked, and who wants to hear when that changes. */
export class BlockingFlag {
  readonly #listeners = new Set<(isBlocking: boolean) => void>();
  #isBlocking = false;

  get value(): boolean {
    return this.#isBlocking;
  }

  set(isBlocking: boolean): void {
    if (isBlocking === this.#isBlocking) return;
    this.#isBlocking = isBlocking;
    for (const listener of this.#listeners) listener(isBlocking);
  }

  onChange(listener: (isBlocking: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
