import type { FailureCause, FailureKind, Stage } from '../../shared/connection.ts';
import type { CertificateCause } from './model.ts';

const FIRST_DELAY_MILLISECONDS = 1000;
const LONGEST_DELAY_MILLISECONDS = 60_000;

/**
 * Milliseconds before attempt number `attempt` (1 = the first after the loss): doubling from a
 * second to a minute, of which `random` in [0, 1) takes away up to half, so that a router that comes
 * back is not met by all its clients at once.
 */
export function retryDelay(attempt: number, random: number): number {
  const full = Math.min(LONGEST_DELAY_MILLISECONDS, FIRST_DELAY_MILLISECONDS * 2 ** (attempt - 1));
  return Math.round(full * (1 - random / 2));
}

/** What a failure's meaning depends on, besides itself. */
export interface Circumstances {
  /** The connection has stood since the user asked for it. */
  readonly hadTunnel: boolean;
  /** It was a standing tunnel that failed, not an attempt to make one. */
  readonly wasStanding: boolean;
  /** Traffic is blocked until there is a tunnel again. */
  readonly isBlocking: boolean;
  /** What failed dialled where the last tunnel ran, and the name may lead elsewhere by now: to be asked next. */
  readonly mayHaveMoved: boolean;
}

/** Whether another attempt may go better. What the network did may pass; what the router or the machine said on purpose will not. */
export function isWorthAnother(cause: FailureCause, circumstances: Circumstances): boolean {
  const { hadTunnel, wasStanding, isBlocking, mayHaveMoved } = circumstances;
  // Whoever is in between must not be able to end a blocked connection's attempts by a wrong answer.
  const isUnproven = mayHaveMoved || isBlocking;
  return (
    mayPass(cause) ||
    (mayHaveMoved && isAboutCertificate(cause)) ||
    (isUnproven && mayBeAnotherHost(cause)) ||
    (hadTunnel && mayBePermittedAgain(cause)) ||
    (hadTunnel && !wasStanding && mayBeSetUpAgain(cause))
  );
}

export function isAboutCertificate(cause: FailureCause): cause is CertificateCause {
  return cause.kind === 'certificate-unknown' || cause.kind === 'certificate-changed';
}

/**
 * A router that said goodbye (CLOSE frame or Terminate-Request) to a standing tunnel did so on purpose:
 * idle timeout, an administrator's "Drop", a disabled account. Dialling again would make the idle
 * timeout meaningless and fight the administrator, so the connection ends and says why. A tunnel that
 * ends without goodbye (a router that restarts, a firewall in between) arrives here as `link-lost`. While
 * reconnecting, a router that closes early is one that is still starting.
 */
function mayPass(cause: FailureCause): boolean {
  switch (cause.kind) {
    case 'link-lost':
    case 'peer-silent':
    case 'name-not-found':
    case 'no-network':
    case 'network-unreachable':
    // Until the user has signed in to the network, or has moved on.
    case 'captive-portal':
    case 'connection-refused':
      return true;
    case 'timed-out':
      // A code that nobody gave: the next sign-in would only ask for another one, all night, and may lock the account.
      return cause.stage !== 'second-step';
    case 'router-closed':
      return cause.when !== 'connected';
    case 'protocol-error':
      // The stream ended without goodbye, only not between two frames.
      return cause.code === 'truncated-stream';
    default:
      return false;
  }
}

/** What anybody can answer who is not the router: no certificate was shown that was good. */
function mayBeAnotherHost(cause: FailureCause): boolean {
  return cause.kind === 'tls-failed' || cause.kind === 'not-draytek-ssl-vpn';
}

/**
 * The device was refused to a connection that had one: NetworkManager is started again just now (for an update), or its
 * user has left the screen for another one's login.
 */
function mayBePermittedAgain(cause: FailureCause): boolean {
  return (
    cause.kind === 'device-not-permitted' &&
    (cause.missing === 'privilege' || cause.missing === 'network-manager-permission')
  );
}

/**
 * This machine could not be set up for a connection that it was set up for before: what manages its network or names is
 * busy or just starting. Of a standing tunnel it means that somebody has removed the device, which is not to be undone.
 */
function mayBeSetUpAgain(cause: FailureCause): boolean {
  return cause.kind === 'network-setup-failed';
}

/** A refusal longer ago does not count towards a lock. */
const REFUSALS_HOLD_MILLISECONDS = 30 * 60_000;
/** Fewer wrong logins lock nobody out: DrayTek's example is 5, and other clients of the same address count too. */
const REFUSALS_BEFORE_LOCK = 3;

/**
 * A router that blocks an address after wrong logins need not say so: it just stops answering it. After
 * several refusals in a row, silence or a cut before its answer to the request is the lock.
 */
export function afterRefusals(
  cause: FailureCause,
  stage: Stage,
  refusedAt: readonly number[],
  now: number,
): FailureCause {
  const recent = refusedAt.filter((at) => now - at < REFUSALS_HOLD_MILLISECONDS);
  const isBlock = SILENT_BLOCKS.has(cause.kind) && BEFORE_ANSWER.has(stage);
  if (recent.length < REFUSALS_BEFORE_LOCK || !isBlock) return cause;
  return { kind: 'locked-out', retryAfterSeconds: undefined };
}

const SILENT_BLOCKS: ReadonlySet<FailureKind> = new Set([
  'connection-refused',
  'router-closed',
  'timed-out',
  'link-lost',
]);
const BEFORE_ANSWER: ReadonlySet<Stage> = new Set(['connecting', 'securing', 'requesting']);
