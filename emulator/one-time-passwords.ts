import { decodeBase32 } from '../shared/otp/base32.ts';
import { motpCode, motpCounter } from '../shared/otp/motp.ts';
import { TOTP_STEP_SECONDS, hotpCode, totpCounter } from '../shared/otp/totp.ts';
import { AcceptedCounters } from './accepted-counters.ts';

/**
 * Which one-time passwords are accepted, and how often. A code is accepted within a window of steps
 * around the router's clock, and never at or below the last counter accepted from that user. One
 * exception: a client sends its mOTP code twice in one attempt, in the Basic header and then in PPP;
 * the second of these is let through once, in the same attempt only.
 */

export interface Motp {
  readonly pin: string;
  readonly secret: string;
}

/** One TCP connection's use of mOTP. */
export interface MotpAttempt {
  /** Accepted in the Basic header and not yet shown in PPP. */
  carried: { readonly userName: string; readonly counter: number } | undefined;
}

export interface MotpQuestion {
  readonly userName: string;
  readonly motp: Motp;
  readonly place: 'connect' | 'ppp';
  readonly attempt: MotpAttempt;
  /** Whether a candidate is what the peer sent: CHAP and MS-CHAP can only be asked this way. */
  readonly matches: (code: string) => boolean;
}

export class MotpRules {
  readonly #accepted: AcceptedCounters;
  readonly #windowSteps: number;
  readonly #clock: () => number;

  /** `windowSteps` to either side, of 10 s; `clock` gives Unix milliseconds. */
  constructor(windowSteps: number, clock: () => number, accepted = new AcceptedCounters()) {
    this.#windowSteps = windowSteps;
    this.#clock = clock;
    this.#accepted = accepted;
  }

  accept(question: MotpQuestion): boolean {
    const { userName, motp, place, attempt, matches } = question;
    const carried = attempt.carried;
    if (place === 'ppp' && carried?.userName === userName) {
      attempt.carried = undefined;
      if (matches(motpCode(carried.counter, motp.secret, motp.pin))) return true;
    }
    const counter = this.#find(motp, this.#accepted.last(userName), matches);
    if (counter === undefined) return false;
    this.#accepted.accept(userName, counter);
    if (place === 'connect') attempt.carried = { userName, counter };
    return true;
  }

  /** The work of refusing a code, for whoever has none: how long a refusal takes shall not tell who has. */
  refuse(matches: (code: string) => boolean): void {
    this.#find(NOBODYS, -1, matches);
  }

  /** Codes used up are compared too, so that every refusal is the same work. */
  #find(motp: Motp, last: number, matches: (code: string) => boolean): number | undefined {
    const now = motpCounter(this.#clock());
    for (let counter = now - this.#windowSteps; counter <= now + this.#windowSteps; counter += 1) {
      if (matches(motpCode(counter, motp.secret, motp.pin)) && counter > last) return counter;
    }
    return undefined;
  }
}

/** As long as a real one. */
const NOBODYS: Motp = { pin: '0000', secret: '0'.repeat(32) };

export class TotpRules {
  readonly #accepted: AcceptedCounters;
  /** `vpn mfa bypass`: public address → Unix milliseconds until which no code is asked. */
  readonly #bypass = new Map<string, number>();
  readonly #options: { readonly windowSteps: number; readonly bypassHours: number };
  readonly #clock: () => number;

  constructor(
    options: { readonly windowSteps: number; readonly bypassHours: number },
    clock: () => number,
    accepted = new AcceptedCounters(),
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#accepted = accepted;
  }

  /** Whether a session of this user from this public address owes a code. */
  isDue(address: string): boolean {
    const until = this.#bypass.get(address);
    if (until === undefined) return true;
    if (until > this.#clock()) return false;
    this.#bypass.delete(address);
    return true;
  }

  /** `secret` in Base 32. Accepted = the address is let off for the bypass time. */
  accept(userName: string, secret: string, address: string, otp: string): boolean {
    const key = decodeBase32(secret);
    if (!key.ok) return false;
    const now = totpCounter(this.#clock(), TOTP_STEP_SECONDS);
    const first = Math.max(now - this.#options.windowSteps, this.#accepted.last(userName) + 1);
    for (let counter = first; counter <= now + this.#options.windowSteps; counter += 1) {
      if (hotpCode(counter, key.value) === otp) {
        this.#accepted.accept(userName, counter);
        if (this.#options.bypassHours > 0) {
          this.#bypass.set(address, this.#clock() + this.#options.bypassHours * 3_600_000);
        }
        return true;
      }
    }
    return false;
  }
}
