import { MOST_LOG_LINES, type LogLine } from '../../shared/contract.ts';
import type { ContractClient } from '../../shared/contract/contract-client.ts';
import type { Visibility } from './visibility.ts';

/** A line with a number of its own, so that a list of them can be kept in step. */
export interface NumberedLine extends LogLine {
  readonly number: number;
}

/** The log's lines while the log is looked at, oldest first. */
export class LogFeed {
  readonly #client: ContractClient;
  readonly #visibility: Visibility;
  readonly #listeners = new Set<() => void>();
  #lines: readonly NumberedLine[] = [];
  #nextNumber = 0;

  constructor(client: ContractClient, visibility: Visibility) {
    this.#client = client;
    this.#visibility = visibility;
    client.on('log', ({ lines }) => {
      this.#take([...this.#lines, ...this.#numbered(lines)]);
    });
    visibility.onChange(() => {
      if (this.#listeners.size === 0) return;
      if (visibility.isHidden()) this.#stop();
      else this.#start();
    });
  }

  readonly lines = (): readonly NumberedLine[] => this.#lines;

  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1 && !this.#visibility.isHidden()) this.#start();
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
      this.#lines = [];
      if (!this.#visibility.isHidden()) this.#stop();
    };
  };

  /** The link came back: the program no longer knows who watches. */
  restart(): void {
    if (this.#listeners.size > 0 && !this.#visibility.isHidden()) this.#start();
  }

  #start(): void {
    void this.#client.call('watchLog', {}).then((reply) => {
      if (reply.ok) this.#take(this.#numbered(reply.value.lines));
    });
  }

  #stop(): void {
    void this.#client.call('unwatchLog', {});
  }

  #numbered(lines: readonly LogLine[]): NumberedLine[] {
    return lines.map((line) => {
      const number = this.#nextNumber;
      this.#nextNumber += 1;
      return { ...line, number };
    });
  }

  #take(lines: readonly NumberedLine[]): void {
    if (this.#listeners.size === 0) return;
    this.#lines = lines.slice(-MOST_LOG_LINES);
    for (const listener of this.#listeners) listener();
  }
}
