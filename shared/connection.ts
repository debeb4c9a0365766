import type { ProtocolErrorCode } from './protocol/protocol-error.ts';

/** The stages of one attempt, in their order. Each has a deadline of its own. */
export const STAGES = [
  'resolving', // the server's name → addresses
  'connecting', // TCP
  'securing', // TLS and the certificate
  'requesting', // HTTP CONNECT
  'negotiating', // LCP
  'signing-in', // PAP, CHAP or MS-CHAP
  'addressing', // IPCP
  'second-step', // TOTP inside the tunnel
  'configuring', // device, routes, DNS
] as const;
export type Stage = (typeof STAGES)[number];

/** What a certificate tells a person who must decide whether to trust it. */
export interface CertificateFacts {
  /** SHA-256 of the whole certificate, upper-case hex with colons: what a router's page shows. */
  readonly fingerprint: string;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex: what a profile pins. */
  readonly publicKeySha256: string;
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and IP addresses it is made out to. */
  readonly names: readonly string[];
  /** ISO 8601. */
  readonly validFrom: string;
  readonly validTo: string;
}

/** Why no certificate authority of this machine vouches for the certificate. */
export type CertificateProblem =
  'self-signed' | 'unknown-authority' | 'expired' | 'not-yet-valid' | 'wrong-name' | 'invalid';

/** What a tunnel's device needs of this machine. */
export const DEVICE_NEEDS = [
  'privilege',
  'tun-device',
  'iproute2',
  'platform',
  'network-manager-permission', // NetworkManager runs, but this user may make no connections
  'managed-device', // NetworkManager was told to leave such devices alone
] as const;
export type DeviceNeed = (typeof DEVICE_NEEDS)[number];

/** Why a router lets nobody in under a name, whatever the password (RFC 2759 §6). */
export const ACCOUNT_PROBLEMS = [
  'account-disabled',
  'password-expired',
  'outside-permitted-hours',
  'no-dial-in-permission',
] as const;
export type AccountProblem = (typeof ACCOUNT_PROBLEMS)[number];

/** Why a connection could not be made or ended by itself. Every surface words it from here. */
export type FailureCause =
  /** No link of this machine leads anywhere. */
  | { readonly kind: 'no-network' }
  | { readonly kind: 'name-not-found'; readonly host: string }
  | { readonly kind: 'network-unreachable'; readonly host: string }
  | { readonly kind: 'connection-refused'; readonly host: string; readonly port: number }
  | { readonly kind: 'timed-out'; readonly stage: Stage; readonly seconds: number }
  /** `reason` is OpenSSL's own code, for example ERR_SSL_UNSUPPORTED_PROTOCOL. */
  | {
      readonly kind: 'tls-failed';
      readonly reason: string;
      readonly needs: 'legacy-renegotiation' | 'older-tls' | undefined;
    }
  | {
      readonly kind: 'certificate-unknown';
      readonly certificate: CertificateFacts;
      readonly problem: CertificateProblem;
    }
  | {
      readonly kind: 'certificate-changed';
      readonly certificate: CertificateFacts;
      readonly trustedPublicKeySha256: string;
    }
  /** Something answered, but not as a DrayTek SSL VPN does. `evidence` is what it looked like. */
  | {
      readonly kind: 'not-draytek-ssl-vpn';
      readonly evidence:
        | { readonly looksLike: 'web-server'; readonly status: number }
        | { readonly looksLike: 'no-tls'; readonly protocol: 'ssh' | 'http' | 'other' }
        | { readonly looksLike: 'other' };
    }
  /**
   * What answers at the router's address leads web browsers elsewhere, as networks do that want a sign-in first
   * (RFC 8910). `page` is the host it leads to, when it says so.
   */
  | { readonly kind: 'captive-portal'; readonly page: string | undefined }
  /** `because`: what the router says besides. Only MS-CHAP has words for it. */
  | { readonly kind: 'credentials-refused'; readonly because?: AccountProblem | undefined }
  /** `clockDifferenceSeconds` = router's clock minus ours, known when its answer carried a Date. */
  | {
      readonly kind: 'code-refused';
      readonly code: 'motp' | 'totp';
      readonly clockDifferenceSeconds: number | undefined;
    }
  | { readonly kind: 'locked-out'; readonly retryAfterSeconds: number | undefined }
  | { readonly kind: 'no-address'; readonly reason: 'pool-exhausted' | 'static-refused' | 'unusable' }
  | {
      readonly kind: 'device-not-permitted';
      readonly missing: DeviceNeed;
    }
  /** Routes, DNS or the device could not be set up although we are permitted to. */
  | { readonly kind: 'network-setup-failed'; readonly step: string; readonly detail: string }
  | { readonly kind: 'protocol-error'; readonly code: ProtocolErrorCode; readonly detail: string }
  | { readonly kind: 'router-closed'; readonly when: Stage | 'connected' }
  | { readonly kind: 'peer-silent'; readonly seconds: number }
  /** The TCP connection broke: reset, or the network went away. */
  | { readonly kind: 'link-lost'; readonly reason: string }
  | { readonly kind: 'unsupported-server-type'; readonly serverType: string }
  /** A fault of ours, caught at the boundary. */
  | { readonly kind: 'internal'; readonly detail: string };

export type FailureKind = FailureCause['kind'];

