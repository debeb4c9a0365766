import type { FailureCause, Stage, TrafficCounters, TunnelFacts } from '../../shared/connection.ts';
import type { AdvancedOptions, IpProperty } from '../../shared/profile.ts';
import type { Logger } from '../log.ts';
import type { HoldingNetwork } from '../network/holding-network.ts';

/** What the attempt proves itself with. */
export type SessionCredentials =
  | { readonly kind: 'password'; readonly userName: string; readonly password: string }
  /** A one-time password typed by the user. */
  | { readonly kind: 'code'; readonly userName: string; readonly code: string }
  /**
   * The built-in generator: the code is computed when it is sent. Steps before `notBeforeCounter` are
   * spent; the attempt waits for that step.
   */
  | {
      readonly kind: 'motp';
      readonly userName: string;
      readonly secret: string;
      readonly pin: string;
      readonly notBeforeCounter: number;
    };

/** Everything an attempt needs, as plain data: a session may run in another thread or process. */
export interface SessionOptions {
  readonly server: string;
  readonly port: number;
  /** Known from before: no name is asked for. */
  readonly addresses?: readonly string[];
  readonly credentials: SessionCredentials;
  readonly tls: {
    readonly verify: boolean;
    readonly trustedPublicKeySha256: string | undefined;
    readonly minimumTls: '1.2' | '1.3';
    readonly legacyRenegotiation: boolean;
  };
  readonly ip: IpProperty;
  readonly advanced: AdvancedOptions;
  /** Ask the router whether a second code is due (TOTP inside the tunnel). */
  readonly secondStep: boolean;
  /** `none`: sign in, get an address, and move no packets of the system's ("Test connection"). */
  readonly device: 'tun' | 'none';
  /** Milliseconds; the others as in `DEADLINES`. */
  readonly deadlines?: Partial<Record<Stage, number>>;
}

export type SessionEvent =
  | { readonly kind: 'stage'; readonly stage: Stage }
  /** Just before the first byte of them leaves: a one-time code is spent from now on. */
  | { readonly kind: 'credentials-sent'; readonly motpCounter: number | undefined }
  /** The router wants a second code. `deadline` in Unix milliseconds. */
  | { readonly kind: 'second-step'; readonly deadline: number; readonly refused: boolean }
  | { readonly kind: 'connected'; readonly tunnel: TunnelFacts }
  | { readonly kind: 'round-trip'; readonly milliseconds: number };

export type SessionEnd =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly cause: FailureCause; readonly wasConnected: boolean };

export interface Session {
  /** Resolves once, when nothing of the session is left; never rejects. */
  readonly ended: Promise<SessionEnd>;
  /** Resolves with `ended`. */
  cancel(): Promise<void>;
  submitSecondStep(code: string): void;
  /**
   * This machine's network is another than before, or it has slept. A standing tunnel is tried, and ends within
   * seconds when it is dead. An attempt that has sent nothing yet ends at once, to be made anew.
   */
  networkChanged(): void;
  counters(): TrafficCounters;
  /** Milliseconds to the router through the tunnel; undefined when no answer came. */
  measureRoundTrip(): Promise<number | undefined>;
}

export interface SessionDependencies {
  /** Undefined: this platform cannot set up devices and routes. */
  readonly network: HoldingNetwork | undefined;
  readonly log: Logger;
}

export type StartSession = (
  options: SessionOptions,
  dependencies: SessionDependencies,
  listener: (event: SessionEvent) => void,
) => Session;
