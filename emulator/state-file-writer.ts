import { refusalText, writeStateFile } from './state-file.ts';

/** What changes within this time after a write goes into one more. */
const PAUSE_MILLISECONDS = 1000;

/**
 * Writes a state file that changes often: at once when it has not been written for a second, else when that
 * second is over. At most one write is under way.
 */
export class StateFileWriter {
  readonly #path: string;
  readonly #text: () => string;
  readonly #failed: (problem: string) => void;
  readonly #write: (path: string, text: string) => Promise<void>;
  #isDue = false;
  #writing: Promise<void> | undefined;
  #pause: NodeJS.Timeout | undefined;

  /** `text` is asked for at the moment it is written; `failed` is told why it could not be. */
  constructor(
    path: string,
    text: () => string,
    failed: (problem: string) => void,
    write: (path: string, text: string) => Promise<void> = writeStateFile,
  ) {
    this.#path = path;
    this.#text = text;
    this.#failed = failed;
    this.#write = write;
  }

  save(): void {
    this.#isDue = true;
    if (this.#writing === undefined && this.#pause === undefined) this.#begin();
  }

  /** Resolves when all that was to be saved is on disk, without a further wait. */
  async saved(): Promise<void> {
    do {
      await this.#writing;
      clearTimeout(this.#pause);
      this.#pause = undefined;
      if (this.#isDue) this.#begin();
    } while (this.#writing !== undefined);
  }

  #begin(): void {
    this.#isDue = false;
    this.#writing = this.#write(this.#path, this.#text())
      .catch((error: unknown) => this.#failed(`${this.#path} could not be written: ${refusalText(error)}`))
      .then(() => this.#written());
  }

  #written(): void {
    this.#writing = undefined;
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (this.#isDue) this.#begin();
    }, PAUSE_MILLISECONDS);
    // the router's close() saves what is due: no process stays for it
    this.#pause.unref();
  }
}
