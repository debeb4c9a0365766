import { assertNever } from '../shared/assert-never.ts';
import type { DialInUser } from './dial-in-user.ts';
import type { Verdict } from './ppp-authenticator.ts';
import type { SessionEnd, SessionParts } from './session-parts.ts';
import type { SignInAttempt, SignInOutcome, SignInRefusal } from './sign-in.ts';
import { syslogLine } from './syslog.ts';

export interface DialInOptions {
  readonly attempt: SignInAttempt;
  /** The user of the Basic header. */
  readonly connectUser: string | undefined;
  /** That user's other sessions that are up. */
  readonly sessionsOf: (userName: string) => readonly { destroy(why: SessionEnd): void }[];
  /** The user has signed in with another session, whether it is up already or not. */
  readonly isSignedIn: (userName: string) => boolean;
}

/** Who a session belongs to and which address it has: what PPP asks the router. */
export class DialIn {
  readonly #parts: SessionParts;
  readonly #options: DialInOptions;
  #user: DialInUser | undefined;
  #address: string | undefined;

  constructor(parts: SessionParts, options: DialInOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  get user(): DialInUser | undefined {
    return this.#user;
  }

  get address(): string | undefined {
    return this.#address;
  }

  /** `matches` compares a candidate with what came over PAP, CHAP or MS-CHAP. */
  authenticate(userName: string, matches: (password: string) => boolean): Verdict {
    const { signIn } = this.#parts;
    const { attempt } = this.#options;
    const outcome = this.#judge(userName, matches);
    if (!outcome.ok) return refusedBy(outcome.reason);
    if (this.#parts.config.whenAlreadyConnected === 'refuse' && this.#options.isSignedIn(userName)) {
      signIn.refused(userName, attempt.address, 'already connected');
      return refusedBy('already connected');
    }
    // who still owes a code may be guessing at it
    const owesCode = outcome.user.totp !== undefined && this.#parts.totp.isDue(attempt.address);
    if (!owesCode) signIn.completed(attempt.address);
    this.#user = outcome.user;
    return { ok: true };
  }

  /** A user's own address, else the one wished for where that may be, else the next of the range. */
  assignAddress(wished: string | undefined): string | undefined {
    const user = this.#user;
    if (user === undefined) return undefined;
    this.#address ??= user.staticAddress === undefined ? this.#fromPool(wished) : this.#static(user);
    if (this.#address === undefined) this.#parts.syslog.write(syslogLine.noAddress(user.userName));
    return this.#address;
  }

  /** The tunnel is up: others of the same user end when the configuration says so. */
  replaceOthers(): void {
    if (this.#user === undefined || this.#parts.config.whenAlreadyConnected !== 'replace') return;
    for (const other of this.#others(this.#user.userName)) other.destroy('replaced');
  }

  release(): void {
    if (this.#address !== undefined) this.#parts.addresses.release(this.#address);
    this.#address = undefined;
  }

  #judge(userName: string, matches: (password: string) => boolean): SignInOutcome {
    const { config, signIn } = this.#parts;
    const { attempt, connectUser } = this.#options;
    const sameUser = config.checkPasswordAt === 'ppp' || userName === connectUser;
    if (!sameUser) {
      signIn.refused(userName, attempt.address, 'wrong password');
      return { ok: false, reason: 'wrong password' };
    }
    if (config.checkPasswordAt !== 'connect') {
      return signIn.check({ userName, place: 'ppp', attempt, matches });
    }
    // checked in the Basic header; gone since then is gone
    const user = this.#parts.users.get(userName);
    if (user === undefined) return { ok: false, reason: 'unknown user' };
    signIn.show(user, { userName, place: 'ppp', attempt, matches });
    return { ok: true, user };
  }

  #others(userName: string): readonly { destroy(why: SessionEnd): void }[] {
    return this.#options.sessionsOf(userName);
  }

  #fromPool(wished: string | undefined): string | undefined {
    const { addresses, config } = this.#parts;
    const granted =
      wished === undefined || !config.ppp.grantWishedAddress ? undefined : addresses.takeWished(wished);
    return granted ?? addresses.take();
  }

  /** Whoever still holds it is the same user, whose earlier link the router has not yet missed. */
  #static(user: DialInUser): string | undefined {
    const { addresses } = this.#parts;
    if (user.staticAddress === undefined) return undefined;
    const free = addresses.takeStatic(user.staticAddress);
    if (free !== undefined) return free;
    for (const other of this.#others(user.userName)) other.destroy('replaced');
    return addresses.takeStatic(user.staticAddress);
  }
}

/** The words of a PAP Nak or CHAP Failure, and MS-CHAP's code: they do not tell a guesser which users there are. */
export function refusedBy(reason: SignInRefusal): Verdict {
  const message = 'Login incorrect';
  switch (reason) {
    case 'account disabled':
      return { ok: false, message, refusal: 'account-disabled' };
    case 'SSL tunnel not allowed':
    case 'remote node':
    case 'already connected':
      return { ok: false, message, refusal: 'no-dial-in-permission' };
    case 'blocked':
    case 'unknown user':
    case 'wrong password':
      return { ok: false, message };
    default:
      return assertNever(reason);
  }
}
