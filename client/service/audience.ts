import { outgoingNotification } from '../../shared/contract/contract-server.ts';
import type { NotificationName, NotificationPayload } from '../../shared/contract.ts';

/** Hands a notification to a window. Must not throw and must not wait. */
export type Notify = <Name extends NotificationName>(name: Name, payload: NotificationPayload<Name>) => void;

/** One window, one browser's socket: who calls, who is told, and what it watches. */
export class Peer {
  readonly notify: Notify;
  readonly #watches = new Map<string, () => void>();
  readonly #leave: (peer: Peer) => void;

  constructor(notify: Notify, leave: (peer: Peer) => void) {
    this.notify = notify;
    this.#leave = leave;
  }

  /** `end` is called when the watch is replaced or ended, and with the peer at the latest. */
  watch(key: string, end: () => void): void {
    this.unwatch(key);
    this.#watches.set(key, end);
  }

  unwatch(key: string): void {
    this.#watches.get(key)?.();
    this.#watches.delete(key);
  }

  /** It is gone: nothing runs for it any more. Idempotent. */
  close(): void {
    for (const end of this.#watches.values()) end();
    this.#watches.clear();
    this.#leave(this);
  }
}

/** All windows. What is wrong with a notification is a fault of ours, told to `onFault` and to nobody else. */
export class Audience {
  readonly #peers = new Set<Peer>();
  readonly #onFault: (name: NotificationName, fault: unknown) => void;

  constructor(onFault: (name: NotificationName, fault: unknown) => void) {
    this.#onFault = onFault;
  }

  attach(notify: Notify): Peer {
    const peer = new Peer(notify, (gone) => this.#peers.delete(gone));
    this.#peers.add(peer);
    return peer;
  }

  tell<Name extends NotificationName>(name: Name, payload: NotificationPayload<Name>): void {
    this.tellSome(this.#peers, name, payload);
  }

  /** Parsed once, however many they are. */
  tellSome<Name extends NotificationName>(
    peers: Iterable<Peer>,
    name: Name,
    payload: NotificationPayload<Name>,
  ): void {
    const outgoing = outgoingNotification(name, payload, this.#onFault);
    if (outgoing === undefined) return;
    for (const peer of peers) peer.notify(name, outgoing);
  }

  /** Ends all watches; nobody is told anything from now on. */
  close(): void {
    for (const peer of this.#peers) peer.close();
  }
}
