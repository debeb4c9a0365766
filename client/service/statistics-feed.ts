import type { ConnectionState, ConnectionStatistics } from '../../shared/connection.ts';
import { MOST_SAMPLES } from '../../shared/contract.ts';
import type { Audience, Peer } from './audience.ts';

/** What of a connection is needed to watch it. */
export interface Watchable {
  readonly state: ConnectionState;
  watchStatistics(listener: (sample: ConnectionStatistics) => void, intervalMs: number): () => void;
}

/** Samples closer together are not kept: `recent` is what a chart of minutes is drawn from. */
const KEPT_INTERVAL_MILLISECONDS = 900;

interface Recent {
  /** When the tunnel came up that they belong to. */
  readonly since: number;
  readonly samples: readonly ConnectionStatistics[];
}

/** Samples for those who watch; while nobody does, nothing is measured. */
export class StatisticsFeed {
  readonly #audience: Audience;
  readonly #recent = new Map<string, Recent>();

  constructor(audience: Audience) {
    this.#audience = audience;
  }

  /** From now on `peer` is told, until it unwatches or is gone. What is known of this tunnel, oldest first. */
  watch(
    peer: Peer,
    profileId: string,
    connection: Watchable,
    intervalMilliseconds: number,
  ): ConnectionStatistics[] {
    const end = connection.watchStatistics((sample) => {
      this.#remember(profileId, connection.state, sample);
      this.#audience.tellSome([peer], 'statistics', { profileId, sample });
    }, intervalMilliseconds);
    peer.watch(watchKey(profileId), end);
    return [...this.#recentOf(profileId, connection.state)];
  }

  unwatch(peer: Peer, profileId: string): void {
    peer.unwatch(watchKey(profileId));
  }

  #remember(profileId: string, state: ConnectionState, sample: ConnectionStatistics): void {
    if (state.state !== 'connected') return;
    const samples = this.#recentOf(profileId, state);
    const last = samples.at(-1);
    // A clock that went back does not stop the chart.
    if (last !== undefined && Math.abs(sample.at - last.at) < KEPT_INTERVAL_MILLISECONDS) return;
    this.#recent.set(profileId, {
      since: state.since,
      samples: [...samples, sample].slice(-MOST_SAMPLES),
    });
  }

  #recentOf(profileId: string, state: ConnectionState): readonly ConnectionStatistics[] {
    const recent = this.#recent.get(profileId);
    if (recent === undefined) return [];
    if (state.state === 'connected' && state.since === recent.since) return recent.samples;
    this.#recent.delete(profileId);
    return [];
  }
}

function watchKey(profileId: string): string {
  return `statistics ${profileId}`;
}
