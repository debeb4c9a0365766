import { type Syslog, syslogLine } from './syslog.ts';

/**
 * Brute Force Protection (protocol.md §5): a *source address* with too many wrong logins in a row is
 * blocked for a penalty time, whatever it sends meanwhile. A right login forgets the wrong ones.
 */
export interface BruteForceRules {
  /** Wrong logins in a row that lead to the penalty; 0 = protection off. */
  readonly attempts: number;
  readonly penaltySeconds: number;
}

interface Offender {
  wrong: number;
  blockedUntil: number;
}

/** An address that tries once and is never seen again must not stay for ever. */
const MAXIMUM_ADDRESSES = 10_000;

export class BruteForceGuard {
  readonly #offenders = new Map<string, Offender>();
  readonly #rules: BruteForceRules;
  readonly #clock: () => number;

  /** `clock` gives Unix milliseconds. */
  constructor(rules: BruteForceRules, clock: () => number) {
    this.#rules = rules;
    this.#clock = clock;
  }

  /** Milliseconds for which the address stays blocked; 0 = it may try. */
  blockedFor(address: string): number {
    const offender = this.#offenders.get(address);
    return offender === undefined ? 0 : Math.max(0, offender.blockedUntil - this.#clock());
  }

  /** Counts a wrong login. True = this one led to the penalty. */
  wrong(address: string): boolean {
    if (this.#rules.attempts === 0) return false;
    const now = this.#clock();
    const offender = this.#offenders.get(address) ?? { wrong: 0, blockedUntil: 0 };
    // put last again: the one evicted is the one not seen for longest
    this.#offenders.delete(address);
    this.#offenders.set(address, offender);
    this.#evict();
    if (offender.blockedUntil > now) return false;
    // a penalty served wipes the slate
    if (offender.blockedUntil > 0) {
      offender.wrong = 0;
      offender.blockedUntil = 0;
    }
    offender.wrong += 1;
    if (offender.wrong < this.#rules.attempts) return false;
    offender.blockedUntil = now + this.#rules.penaltySeconds * 1000;
    return true;
  }

  right(address: string): void {
    this.#offenders.delete(address);
  }

  #evict(): void {
    if (this.#offenders.size <= MAXIMUM_ADDRESSES) return;
    const [oldest] = this.#offenders.keys();
    if (oldest !== undefined) this.#offenders.delete(oldest);
  }
}

/** Counts a wrong login, and logs the penalty that it may lead to. */
export function countWrongLogin(address: string, guard: BruteForceGuard, syslog: Syslog): void {
  if (!guard.wrong(address)) return;
  syslog.write(syslogLine.bruteForce(address, Math.ceil(guard.blockedFor(address) / 1000)));
}
