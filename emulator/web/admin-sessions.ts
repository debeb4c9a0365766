import { createHmac, timingSafeEqual } from 'node:crypto';

/** An administrator who is logged in, in one browser. */
export interface AdminSession {
  readonly id: string;
  /** Shown once on the next page. */
  notice: string | undefined;
}

interface Held {
  readonly session: AdminSession;
  readonly since: number;
  seen: number;
}

const IDLE_MILLISECONDS = 30 * 60_000;
const LONGEST_MILLISECONDS = 12 * 3_600_000;
const MAXIMUM_SESSIONS = 100;

/** `__Host-`: browsers take it only over TLS, from this very host, for all paths (RFC 6265bis §4.1.3.2). */
const COOKIE = '__Host-vigor';
const ID = /^[A-Za-z0-9_-]{43}$/;

/**
 * Logins, in memory: a router that starts anew knows none. A browser that is not logged in has an id too,
 * which belongs to nobody and never becomes a login: logging in gives a new one.
 */
export class AdminSessions {
  readonly #held = new Map<string, Held>();
  readonly #clock: () => number;
  readonly #random: (length: number) => Uint8Array;
  readonly #key: Uint8Array;

  constructor(clock: () => number, random: (length: number) => Uint8Array) {
    this.#clock = clock;
    this.#random = random;
    this.#key = random(32);
  }

  /** Undefined = nobody is logged in under this id. Counts as use. */
  find(id: string | undefined): AdminSession | undefined {
    const held = id === undefined ? undefined : this.#held.get(id);
    if (held === undefined || !this.holds(held.session)) return undefined;
    held.seen = this.#clock();
    return held.session;
  }

  /** Whether this login still holds. To look does not count as use: a page that is left open logs out. */
  holds(session: AdminSession): boolean {
    const held = this.#held.get(session.id);
    if (held === undefined) return false;
    const now = this.#clock();
    if (now - held.seen <= IDLE_MILLISECONDS && now - held.since <= LONGEST_MILLISECONDS) return true;
    this.end(session);
    return false;
  }

  start(): AdminSession {
    const now = this.#clock();
    const session: AdminSession = { id: this.newId(), notice: undefined };
    this.#held.set(session.id, { session, since: now, seen: now });
    const [oldest] = this.#held.values();
    if (this.#held.size > MAXIMUM_SESSIONS && oldest !== undefined) this.end(oldest.session);
    return session;
  }

  end(session: AdminSession): void {
    this.#held.delete(session.id);
  }

  endAllBut(kept: AdminSession): void {
    for (const { session } of this.#held.values()) if (session !== kept) this.end(session);
  }

  newId(): string {
    return Buffer.from(this.#random(32)).toString('base64url');
  }

  /** The secret of this browser's forms: whoever cannot read our pages cannot know it. */
  formToken(id: string): string {
    return createHmac('sha256', this.#key).update(id).digest('base64url');
  }

  isFormToken(id: string, token: string): boolean {
    const expected = Buffer.from(this.formToken(id));
    const given = Buffer.from(token);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }
}

/** The id in a Cookie header (RFC 6265 §4.2.1); undefined when there is none that could be ours. */
export function cookieId(header: string | undefined): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const [name = '', value = ''] = pair.trim().split('=', 2);
    if (name === COOKIE && ID.test(value)) return value;
  }
  return undefined;
}

export function setCookie(id: string): string {
  return `${COOKIE}=${id}; Path=/; Secure; HttpOnly; SameSite=Strict`;
}
