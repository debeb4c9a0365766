import type { SessionEnd } from '../session/session-types.ts';
import type { ConnectionEffect, ConnectionEvent, ConnectionModel, Phase } from './model.ts';

export type SessionEnded = Extract<ConnectionEvent, { kind: 'session-ended' }>;

/** Writes a session into the history. `now` in Unix milliseconds. */
export function record(
  { profile }: ConnectionModel,
  phase: Extract<Phase, { kind: 'attempting' | 'connected' | 'leaving' }>,
  event: SessionEnded,
  end: SessionEnd,
  now: number,
): ConnectionEffect {
  return {
    kind: 'record',
    entry: {
      profileId: profile.id,
      profileName: profile.name,
      startedAt: phase.startedAt,
      endedAt: now,
      address: phase.kind === 'attempting' ? undefined : phase.tunnel?.address,
      receivedBytes: event.receivedBytes,
      sentBytes: event.sentBytes,
      end: end.kind === 'cancelled' ? 'user' : end.cause.kind,
    },
  };
}
