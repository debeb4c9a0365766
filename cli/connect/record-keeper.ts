import type { ConnectionDependencies } from '../../client/connection/connection.ts';
import type { Store } from '../../client/store/store.ts';
import type { HistoryEntry } from '../../shared/connection.ts';
import { storeProblemText } from '../../shared/store-text.ts';

/**
 * Stands between a connection and the store: the connection does not wait for what it keeps, but the
 * program must before it ends, and it says aloud what could not be kept.
 */
export class RecordKeeper {
  readonly store: ConnectionDependencies['store'];
  readonly #pending = new Set<Promise<unknown>>();
  #lastTunnel: HistoryEntry | undefined;

  constructor(store: ConnectionDependencies['store'], warn: (message: string) => void) {
    const keep = <T extends Kept>(keeping: Promise<T>): Promise<T> => {
      const followed = keeping.then((kept) => {
        if (!kept.ok) warn(storeProblemText(kept.error));
        return kept;
      });
      this.#pending.add(followed);
      return followed;
    };
    this.store = {
      profiles: { change: (id, edit) => keep(store.profiles.change(id, edit)) },
      history: {
        append: (entry) => {
          // An attempt that came to nothing was no time connected.
          if (entry.address !== undefined) this.#lastTunnel = entry;
          return keep(store.history.append(entry));
        },
      },
    };
  }

  /** The last session that was connected, once it has ended. */
  get lastTunnel(): HistoryEntry | undefined {
    return this.#lastTunnel;
  }

  /** Resolves when everything so far is on the disk, or cannot be. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#pending);
  }
}

type Kept = Awaited<ReturnType<Store['profiles']['change']> | ReturnType<Store['history']['append']>>;
