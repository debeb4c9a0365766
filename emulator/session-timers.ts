import type { PppTimer } from '../shared/protocol/ppp-endpoint.ts';

export type SessionTimer = PppTimer | 'deadline' | 'linger' | 'fault';

/** A session's timers by name: at most one of each, none while the tunnel is quietly up. */
export class SessionTimers {
  readonly #running = new Map<SessionTimer, NodeJS.Timeout>();

  /** Starting a running one restarts it. */
  start(timer: SessionTimer, milliseconds: number, expired: () => void): void {
    this.stop(timer);
    this.#running.set(
      timer,
      setTimeout(() => {
        this.#running.delete(timer);
        expired();
      }, milliseconds),
    );
  }

  stop(timer: SessionTimer): void {
    clearTimeout(this.#running.get(timer));
    this.#running.delete(timer);
  }

  stopAll(): void {
    for (const timer of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }
}
