type Undo = () => Promise<unknown> | void;

/** What must be undone however the benchmark ends: last made, first undone. */
export class Cleanup {
  readonly #undos = new Set<Undo>();

  /** The function given back undoes it earlier; then it is not undone again. */
  add(undo: Undo): () => Promise<void> {
    this.#undos.add(undo);
    return async () => {
      if (this.#undos.delete(undo)) await undo();
    };
  }

  /** Never rejects: one thing that cannot be undone does not keep the others. */
  async run(): Promise<void> {
    for (let undo = [...this.#undos].at(-1); undo !== undefined; undo = [...this.#undos].at(-1)) {
      this.#undos.delete(undo);
      try {
        await undo();
      } catch (error) {
        process.stderr.write(`While cleaning up: ${String(error)}\n`);
      }
    }
  }
}
