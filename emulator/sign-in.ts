import { timingSafeEqual } from 'node:crypto';
import type { BruteForceGuard } from './brute-force.ts';
import type { DialInUser } from './dial-in-user.ts';
import type { DialInUsers } from './dial-in-users.ts';
import type { MotpAttempt, MotpRules } from './one-time-passwords.ts';
import { type Syslog, syslogLine } from './syslog.ts';

/** One TCP connection that wants in. */
export interface SignInAttempt {
  /** The client's public address. */
  readonly address: string;
  readonly motp: MotpAttempt;
}

export interface SignInQuestion {
  readonly userName: string;
  readonly place: 'connect' | 'ppp';
  readonly attempt: SignInAttempt;
  /** Whether a candidate is the password that the peer showed. */
  readonly matches: (password: string) => boolean;
}

export type SignInRefusal =
  | 'blocked'
  | 'unknown user'
  | 'account disabled'
  | 'SSL tunnel not allowed'
  | 'remote node'
  | 'wrong password'
  | 'already connected';

export type SignInOutcome =
  { readonly ok: true; readonly user: DialInUser } | { readonly ok: false; readonly reason: SignInRefusal };

/** Who may dial in, with which password: the same rules for the Basic header and for PPP. */
export class SignIn {
  readonly #users: DialInUsers;
  readonly #motp: MotpRules;
  readonly #bruteForce: BruteForceGuard;
  readonly #syslog: Syslog;

  constructor(parts: { users: DialInUsers; motp: MotpRules; bruteForce: BruteForceGuard; syslog: Syslog }) {
    this.#users = parts.users;
    this.#motp = parts.motp;
    this.#bruteForce = parts.bruteForce;
    this.#syslog = parts.syslog;
  }

  check(question: SignInQuestion): SignInOutcome {
    const outcome = this.#judge(question);
    if (!outcome.ok) this.refused(question.userName, question.attempt.address, outcome.reason);
    return outcome;
  }

  /** The attempt has passed every check there is: wrong logins before it are forgotten. */
  completed(address: string): void {
    this.#bruteForce.right(address);
  }

  refused(userName: string, address: string, reason: SignInRefusal): void {
    this.#syslog.write(syslogLine.refused(userName, address, reason));
    const guessed = reason === 'unknown user' || reason === 'wrong password';
    if (guessed && this.#bruteForce.wrong(address)) {
      const seconds = Math.ceil(this.#bruteForce.blockedFor(address) / 1000);
      this.#syslog.write(syslogLine.bruteForce(address, seconds));
    }
  }

  #judge(question: SignInQuestion): SignInOutcome {
    const { userName, attempt } = question;
    if (this.#bruteForce.blockedFor(attempt.address) > 0) return { ok: false, reason: 'blocked' };
    const user = this.#users.get(userName);
    if (user === undefined) return { ok: false, reason: 'unknown user' };
    // before the password: a one-time password must not be used up by a user who may not come in
    if (!user.enabled) return { ok: false, reason: 'account disabled' };
    if (!user.allowedTypes.includes('ssl')) return { ok: false, reason: 'SSL tunnel not allowed' };
    if (user.remoteNode !== undefined && user.remoteNode !== attempt.address) {
      return { ok: false, reason: 'remote node' };
    }
    return this.#isRight(user, question) ? { ok: true, user } : { ok: false, reason: 'wrong password' };
  }

  #isRight(user: DialInUser, question: SignInQuestion): boolean {
    if (user.motp === undefined) return question.matches(user.password);
    return this.#motp.accept({
      userName: user.userName,
      motp: user.motp,
      place: question.place,
      attempt: question.attempt.motp,
      matches: question.matches,
    });
  }
}

/** Compares without telling by its time how much was right. */
export function samePassword(one: string, other: string): boolean {
  const a = Buffer.from(one, 'utf8');
  const b = Buffer.from(other, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}
