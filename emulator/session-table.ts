import type { Slots } from './connection-management.ts';
import type { TunnelSession } from './tunnel-session.ts';

/** How often idle sessions and rates are looked at: one timer for all of them, none when there are none. */
const TICK_MILLISECONDS = 1000;

/** The tunnels that are there or coming up, by their number. */
export class SessionTable {
  readonly #slots: Slots;
  readonly #clock: () => number;
  readonly #tickMilliseconds: number;
  readonly #byNumber = new Map<number, TunnelSession>();
  #ticker: NodeJS.Timeout | undefined;

  constructor(slots: Slots, clock: () => number, tickMilliseconds: number = TICK_MILLISECONDS) {
    this.#slots = slots;
    this.#clock = clock;
    this.#tickMilliseconds = tickMilliseconds;
  }

  get left(): number {
    return this.#slots.left;
  }

  /** `create` gets the number; false = no number left. */
  add(create: (vpn: number, ended: () => void) => TunnelSession): boolean {
    const vpn = this.#slots.take();
    if (vpn === undefined) return false;
    const session = create(vpn, () => this.#remove(vpn));
    this.#byNumber.set(vpn, session);
    this.#ticker ??= setInterval(() => this.#tick(), this.#tickMilliseconds);
    session.start();
    return true;
  }

  get(vpn: number): TunnelSession | undefined {
    return this.#byNumber.get(vpn);
  }

  /** In the order of their numbers. */
  all(): TunnelSession[] {
    return [...this.#byNumber.values()].sort((a, b) => a.vpn - b.vpn);
  }

  /** Those that are up. */
  ofUser(userName: string): TunnelSession[] {
    return this.all().filter((session) => session.userName === userName);
  }

  /** Those of the user that are up, or will be: they have signed in. */
  signedIn(userName: string): TunnelSession[] {
    return this.all().filter((session) => session.signedIn === userName);
  }

  #remove(vpn: number): void {
    if (!this.#byNumber.delete(vpn)) return;
    this.#slots.release(vpn);
    if (this.#byNumber.size > 0) return;
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  #tick(): void {
    const now = this.#clock();
    for (const session of this.#byNumber.values()) session.tick(now);
  }
}