/** What the DNS servers of a tunnel are asked. */
export const DNS_USES = [
  'every-name',
  /** Names of the profile's search domains; all others where they were asked before. */
  'search-domains',
  /** Nothing: only some networks go through the tunnel, and the profile says no domains of theirs. */
  'no-search-domains',
  /** Nothing: this system cannot ask for some names here and for others there. */
  'not-separable',
] as const;
export type DnsUse = (typeof DNS_USES)[number];

/** The tunnel as it stands once addresses are known. */
export interface TunnelFacts {
  /** Undefined when signed in without a device ("Test connection"). */
  readonly interfaceName: string | undefined;
  readonly address: string;
  /** Undefined: the tunnel carries no IPv6. */
  readonly address6?: string | undefined;
  /** The router's address inside the tunnel. */
  readonly gateway: string;
  readonly dns: readonly string[];
  /** Undefined without servers or without a device. */
  readonly dnsUse?: DnsUse | undefined;
  readonly mtu: number;
  /** For example "TLSv1.3 TLS_AES_256_GCM_SHA384". */
  readonly cipher: string;
  /** The router's public address that the tunnel runs over. */
  readonly routerAddress: string;
  readonly authentication: 'PAP' | 'CHAP' | 'MS-CHAP' | 'MS-CHAPv2';
}

/** What the user is asked before the connection can go on. */
export type Prompt =
  | {
      readonly kind: 'credentials';
      /** What is to be typed: an account's password, a token's code, or the built-in generator's PIN. */
      readonly asks: 'password' | 'motp-code' | 'motp-pin';
      readonly userName: string;
      /** Why it is asked again, when it is. */
      readonly because: FailureCause | undefined;
    }
  | {
      readonly kind: 'certificate';
      readonly cause: Extract<FailureCause, { kind: 'certificate-unknown' | 'certificate-changed' }>;
    }
  | {
      readonly kind: 'second-step';
      /** Unix milliseconds at which the attempt ends if no code has come. */
      readonly deadline: number;
      /** The router refused the code before this one. */
      readonly refused: boolean;
    };

/**
 * `blocked`: the tunnel has dropped, and what should go through it goes nowhere (`advanced.blockWhenDown`). No failure
 * ends that: the next tunnel does, or the user.
 */
export type Traffic = 'blocked';

/** Of one connection of one profile. Times are Unix milliseconds. */
export type ConnectionState =
  | { readonly state: 'disconnected' }
  | { readonly state: 'prompting'; readonly prompt: Prompt; readonly traffic?: Traffic | undefined }
  | {
      readonly state: 'connecting';
      readonly stage: Stage;
      readonly attempt: number;
      readonly traffic?: Traffic | undefined;
    }
  | {
      readonly state: 'connected';
      readonly since: number;
      readonly tunnel: TunnelFacts;
      /** Of a test, which makes no device. */
      readonly traffic?: Traffic | undefined;
    }
  | {
      readonly state: 'waiting';
      readonly attempt: number;
      readonly retryAt: number;
      readonly because: FailureCause;
      readonly traffic?: Traffic | undefined;
    }
  | { readonly state: 'disconnecting' }
  | {
      readonly state: 'failed';
      readonly since: number;
      readonly cause: FailureCause;
      readonly traffic?: Traffic | undefined;
    };

/** Sums since the tunnel came up; frames' headers not counted. */
export interface TrafficCounters {
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receivedPackets: number;
  readonly sentPackets: number;
}

export const NO_TRAFFIC: TrafficCounters = {
  receivedBytes: 0,
  sentBytes: 0,
  receivedPackets: 0,
  sentPackets: 0,
};

export interface ConnectionStatistics extends TrafficCounters {
  /** Unix milliseconds of this sample. */
  readonly at: number;
  /** Bits per second over the last interval, and the highest so far. */
  readonly receiveRate: number;
  readonly sendRate: number;
  readonly peakReceiveRate: number;
  readonly peakSendRate: number;
  /** Milliseconds to the router through the tunnel; undefined until measured. */
  readonly roundTrip: number | undefined;
}

/** One line of the session history. */
export interface HistoryEntry {
  readonly profileId: string;
  readonly profileName: string;
  /** Unix milliseconds: since when it was connected; without an `address` it never was, and this is when it was tried. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly address: string | undefined;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** `user` = ended by the user; else the cause. */
  readonly end: 'user' | FailureKind;
}

/** Predicates that buttons, tray and command line share. */
export function isBlocked(state: ConnectionState): boolean {
  return 'traffic' in state && state.traffic === 'blocked';
}

export function mayConnect(state: ConnectionState): boolean {
  return state.state === 'disconnected' || state.state === 'failed';
}

/** Nothing of it is left on this machine. */
export function isOver(state: ConnectionState): boolean {
  return mayConnect(state) && !isBlocked(state);
}

/** Milliseconds for which the router takes no sign-in from here; 0 also where it has not said for how long. */
export function lockedOutFor(state: ConnectionState, now: number): number {
  if (state.state !== 'failed' || state.cause.kind !== 'locked-out') return 0;
  const whole = (state.cause.retryAfterSeconds ?? 0) * 1000;
  // A clock that was set back makes no wait longer.
  return Math.min(whole, Math.max(0, state.since + whole - now));
}

/** There is a wait to be cut short. */
export function mayRetry(state: ConnectionState): boolean {
  return state.state === 'waiting';
}

/** Also after a failure, when it has left traffic blocked. */
export function mayDisconnect(state: ConnectionState): boolean {
  return !isOver(state) && state.state !== 'disconnecting';
}
