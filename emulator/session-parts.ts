import type { AddressPool } from './address-pool.ts';
import type { BruteForceGuard } from './brute-force.ts';
import type { RouterConfig } from './config.ts';
import type { DialInUsers } from './dial-in-users.ts';
import type { Ipv6Network } from './ipv6-network.ts';
import type { Lan } from './lan/lan.ts';
import type { TotpRules } from './one-time-passwords.ts';
import type { SignIn } from './sign-in.ts';
import type { Syslog } from './syslog.ts';

/** What all tunnel sessions of a router share. */
export interface SessionParts {
  readonly config: RouterConfig;
  readonly users: DialInUsers;
  readonly signIn: SignIn;
  readonly totp: TotpRules;
  readonly bruteForce: BruteForceGuard;
  readonly addresses: AddressPool;
  /** Undefined: the router knows nothing of IPv6. */
  readonly ipv6: Ipv6Network | undefined;
  readonly lan: Lan | undefined;
  readonly syslog: Syslog;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly random: (length: number) => Uint8Array;
}

/** Why a session is over. */
export type SessionEnd =
  /** CLOSE frame or Terminate-Request. */
  | 'client-closed'
  /** Reset, or an end of stream without a word. */
  | 'client-vanished'
  | 'dropped'
  | 'replaced'
  | 'idle'
  | 'expired'
  | 'refused'
  | 'failed'
  | 'too-slow'
  | 'router-closing'
  | 'fault';
