import type { ConnectionStatistics } from '../../shared/connection.ts';
import type { Session } from '../session/session-types.ts';
import { nextStatistics } from './statistics.ts';

type Listener = (statistics: ConnectionStatistics) => void;

interface Tunnel {
  readonly session: Session;
  /** Unix milliseconds. */
  readonly since: number;
}

interface Watcher {
  readonly listener: Listener;
  readonly milliseconds: number;
  timer: NodeJS.Timeout | undefined;
}

/** Samples closer together than this are one: rates of shorter intervals jump about. */
const SHORTEST_INTERVAL_MILLISECONDS = 200;
const ROUND_TRIP_INTERVAL_MILLISECONDS = 5000;

/** Measures the present tunnel for those who watch. Without a tunnel or a watcher nothing runs. */
export class StatisticsWatch {
  readonly #now: () => number;
  readonly #watchers = new Set<Watcher>();
  #tunnel: Tunnel | undefined;
  #last: ConnectionStatistics | undefined;
  #roundTrip: number | undefined;
  #measuredAt = Number.NEGATIVE_INFINITY;

  /** `now` in Unix milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Undefined: the tunnel is gone. */
  setTunnel(session: Session | undefined): void {
    if (this.#tunnel?.session === session) return;
    this.#tunnel = session && { session, since: this.#now() };
    this.#last = undefined;
    this.#roundTrip = undefined;
    this.#measuredAt = Number.NEGATIVE_INFINITY;
    for (const watcher of this.#watchers) this.#set(watcher);
  }

  /** The present sample; undefined without a tunnel. */
  current(): ConnectionStatistics | undefined {
    if (this.#tunnel === undefined) return undefined;
    const { session, since } = this.#tunnel;
    const now = this.#now();
    const age = now - (this.#last?.at ?? Number.NEGATIVE_INFINITY);
    if (this.#last !== undefined && age >= 0 && age < SHORTEST_INTERVAL_MILLISECONDS) return this.#last;
    this.#last = nextStatistics(this.#last, session.counters(), now, since, this.#roundTrip);
    return this.#last;
  }

  watch(listener: Listener, milliseconds: number): () => void {
    const watcher: Watcher = {
      listener,
      milliseconds: Math.max(milliseconds, SHORTEST_INTERVAL_MILLISECONDS),
      timer: undefined,
    };
    this.#watchers.add(watcher);
    this.#set(watcher);
    return () => {
      clearInterval(watcher.timer);
      this.#watchers.delete(watcher);
    };
  }

  #set(watcher: Watcher): void {
    clearInterval(watcher.timer);
    watcher.timer =
      this.#tunnel === undefined ? undefined : setInterval(() => this.#tell(watcher), watcher.milliseconds);
    // The first round trip is there by the first sample.
    this.#measureWhenDue();
  }

  #tell(watcher: Watcher): void {
    this.#measureWhenDue();
    const statistics = this.current();
    if (statistics !== undefined) watcher.listener(statistics);
  }

  #measureWhenDue(): void {
    const tunnel = this.#tunnel;
    const now = this.#now();
    if (tunnel === undefined || now - this.#measuredAt < ROUND_TRIP_INTERVAL_MILLISECONDS) return;
    this.#measuredAt = now;
    void this.#measure(tunnel);
  }

  async #measure(tunnel: Tunnel): Promise<void> {
    const milliseconds = await tunnel.session.measureRoundTrip();
    if (this.#tunnel === tunnel) this.#roundTrip = milliseconds;
  }
}
