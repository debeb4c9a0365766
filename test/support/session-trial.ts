import { readdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startSession } from '../../client/session/session.ts';
import type {
  Session,
  SessionDependencies,
  SessionEnd,
  SessionEvent,
  SessionOptions,
} from '../../client/session/session-types.ts';
import { createLog, type Log } from '../../client/log.ts';
import type { Router } from '../../emulator/router.ts';
import type { Stage, TunnelFacts } from '../../shared/connection.ts';
import { advancedOptionsSchema } from '../../shared/profile.ts';

export const PASSWORD_USER = { userName: 'alice', password: 'correct-horse' };

/** An attempt at this router by `PASSWORD_USER`, its certificate pinned, without a device. */
export function sessionOptionsFor(
  router: Pick<Router, 'host' | 'port'> & { readonly certificate: { readonly publicKeySha256: string } },
  changes: Partial<SessionOptions> = {},
): SessionOptions {
  return {
    server: router.host,
    port: router.port,
    credentials: { kind: 'password', ...PASSWORD_USER },
    tls: {
      verify: true,
      trustedPublicKeySha256: router.certificate.publicKeySha256,
      minimumTls: '1.2',
      legacyRenegotiation: false,
    },
    ip: { mode: 'auto' },
    advanced: advancedOptionsSchema.parse({}),
    secondStep: false,
    device: 'none',
    ...changes,
  };
}

/** A session with everything it said, and promises for what a test waits for. */
export class SessionTrial {
  readonly session: Session;
  readonly events: SessionEvent[] = [];
  readonly log: Log = createLog();
  readonly #waiting = new Set<() => void>();

  constructor(
    options: SessionOptions,
    dependencies: Partial<SessionDependencies> = {},
    onEvent: (event: SessionEvent, session: Session) => void = () => undefined,
  ) {
    this.session = startSession(options, { network: undefined, log: this.log, ...dependencies }, (event) => {
      this.events.push(event);
      onEvent(event, this.session);
      for (const look of this.#waiting) look();
    });
  }

  get stages(): Stage[] {
    return this.events.flatMap((event) => (event.kind === 'stage' ? [event.stage] : []));
  }

  /** Rejects with the session's end when it ends before. */
  async event<K extends SessionEvent['kind']>(
    kind: K,
    matches: (event: Extract<SessionEvent, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<SessionEvent, { kind: K }>> {
    const isIt = (event: SessionEvent): event is Extract<SessionEvent, { kind: K }> =>
      isKind(event, kind) && matches(event);
    const found = new Promise<Extract<SessionEvent, { kind: K }>>((resolve) => {
      const look = (): void => {
        const event = this.events.find((candidate) => isIt(candidate));
        if (event === undefined) return;
        this.#waiting.delete(look);
        resolve(event);
      };
      this.#waiting.add(look);
      look();
    });
    const ended = async (): Promise<never> => {
      throw new Error(`ended first: ${JSON.stringify(await this.session.ended)}`);
    };
    return Promise.race([found, ended()]);
  }

  async connected(): Promise<TunnelFacts> {
    return (await this.event('connected')).tunnel;
  }
}

function isKind<K extends SessionEvent['kind']>(
  event: SessionEvent,
  kind: K,
): event is Extract<SessionEvent, { kind: K }> {
  return event.kind === kind;
}

/** What a failed session says of itself; throws when it was cancelled. */
export function causeOf(end: SessionEnd): Extract<SessionEnd, { kind: 'failed' }>['cause'] {
  if (end.kind !== 'failed') throw new Error('cancelled');
  return end.cause;
}

/** Open descriptors and what keeps the event loop alive: for comparison before and after. */
export function heldResources(): { readonly descriptors: number; readonly resources: string[] } {
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    resources: process
      .getActiveResourcesInfo()
      .filter((name) => name !== 'Immediate')
      .sort(),
  };
}

/** Gives the event loop its turns, without a timer that would itself be something left. */
export async function turnsUntil(holds: () => boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while (!holds() && performance.now() < end) await nextTurn();
}
