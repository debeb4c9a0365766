/** Calls back after each change of this machine's network, and when it has slept, until the returned function is called. */
export type WatchNetwork = (changed: () => void) => () => void;
