import { MOST_LOG_LINES, type LogLine } from '../../shared/contract.ts';
import type { Log } from '../log.ts';
import type { Audience, Peer } from './audience.ts';

const WATCH_KEY = 'log';

/** The log for those who look at it. Lines of one turn of the event loop go together. */
export class LogFeed {
  readonly #audience: Audience;
  readonly #log: Pick<Log, 'lines' | 'subscribe'>;
  readonly #watchers = new Set<Peer>();
  #unsubscribe: (() => void) | undefined;
  #pending: LogLine[] = [];
  #flush: NodeJS.Immediate | undefined;

  constructor(audience: Audience, log: Pick<Log, 'lines' | 'subscribe'>) {
    this.#audience = audience;
    this.#log = log;
  }

  /** From now on `peer` is told. The lines so far, oldest first: no line comes twice and none is missing. */
  watch(peer: Peer): LogLine[] {
    this.#tellPending();
    peer.watch(WATCH_KEY, () => this.#leave(peer));
    this.#watchers.add(peer);
    this.#unsubscribe ??= this.#log.subscribe((line) => this.#take(line));
    return this.#log.lines().slice(-MOST_LOG_LINES);
  }

  unwatch(peer: Peer): void {
    peer.unwatch(WATCH_KEY);
  }

  #leave(peer: Peer): void {
    this.#watchers.delete(peer);
    if (this.#watchers.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#tellPending();
  }

  #take(line: LogLine): void {
    this.#pending.push(line);
    if (this.#pending.length >= MOST_LOG_LINES) this.#tellPending();
    else this.#flush ??= setImmediate(() => this.#tellPending());
  }

  #tellPending(): void {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    const lines = this.#pending;
    this.#pending = [];
    if (lines.length > 0) this.#audience.tellSome(this.#watchers, 'log', { lines });
  }
}
