import { type BruteForceGuard, countWrongLogin } from './brute-force.ts';
import type { SecondStep } from './lan/lan.ts';
import type { TotpRules } from './one-time-passwords.ts';
import { type Syslog, syslogLine } from './syslog.ts';

export interface SecondStepOptions {
  readonly userName: string;
  /** Base 32; undefined = the user has no second step. */
  readonly secret: string | undefined;
  /** The client's public address. */
  readonly address: string;
  readonly rules: TotpRules;
  /** Six digits are soon guessed: wrong codes count as wrong passwords do, and a blocked address is not heard. */
  readonly bruteForce: BruteForceGuard;
  readonly syslog: Syslog;
}

/** TOTP's second step of one session (protocol.md §4). */
export class TotpSecondStep implements SecondStep {
  readonly ifno: number;
  readonly #options: SecondStepOptions;
  #due: boolean;

  constructor(ifno: number, options: SecondStepOptions) {
    this.ifno = ifno;
    this.#options = options;
    this.#due = options.secret !== undefined && options.rules.isDue(options.address);
  }

  due(): boolean {
    return this.#due;
  }

  submit(otp: string): boolean {
    const { userName, secret, address, rules, bruteForce, syslog } = this.#options;
    if (!this.#due || secret === undefined) return true;
    if (bruteForce.blockedFor(address) > 0) {
      syslog.write(syslogLine.blocked(address));
      return false;
    }
    const accepted = rules.accept(userName, secret, address, otp);
    syslog.write(syslogLine.secondStep(userName, accepted));
    if (accepted) bruteForce.right(address);
    else countWrongLogin(address, bruteForce, syslog);
    this.#due = !accepted;
    return accepted;
  }
}
