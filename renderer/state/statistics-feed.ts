import type { ConnectionStatistics } from '../../shared/connection.ts';
import { MOST_SAMPLES } from '../../shared/contract.ts';
import type { ContractClient } from '../../shared/contract/contract-client.ts';
import type { Visibility } from './visibility.ts';

export const STATISTICS_INTERVAL = 1000;

export interface StatisticsFeedOptions {
  readonly client: ContractClient;
  readonly visibility: Visibility;
  /** Runs `work` before the next picture: listeners hear at most once per picture. */
  readonly schedule: (work: () => void) => void;
}

const NONE: readonly ConnectionStatistics[] = [];

/**
 * Samples of the profiles that are looked at, oldest first. They flow only while someone looks: with
 * the window hidden the program is told to stop, and asked again when it is shown.
 */
export class StatisticsFeed {
  readonly #options: StatisticsFeedOptions;
  readonly #samples = new Map<string, readonly ConnectionStatistics[]>();
  readonly #watchers = new Map<string, Set<() => void>>();
  #isScheduled = false;

  constructor(options: StatisticsFeedOptions) {
    this.#options = options;
    options.client.on('statistics', ({ profileId, sample }) => {
      this.#take(profileId, [...this.samples(profileId), sample]);
    });
    options.visibility.onChange(() => {
      for (const profileId of this.#watchers.keys()) {
        if (options.visibility.isHidden()) this.#stop(profileId);
        else this.#start(profileId);
      }
    });
  }

  samples(profileId: string): readonly ConnectionStatistics[] {
    return this.#samples.get(profileId) ?? NONE;
  }

  /** The link came back: the program no longer knows who watches. */
  restart(): void {
    for (const profileId of this.#watchers.keys())
      if (!this.#options.visibility.isHidden()) this.#start(profileId);
  }

  watch(profileId: string, listener: () => void): () => void {
    const watchers = this.#watchers.get(profileId);
    if (watchers === undefined) {
      this.#watchers.set(profileId, new Set([listener]));
      if (!this.#options.visibility.isHidden()) this.#start(profileId);
    } else {
      watchers.add(listener);
    }
    return () => {
      this.#unwatch(profileId, listener);
    };
  }

  #unwatch(profileId: string, listener: () => void): void {
    const watchers = this.#watchers.get(profileId);
    if (watchers?.delete(listener) !== true || watchers.size > 0) return;
    this.#watchers.delete(profileId);
    this.#samples.delete(profileId);
    if (!this.#options.visibility.isHidden()) this.#stop(profileId);
  }

  #start(profileId: string): void {
    const request = { profileId, intervalMilliseconds: STATISTICS_INTERVAL };
    void this.#options.client.call('watchStatistics', request).then((reply) => {
      if (reply.ok && reply.value.recent.length > 0) this.#take(profileId, reply.value.recent);
    });
  }

  #stop(profileId: string): void {
    void this.#options.client.call('unwatchStatistics', { profileId });
  }

  #take(profileId: string, samples: readonly ConnectionStatistics[]): void {
    if (!this.#watchers.has(profileId)) return;
    this.#samples.set(profileId, samples.slice(-MOST_SAMPLES));
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#options.schedule(() => {
      this.#isScheduled = false;
      for (const watchers of this.#watchers.values()) for (const listener of watchers) listener();
    });
  }
}
