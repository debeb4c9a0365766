import type {
  ConnectionState,
  FailureCause,
  HistoryEntry,
  Prompt,
  Stage,
  TunnelFacts,
} from '../../shared/connection.ts';
import type { Profile, TrustedCertificate } from '../../shared/profile.ts';
import { assertNever } from '../../shared/assert-never.ts';
import type { LogLevel } from '../log.ts';
import type {
  SessionCredentials,
  SessionEnd,
  SessionEvent,
  SessionOptions,
} from '../session/session-types.ts';

export type CertificateCause = Extract<FailureCause, { kind: 'certificate-unknown' | 'certificate-changed' }>;
export type CredentialsAsked = Extract<Prompt, { kind: 'credentials' }>['asks'];

/** What the user gave or the store kept, as long as it may serve another attempt. */
export type HeldCredentials =
  | {
      readonly kind: 'password';
      readonly userName: string;
      readonly password: string;
      /** The store has it already, or has been given it. */
      readonly isKept: boolean;
    }
  | {
      readonly kind: 'code';
      readonly userName: string;
      readonly code: string;
      /** Unix milliseconds. */
      readonly typedAt: number;
      /** It has left the machine, or may have. */
      readonly isSpent: boolean;
    }
  | { readonly kind: 'motp'; readonly userName: string; readonly secret: string; readonly pin: string };

/** Where the present run of attempts stands: from the user's "Connect" to the next rest. */
export interface Run {
  /** 1 for the first since "Connect", and for the first since a link was lost that had stood for a while. */
  readonly attempt: number;
  /** There has been a tunnel in this run: a lost link is worth another attempt. */
  readonly hadTunnel: boolean;
}

export type Phase =
  /** Disconnected, or failed. */
  | {
      readonly kind: 'resting';
      readonly failure: { readonly since: number; readonly cause: FailureCause } | undefined;
    }
  | { readonly kind: 'loading'; readonly load: number }
  | {
      readonly kind: 'asking';
      readonly asks: CredentialsAsked;
      readonly because: FailureCause | undefined;
      readonly run: Run;
    }
  | {
      readonly kind: 'attempting';
      readonly session: number;
      readonly stage: Stage;
      readonly startedAt: number;
      readonly secondStep: { readonly deadline: number; readonly refused: boolean } | undefined;
      readonly run: Run;
      /** The network has changed since it began: when it fails, the next one does not wait. */
      readonly isOutdated: boolean;
      /** It dials where the last tunnel ran, whatever the name says by now. */
      readonly dialsKnownAddress: boolean;
    }
  | { readonly kind: 'trusting'; readonly cause: CertificateCause; readonly run: Run }
  | {
      readonly kind: 'connected';
      readonly session: number;
      readonly since: number;
      readonly tunnel: TunnelFacts;
      /** As its attempt began. */
      readonly run: Run;
    }
  | {
      readonly kind: 'waiting';
      readonly retryAt: number;
      readonly because: FailureCause;
      readonly run: Run;
    }
  | {
      readonly kind: 'leaving';
      readonly session: number;
      /** When it was connected; where it never was, when it began. */
      readonly startedAt: number;
      readonly tunnel: TunnelFacts | undefined;
    }
  /** The user has ended it, and traffic is let pass again. */
  | { readonly kind: 'releasing' };

/** The whole of a connection's life. Holds secrets: it is never shown, `connectionState` is. */
export interface ConnectionModel {
  readonly profile: Profile;
  readonly phase: Phase;
  /** What the present run, or else the last one, is for. */
  readonly device: SessionOptions['device'];
  /** Numbers given out so far; what arrives under an older one is stale. */
  readonly sessions: number;
  readonly loads: number;
  readonly credentials: HeldCredentials | undefined;
  /** From the store: makes the difference between asking for a PIN and for a code. */
  readonly motpSecret: string | undefined;
  /** One-time codes that have been sent, newest last. */
  readonly spentCodes: readonly string[];
  /** The step of the generator's last code. */
  readonly spentCounter: number | undefined;
  /** The stored password was refused: ask before it is tried again. */
  readonly refusal: FailureCause | undefined;
  /** Unix milliseconds of refusals in a row. */
  readonly refusedAt: readonly number[];
  /** When the network last changed under the present tunnel, in Unix milliseconds. */
  readonly changedAt: number | undefined;
  /** Where the run's last tunnel ran, or the one whose network is held. */
  readonly routerAddress: string | undefined;
  /** This connection's last tunnel has left its device and routes, so that nothing leaves past it. */
  readonly isBlocking: boolean;
}

export interface StoredSecrets {
  readonly password: string | undefined;
  readonly motpSecret: string | undefined;
}

