import type { Question } from './question.ts';
import type { Report } from './report.ts';
import { connectionFailure } from '../connection-failure.ts';
import { profileSummary, tunnelValue } from '../../client/control/status-of.ts';
import { assertNever } from '../../shared/assert-never.ts';
import {
  isBlocked,
  type ConnectionState,
  type HistoryEntry,
  type Prompt,
  type Traffic,
} from '../../shared/connection.ts';
import type { Profile } from '../../shared/profile.ts';
import { stageText } from '../../shared/stage-text.ts';

/** A connection's own values as what the command line says and asks. */

/** What is to be said when `state` is entered; nothing for some. */
export function reportOf(
  state: ConnectionState,
  profile: Profile,
  lastSession: HistoryEntry | undefined,
): Report | undefined {
  switch (state.state) {
    case 'prompting':
      return {
        event: 'asking',
        asks: state.prompt.kind === 'credentials' ? state.prompt.asks : state.prompt.kind,
        ...trafficOf(state),
      };
    case 'connecting':
      return { event: 'stage', stage: state.stage, text: stageText(state.stage), attempt: state.attempt };
    case 'connected':
      return {
        event: 'connected',
        profile: profileSummary(profile),
        since: state.since,
        tunnel: tunnelValue(state.tunnel),
      };
    case 'waiting':
      return {
        event: 'waiting',
        attempt: state.attempt,
        retryAt: state.retryAt,
        because: connectionFailure(state.because),
        ...trafficOf(state),
      };
    case 'disconnecting':
      return { event: 'disconnecting' };
    case 'disconnected':
      return lastSession === undefined
        ? { event: 'disconnected' }
        : { event: 'disconnected', session: sessionValue(lastSession) };
    case 'failed':
      // Without a block it is the end, which the command says.
      return isBlocked(state)
        ? { event: 'blocked', because: connectionFailure(state.cause), traffic: 'blocked' }
        : undefined;
    default:
      return assertNever(state);
  }
}

/** Only when there is something to say. */
function trafficOf({ traffic }: { readonly traffic?: Traffic | undefined }) {
  return traffic === undefined ? {} : { traffic };
}

export function questionOf(prompt: Prompt): Question {
  switch (prompt.kind) {
    case 'credentials': {
      const { kind, asks, userName, because } = prompt;
      return because === undefined
        ? { kind, asks, userName }
        : { kind, asks, userName, because: connectionFailure(because) };
    }
    case 'certificate': {
      const { certificate, kind } = prompt.cause;
      return {
        kind: 'certificate',
        changed: kind === 'certificate-changed',
        problem: kind === 'certificate-changed' ? 'changed' : prompt.cause.problem,
        certificate,
        failure: connectionFailure(prompt.cause),
      };
    }
    case 'second-step': {
      const { kind, deadline, refused } = prompt;
      return { kind, deadline, refused };
    }
    default:
      return assertNever(prompt);
  }
}

function sessionValue({ startedAt, endedAt, receivedBytes, sentBytes }: HistoryEntry) {
  return { startedAt, endedAt, receivedBytes, sentBytes };
}
