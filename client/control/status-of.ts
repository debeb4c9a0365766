import type { ProfileSummary, Status } from './messages.ts';
import {
  isBlocked,
  type ConnectionState,
  type ConnectionStatistics,
  type FailureCause,
  type FailureKind,
  type TunnelFacts,
} from '../../shared/connection.ts';
import { failureText } from '../../shared/failure-text.ts';
import type { Profile } from '../../shared/profile.ts';
import { statusLine } from '../../shared/stage-text.ts';

/** A connection's own values as what goes over the control socket. */

export function profileSummary(profile: Profile): ProfileSummary {
  const { id, name, server, port } = profile;
  return { id, name, server, port };
}

export function statusOf(
  state: ConnectionState,
  profile: Profile,
  statistics: ConnectionStatistics | undefined,
): Status {
  const status: Status = {
    ...(isBlocked(state) ? { traffic: 'blocked' } : {}),
    state: state.state,
    text: statusLine(state, Date.now()),
    profile: profileSummary(profile),
    pid: process.pid,
  };
  if (state.state === 'connected') {
    return {
      ...status,
      since: state.since,
      tunnel: tunnelValue(state.tunnel),
      ...(statistics === undefined ? {} : { statistics }),
    };
  }
  if (state.state === 'waiting') return { ...status, failure: failureValue(state.because) };
  if (state.state === 'failed') return { ...status, failure: failureValue(state.cause) };
  return status;
}

export function tunnelValue(tunnel: TunnelFacts): Exclude<Status['tunnel'], undefined> {
  const { interfaceName, dnsUse, ...rest } = tunnel;
  return {
    ...(interfaceName === undefined ? {} : { interfaceName }),
    ...(dnsUse === undefined ? {} : { dnsUse }),
    ...rest,
  };
}

/** A failure in words, and for programs by its kind and that kind's own fields. */
export interface FailureValue {
  readonly reason: FailureKind;
  readonly title: string;
  readonly message: string;
  readonly steps: string[];
  readonly details: Record<string, unknown>;
}

export function failureValue(cause: FailureCause): FailureValue {
  const { title, sentence, nextStep } = failureText(cause);
  const { kind, ...details } = cause;
  return { reason: kind, title, message: sentence, steps: [nextStep], details };
}
