import { type Home, type Outcome, type Running, startProgram } from './program.ts';

/** An address that lets one window in, once. */
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/g;

/** The real `smartvpn ui`, and the addresses that it prints. */
export class WindowProgram {
  readonly #running: Running;
  readonly #waiting = new Set<() => void>();
  #said = '';
  #used = 0;

  private constructor(running: Running) {
    this.#running = running;
    const hear = (text: string): void => {
      this.#said += text;
      for (const look of this.#waiting) look();
    };
    running.process.stdout?.on('data', hear);
    running.process.stderr?.on('data', hear);
  }

  static start(
    home: Home,
    options: { readonly prefix?: readonly string[]; readonly port?: number } = {},
  ): WindowProgram {
    const port = options.port === undefined ? [] : ['--port', String(options.port)];
    const words = ['ui', '--no-open', '--verbose', ...port];
    return new WindowProgram(startProgram(words, { home, prefix: options.prefix ?? [] }));
  }

  /** All that it has printed: addresses and its log. */
  get said(): string {
    return this.#said;
  }

  get pid(): number | undefined {
    return this.#running.process.pid;
  }

  /** One that has not been handed out yet; rejects when the program ends first. */
  async address(): Promise<string> {
    const printed = new Promise<string>((resolve) => {
      const look = (): void => {
        const address = Array.from(this.#said.matchAll(ADDRESS), ([url]) => url)[this.#used];
        if (address === undefined) return;
        this.#used += 1;
        this.#waiting.delete(look);
        resolve(address);
      };
      this.#waiting.add(look);
      look();
    });
    const ended = async (): Promise<never> => {
      await this.#running.ended;
      throw new Error(`smartvpn ui ended:\n${this.#said}`);
    };
    return Promise.race([printed, ended()]);
  }

  /** As a crash or `kill -9` would. */
  async kill(): Promise<void> {
    this.#running.kill('SIGKILL');
    await this.#running.ended;
  }

  async end(): Promise<Outcome> {
    this.#running.kill('SIGTERM');
    return this.#running.ended;
  }
}
