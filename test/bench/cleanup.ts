type Undo = () => Promise<unknown> | void;

/** What must be undone however the benchmark ends: last made, first undone. */
export class Cleanup {
  readonly #undos = new Set<Undo>();
  #running: Promise<void> | undefined;

  /** Begun: nothing may be made any more. */
  get begun(): boolean {
    return this.#running !== undefined;
  }

  /**
   * The function given back undoes it earlier; then it is not undone again. Throws, and undoes it at once, when cleaning up has begun:
   * who makes something at that moment must not go on.
   */
  add(undo: Undo): () => Promise<void> {
    if (this.begun) {
      void undo();
      throw new Error('the benchmark is being stopped');
    }
    this.#undos.add(undo);
    return async () => {
      if (this.#undos.delete(undo)) await undo();
    };
  }

  /** Idempotent. Never rejects: one thing that cannot be undone does not keep the others. */
  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async #run(): Promise<void> {
    for (const undo of [...this.#undos].reverse()) {
      if (!this.#undos.delete(undo)) continue;
      try {
        await undo();
      } catch (error) {
        process.stderr.write(`While cleaning up: ${String(error)}\n`);
      }
    }
  }
}
