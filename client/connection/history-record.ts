import type { SessionEnd } from '../session/session-types.ts';
import type { ConnectionEffect, ConnectionEvent, ConnectionModel, Phase } from './model.ts';

export type SessionEnded = Extract<ConnectionEvent, { kind: 'session-ended' }>;

type SessionPhase = Extract<Phase, { kind: 'attempting' | 'connected' | 'leaving' }>;

/** Where the session's time is counted from: signing in, or waiting for a fresh code, is no time connected. */
export function startOf(phase: SessionPhase): number {
  return phase.kind === 'connected' ? phase.since : phase.startedAt;
}

/** Writes a session into the history. `now` in Unix milliseconds. */
export function record(
  { profile }: ConnectionModel,
  phase: SessionPhase,
  event: SessionEnded,
  end: SessionEnd,
  now: number,
): ConnectionEffect {
  return {
    kind: 'record',
    entry: {
      profileId: profile.id,
      profileName: profile.name,
      startedAt: startOf(phase),
      endedAt: now,
      address: phase.kind === 'attempting' ? undefined : phase.tunnel?.address,
      receivedBytes: event.receivedBytes,
      sentBytes: event.sentBytes,
      end: end.kind === 'cancelled' ? 'user' : end.cause.kind,
    },
  };
}
