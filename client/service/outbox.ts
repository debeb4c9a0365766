import type { NotificationName, NotificationPayload } from '../../shared/contract.ts';
import type { Notify } from './audience.ts';

/** Messages handed to the transport and not yet gone. */
const MOST_IN_FLIGHT = 8;
/** Things that wait. More means that the window has stopped reading: it takes a new snapshot when it is back. */
const MOST_WAITING = 1000;
const MOST_WAITING_LOG_LINES = 1000;

/** `sent` is called once the transport has room again. */
export type SendNotification = (name: NotificationName, payload: unknown, sent: () => void) => void;

type Waiting = { readonly [Name in NotificationName]: Map<string, NotificationPayload<Name>> };

/** Two notifications with the same key: the newer one says it all. */
const KEYS: { readonly [Name in NotificationName]: (payload: NotificationPayload<Name>) => string } = {
  profiles: (change) => {
    switch (change.change) {
      case 'all':
        return '';
      case 'saved':
        return change.profile.id;
      case 'removed':
        return change.profileId;
    }
  },
  connection: ({ profileId }) => profileId,
  settings: () => '',
  problems: () => '',
  history: ({ entry }) => `${entry.profileId} ${entry.startedAt} ${entry.endedAt}`,
  historyCleared: ({ profileId }) => profileId,
  show: () => '',
  log: () => '',
  statistics: ({ profileId }) => profileId,
};

/**
 * The way to one window. While it does not keep up, what is outdated by something newer is left out
 * (of statistics and states the newest one counts), and everything that waits is bounded.
 */
export class Outbox {
  readonly #send: SendNotification;
  readonly #onStuck: () => void;
  readonly #waiting: Waiting = {
    profiles: new Map(),
    connection: new Map(),
    settings: new Map(),
    problems: new Map(),
    history: new Map(),
    historyCleared: new Map(),
    show: new Map(),
    log: new Map(),
    statistics: new Map(),
  };
  #inFlight = 0;
  #isStuck = false;

  /** `onStuck`: nothing more can wait, and nothing is sent from now on. */
  constructor(send: SendNotification, onStuck: () => void) {
    this.#send = send;
    this.#onStuck = onStuck;
  }

  readonly notify: Notify = (name, payload) => {
    if (this.#isStuck) return;
    this.#put(name, payload);
    this.#flush();
    if (this.#count() <= MOST_WAITING) return;
    this.#isStuck = true;
    for (const waiting of Object.values(this.#waiting)) waiting.clear();
    this.#onStuck();
  };

  #put<Name extends NotificationName>(name: Name, payload: NotificationPayload<Name>): void {
    const waiting: Map<string, NotificationPayload<Name>> = this.#waiting[name];
    const key = KEYS[name](payload);
    if ('lines' in payload) return this.#putLog(payload.lines);
    // The whole list leaves nothing of what was to be told one by one.
    if ('change' in payload && payload.change === 'all') waiting.clear();
    waiting.set(key, payload);
  }

  #putLog(lines: NotificationPayload<'log'>['lines']): void {
    const before = this.#waiting.log.get('')?.lines ?? [];
    this.#waiting.log.set('', { lines: [...before, ...lines].slice(-MOST_WAITING_LOG_LINES) });
  }

  #flush(): void {
    for (const name of ORDER) this.#flushSome(name);
  }

  #flushSome(name: NotificationName): void {
    const waiting = this.#waiting[name];
    for (const [key, payload] of waiting) {
      if (this.#inFlight >= MOST_IN_FLIGHT) return;
      waiting.delete(key);
      this.#inFlight += 1;
      this.#send(name, payload, this.#sent);
    }
  }

  readonly #sent = (): void => {
    this.#inFlight -= 1;
    this.#flush();
  };

  #count(): number {
    return ORDER.reduce((count, name) => count + this.#waiting[name].size, 0);
  }
}

/** What a person waits for goes first. */
const ORDER: readonly NotificationName[] = [
  'show',
  'connection',
  'profiles',
  'settings',
  'problems',
  'history',
  'historyCleared',
  'statistics',
  'log',
];
