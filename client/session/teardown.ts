type Undo = () => void | Promise<void>;

/**
 * What must be undone when a session ends, the last thing done first. Each is registered as it is
 * begun, so a session that ends at any moment leaves nothing.
 */
export class Teardown {
  readonly #undos: Undo[] = [];
  readonly #failed: (error: unknown) => void;

  /** `failed` hears of an undo that threw; the others run all the same. */
  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  add(undo: Undo): void {
    this.#undos.push(undo);
  }

  async run(): Promise<void> {
    for (let undo = this.#undos.pop(); undo !== undefined; undo = this.#undos.pop()) {
      try {
        await undo();
      } catch (error) {
        this.#failed(error);
      }
    }
  }
}