export type ConnectionEvent =
  | { readonly kind: 'connect'; readonly device: SessionOptions['device'] }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'profile-changed'; readonly profile: Profile }
  /** There is no way to have the device: nobody needs to be asked for anything. */
  | { readonly kind: 'device-refused'; readonly load: number; readonly cause: FailureCause }
  | { readonly kind: 'secrets-loaded'; readonly load: number; readonly secrets: StoredSecrets }
  | { readonly kind: 'credentials-submitted'; readonly userName: string; readonly secret: string }
  | { readonly kind: 'certificate-trusted' }
  | { readonly kind: 'second-step-submitted'; readonly code: string }
  | { readonly kind: 'prompt-dismissed' }
  | { readonly kind: 'retry-due' }
  /** The user would rather not wait. */
  | { readonly kind: 'retry-asked-for' }
  /** This machine's network is another than before, or it has slept. */
  | { readonly kind: 'network-changed' }
  /** Whether a network is held. All connections of a program hear of it. */
  | { readonly kind: 'blocking'; readonly isBlocking: boolean }
  /** The effect of that name is done. */
  | { readonly kind: 'network-released' }
  | { readonly kind: 'session-said'; readonly session: number; readonly event: SessionEvent }
  | {
      readonly kind: 'session-ended';
      readonly session: number;
      readonly end: SessionEnd;
      readonly receivedBytes: number;
      readonly sentBytes: number;
    };

export type ConnectionEffect =
  /** Mend what was left behind, find out whether the device can be had, then read the secrets. */
  | { readonly kind: 'prepare'; readonly load: number; readonly device: SessionOptions['device'] }
  /** Nobody wants it any more. */
  | { readonly kind: 'stop-preparing' }
  | {
      readonly kind: 'start-session';
      readonly session: number;
      readonly profile: Profile;
      readonly credentials: SessionCredentials;
      readonly device: SessionOptions['device'];
      /** Undefined: its name is looked up. */
      readonly knownAddress: string | undefined;
    }
  | { readonly kind: 'network-changed'; readonly session: number }
  | { readonly kind: 'release-network' }
  | { readonly kind: 'cancel-session'; readonly session: number }
  | { readonly kind: 'submit-second-step'; readonly session: number; readonly code: string }
  | { readonly kind: 'start-retry-timer'; readonly milliseconds: number }
  | { readonly kind: 'stop-retry-timer' }
  | { readonly kind: 'remember-certificate'; readonly trusted: TrustedCertificate }
  | { readonly kind: 'remember-user-name'; readonly userName: string }
  | { readonly kind: 'remember-password'; readonly password: string }
  | { readonly kind: 'record'; readonly entry: HistoryEntry }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly text: string };

export function initialModel(profile: Profile): ConnectionModel {
  return {
    profile,
    phase: { kind: 'resting', failure: undefined },
    device: 'tun',
    sessions: 0,
    loads: 0,
    credentials: undefined,
    motpSecret: undefined,
    spentCodes: [],
    spentCounter: undefined,
    refusal: undefined,
    refusedAt: [],
    changedAt: undefined,
    routerAddress: undefined,
    isBlocking: false,
  };
}

/** What everybody may see of the model. */
export function connectionState(model: ConnectionModel): ConnectionState {
  const state = stateOf(model);
  if (!model.isBlocking) return state;
  switch (state.state) {
    case 'disconnected':
    case 'disconnecting':
      return state;
    case 'connected':
      // A tunnel that has dropped this moment is about to say so itself.
      return state.tunnel.interfaceName === undefined ? { ...state, traffic: 'blocked' } : state;
    case 'prompting':
    case 'connecting':
    case 'waiting':
    case 'failed':
      return { ...state, traffic: 'blocked' };
    default:
      return assertNever(state);
  }
}

function stateOf({ phase, credentials, profile }: ConnectionModel): ConnectionState {
  switch (phase.kind) {
    case 'resting':
      return phase.failure === undefined ? { state: 'disconnected' } : { state: 'failed', ...phase.failure };
    case 'loading':
      return { state: 'connecting', stage: 'resolving', attempt: 1 };
    case 'asking': {
      const userName = credentials?.userName ?? profile.userName;
      const { asks, because } = phase;
      return { state: 'prompting', prompt: { kind: 'credentials', asks, userName, because } };
    }
    case 'attempting':
      return phase.secondStep === undefined
        ? { state: 'connecting', stage: phase.stage, attempt: phase.run.attempt }
        : { state: 'prompting', prompt: { kind: 'second-step', ...phase.secondStep } };
    case 'trusting':
      return { state: 'prompting', prompt: { kind: 'certificate', cause: phase.cause } };
    case 'connected':
      return { state: 'connected', since: phase.since, tunnel: phase.tunnel };
    case 'waiting':
      return {
        state: 'waiting',
        attempt: phase.run.attempt,
        retryAt: phase.retryAt,
        because: phase.because,
      };
    case 'leaving':
    case 'releasing':
      return { state: 'disconnecting' };
    default:
      return assertNever(phase);
  }
}
