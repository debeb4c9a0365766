import { randomUUID } from 'node:crypto';
import { sessionOptions } from '../../client/connection/session-options.ts';
import { createLog } from '../../client/log.ts';
import type { Session, SessionCredentials, SessionOptions } from '../../client/session/session-types.ts';
import { startSession } from '../../client/session/session.ts';
import { profileSchema } from '../../shared/profile.ts';

/** Milliseconds in each stage, by its name, in the stages' order. */
export type StageTimes = Readonly<Record<string, number>>;

export interface TimedSession {
  readonly session: Session;
  /** Milliseconds from the start to "connected". */
  readonly milliseconds: number;
  readonly stages: StageTimes;
}

export interface SessionTarget {
  readonly host: string;
  readonly port: number;
  /** As a profile that trusts the router's certificate has it. */
  readonly publicKeySha256: string;
  readonly credentials: SessionCredentials;
}

/** Signs in as the program does for such a profile, without a device. Rejects with what went wrong. */
export function openTimedSession(target: SessionTarget): Promise<TimedSession> {
  const started = performance.now();
  const stages = new StageWatch(started);
  return new Promise((resolve, reject) => {
    const session = startSession(
      optionsFor(target),
      { network: undefined, log: createLog({ capacity: 20 }) },
      (event) => {
        if (event.kind === 'stage') stages.enter(event.stage, performance.now());
        if (event.kind !== 'connected') return;
        const now = performance.now();
        resolve({ session, milliseconds: now - started, stages: stages.end(now) });
      },
    );
    void session.ended.then((end) => reject(new Error(JSON.stringify(end))));
  });
}

function optionsFor(target: SessionTarget): SessionOptions {
  const profile = profileSchema.parse({
    id: randomUUID(),
    name: 'bench',
    server: target.host,
    port: target.port,
    authentication: target.credentials.kind === 'motp' ? 'motp' : 'password',
    trustedCertificate: { publicKeySha256: target.publicKeySha256, trustedAt: new Date().toISOString() },
  });
  return sessionOptions(profile, target.credentials, 'none', undefined);
}

/** Adds up the time in each stage; a stage that comes back is continued. */
export class StageWatch {
  readonly #times = new Map<string, number>();
  #stage: string | undefined;
  #since: number;

  /** `first`: what is going on from the beginning, when that shall be counted too. */
  constructor(now: number, first?: string) {
    this.#since = now;
    this.#stage = first;
  }

  enter(stage: string, now: number): void {
    this.#leave(now);
    this.#stage = stage;
  }

  end(now: number): StageTimes {
    this.#leave(now);
    this.#stage = undefined;
    return Object.fromEntries(this.#times);
  }

  #leave(now: number): void {
    if (this.#stage !== undefined) {
      this.#times.set(this.#stage, (this.#times.get(this.#stage) ?? 0) + now - this.#since);
    }
    this.#since = now;
  }
}
