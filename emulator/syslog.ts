/**
 * The router's log in the router's own words, the last lines of it. Words and brackets of the
 * `[SSLTunnel]` and `PPP Drop VPN` lines are those of DrayOS; those of refusals are ours.
 */
export const syslogLine = {
  dialIn: () => '[SSLTunnel] Dial-in protocol version 0.',
  up: (userName: string) => `[H2L][UP][SSLTunnel][@${userName}]`,
  down: (userName: string) => `[H2L][DOWN][SSLTunnel][@${userName}]`,
  drop: (userName: string, ifno: number) =>
    `PPP Drop VPN : Remote Dial-in User, Name = ${userName}, ifno=${ifno}`,
  refused: (userName: string, address: string, reason: string) =>
    `[SSLTunnel] Login refused: user ${atMost64(userName)} from ${address}, ${reason}`,
  bruteForce: (address: string, seconds: number) =>
    `[BFP] Brute force protection: ${address} blocked for ${seconds} seconds`,
  blocked: (address: string) => `[BFP] Connection from blocked address ${address} refused`,
  noAddress: (userName: string) => `[SSLTunnel] No IP address left for ${userName}`,
  sessionLimit: (address: string) => `[SSLTunnel] Session limit reached, ${address} refused`,
  idle: (userName: string) => `[SSLTunnel] Idle timeout, user ${userName}`,
  protocolError: (userName: string, code: string) =>
    `[SSLTunnel] Protocol error (${code}), user ${atMost64(userName)}`,
  secondStep: (userName: string, accepted: boolean) =>
    `[MFA] One-time password of ${userName} ${accepted ? 'accepted' : 'rejected'}`,
  administrator: (address: string, accepted: boolean) =>
    `[WEB] Administrator login from ${address} ${accepted ? 'accepted' : 'refused'}`,
  changed: (what: string) => `[WEB] ${what}`,
} as const;

export interface SyslogEntry {
  /** Counts from 1 on, without gaps. */
  readonly number: number;
  /** Unix milliseconds. */
  readonly at: number;
  readonly text: string;
}

/** Users' names are no longer. What a stranger sends as one may be as long as a head. */
function atMost64(userName: string): string {
  return userName.length > 64 ? `${userName.slice(0, 64)}…` : userName;
}

/** What steers text: in a name from the network it must neither forge a second line nor turn one around. */
const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export class Syslog {
  readonly #entries: SyslogEntry[] = [];
  readonly #listeners = new Set<(line: string, entry: SyslogEntry) => void>();
  readonly #maximumLines: number;
  readonly #clock: () => number;
  #written = 0;

  constructor(maximumLines: number, clock: () => number = Date.now) {
    this.#maximumLines = maximumLines;
    this.#clock = clock;
  }

  write(text: string): void {
    const line = text.replace(CONTROL, '?');
    this.#written += 1;
    const entry = { number: this.#written, at: this.#clock(), text: line };
    this.#entries.push(entry);
    // a quarter at a time, so that a full log does not move all its lines for each new one
    if (this.#entries.length > this.#maximumLines * 1.25) {
      this.#entries.splice(0, this.#entries.length - this.#maximumLines);
    }
    for (const listener of this.#listeners) listener(line, entry);
  }

  /** Oldest first. */
  lines(): string[] {
    return this.entries().map(({ text }) => text);
  }

  /** Oldest first. */
  entries(): SyslogEntry[] {
    return this.#entries.slice(-this.#maximumLines);
  }

  /** Returns the unsubscription. */
  subscribe(listener: (line: string, entry: SyslogEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
