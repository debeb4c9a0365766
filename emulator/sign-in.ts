import { timingSafeEqual } from 'node:crypto';
import { parseIpv6Address } from '../shared/ip/ipv6-address.ts';
import { sameBytes } from '../shared/protocol/options.ts';
import { type BruteForceGuard, countWrongLogin } from './brute-force.ts';
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

  /**
   * Has `matches` see the right password of a user who was checked before: by it MS-CHAPv2 makes the proof that the client
   * wants in turn.
   */
  show(user: DialInUser, question: SignInQuestion): void {
    this.#isRight(user, question);
  }

  /** The attempt has passed every check there is: wrong logins before it are forgotten. */
  completed(address: string): void {
    this.#bruteForce.right(address);
  }

  refused(userName: string, address: string, reason: SignInRefusal): void {
    this.#syslog.write(syslogLine.refused(userName, address, reason));
    const guessed = reason === 'unknown user' || reason === 'wrong password';
    if (guessed) countWrongLogin(address, this.#bruteForce, this.#syslog);
  }

  #judge(question: SignInQuestion): SignInOutcome {
    const { userName, attempt } = question;
    if (this.#bruteForce.blockedFor(attempt.address) > 0) return { ok: false, reason: 'blocked' };
    const user = this.#users.get(userName);
    // before the password: a one-time password must not be used up by a user who may not come in
    const mayNot = user === undefined ? 'unknown user' : whyNot(user, attempt.address);
    if (user === undefined || mayNot !== undefined) {
      question.matches(NOBODYS_PASSWORD);
      this.#motp.refuse(question.matches);
      return { ok: false, reason: mayNot ?? 'unknown user' };
    }
    return this.#isRight(user, question) ? { ok: true, user } : { ok: false, reason: 'wrong password' };
  }

  /** A refusal is the same work for all users, and for names that nobody has: one password and one window of codes. */
  #isRight(user: DialInUser, question: SignInQuestion): boolean {
    if (user.motp === undefined) {
      // A user who was given no password has none to guess.
      const isRight = question.matches(user.password) && user.password !== '';
      if (!isRight) this.#motp.refuse(question.matches);
      return isRight;
    }
    const isRight = this.#motp.accept({
      userName: user.userName,
      motp: user.motp,
      place: question.place,
      attempt: question.attempt.motp,
      matches: question.matches,
    });
    if (!isRight) question.matches(NOBODYS_PASSWORD);
    return isRight;
  }
}

const NOBODYS_PASSWORD = 'nobody';

function whyNot(user: DialInUser, address: string): SignInRefusal | undefined {
  if (!user.enabled) return 'account disabled';
  if (!user.allowedTypes.includes('ssl')) return 'SSL tunnel not allowed';
  return user.remoteNode === undefined || isSameAddress(user.remoteNode, address) ? undefined : 'remote node';
}

/** An IPv6 address may be written in many ways. */
function isSameAddress(one: string, other: string): boolean {
  if (one === other) return true;
  const [first, second] = [parseIpv6Address(one), parseIpv6Address(other)];
  return first !== undefined && second !== undefined && sameBytes(first, second);
}

/** Compares without telling by its time how much was right. */
export function samePassword(one: string, other: string): boolean {
  const a = Buffer.from(one, 'utf8');
  const b = Buffer.from(other, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}
