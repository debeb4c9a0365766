export interface NetworkEvents {
  /** How packets leave this machine has changed, or it has slept. */
  changed(): void;
  /** Some link, address or route is another one, also of a tunnel of ours; once for a burst of them. */
  stirred(): void;
}

/** Calls back until the returned function is called. */
export type WatchNetwork = (events: NetworkEvents) => () => void;
