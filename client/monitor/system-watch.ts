import type { Logger } from '../log.ts';
import { watchLinks } from './link-events.ts';
import { networkSnapshot } from './network-snapshot.ts';
import { watchSleep } from './sleep-events.ts';
import type { NetworkEvents, WatchNetwork } from './watch-network.ts';

/** Changes come in bursts: an address, its routes, the default route. They are looked at when it has been quiet this long. */
const QUIET_MILLISECONDS = 150;
/** A burst without an end is looked at all the same. */
const LONGEST_BURST_MILLISECONDS = 1000;

/** This machine's network and its sleep: one way for all, with NetworkManager and without, as the kernel tells it. */
export function systemWatch(log: Logger): WatchNetwork {
  return (events) => {
    if (process.platform !== 'linux') return () => undefined;
    const watch = new NetworkWatch(events, log);
    const links = watchLinks(() => watch.burst());
    if (!links.ok) log.warn(`Changes of the network are not noticed: ${links.error}`);
    const stopSleep = watchSleep(
      () => {
        log.info('The computer has slept');
        events.changed();
      },
      (text) => log.debug(text),
    );
    return () => {
      watch.close();
      if (links.ok) links.value();
      stopSleep();
    };
  };
}

class NetworkWatch {
  readonly #events: NetworkEvents;
  readonly #log: Logger;
  #last: Promise<string> = networkSnapshot();
  #timer: NodeJS.Timeout | undefined;
  #burstSince: number | undefined;
  #isClosed = false;

  constructor(events: NetworkEvents, log: Logger) {
    this.#events = events;
    this.#log = log;
  }

  burst(): void {
    const now = performance.now();
    this.#burstSince ??= now;
    const longest = this.#burstSince + LONGEST_BURST_MILLISECONDS - now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#burstSince = undefined;
        void this.#look();
      },
      Math.max(0, Math.min(QUIET_MILLISECONDS, longest)),
    );
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    this.#events.stirred();
    const before = this.#last;
    this.#last = networkSnapshot();
    if ((await this.#last) === (await before) || this.#isClosed) return;
    this.#log.info('The network of this computer has changed');
    this.#events.changed();
  }
}
