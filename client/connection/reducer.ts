import { assertNever } from '../../shared/assert-never.ts';
import { mayConnect, type FailureCause } from '../../shared/connection.ts';
import { failureAction } from '../../shared/failure-action.ts';
import type { Profile } from '../../shared/profile.ts';
import type { SessionEnd, SessionEvent } from '../session/session-types.ts';
import { checkCredentials } from './credentials-check.ts';
import { record, startOf, type SessionEnded } from './history-record.ts';
import { credentialsFromStore, credentialsFromTyping } from './held-credentials.ts';
import {
  connectionState,
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionModel,
  type Phase,
  type Run,
} from './model.ts';
import { attemptOrAsk, waitOrAsk } from './next-attempt.ts';
import { provenCredentials } from './proven-credentials.ts';
import { afterRefusals, isAboutCertificate, isWorthAnother } from './reconnect-policy.ts';
import { step, type Step, type StepContext } from './step.ts';

const FIRST_RUN: Run = { attempt: 1, hadTunnel: false };
/** Enough to recognise a code that the user types again. */
const CODES_REMEMBERED = 16;
/** A tunnel that ends so soon after its network has changed has ended by that. */
const MOVED_MILLISECONDS = 15_000;

/** As long as the longest delay between attempts. */
const STEADY_MILLISECONDS = 60_000;

/**
 * A connection's life, one event at a time. Pure. An event that does not fit the phase is logged and
 * changes nothing.
 *
 *   resting ──connect──▶ loading ──▶ asking ──▶ attempting ──▶ connected
 *      ▲                    └───────────────────▲   │ ▲            │ link lost
 *      │                                 trusting ◀─┘ └─ waiting ◀─┘ (asking, when codes are typed)
 *      └── leaving ◀──disconnect── attempting, connected
 *
 * While traffic is blocked, disconnecting leads to resting through releasing. A failure rests blocked: what the user
 * wanted kept in does not get out because the router or the machine says no. "Connect" then goes on from there.
 */
export function reduce(model: ConnectionModel, event: ConnectionEvent, context: StepContext): Step {
  switch (event.kind) {
    case 'connect':
      return connect(model, event, context);
    case 'disconnect':
      return disconnect(model);
    case 'profile-changed':
      return profileChanged(model, event.profile);
    case 'device-refused':
      return deviceRefused(model, event, context);
    case 'secrets-loaded':
      return secretsLoaded(model, event, context);
    case 'credentials-submitted':
      return credentialsSubmitted(model, event, context);
    case 'certificate-trusted':
      return certificateTrusted(model, context);
    case 'second-step-submitted':
      return secondStepSubmitted(model, event.code);
    case 'prompt-dismissed':
      return promptDismissed(model);
    case 'retry-due':
      if (model.phase.kind !== 'waiting') return unexpected(model, event);
      return attemptOrAsk(model, model.phase.run, model.phase.because, context);
    case 'retry-asked-for': {
      if (model.phase.kind !== 'waiting') return unexpected(model, event);
      const next = attemptOrAsk(model, model.phase.run, model.phase.because, context);
      return step(next.model, { kind: 'stop-retry-timer' }, ...next.effects);
    }
    case 'network-changed':
      return networkChanged(model, context);
    case 'blocking':
      return blocking(model, event.isBlocking);
    case 'network-released':
      return step(model.phase.kind === 'releasing' ? rest(model) : model);
    case 'session-said':
      return sessionSaid(model, event, context);
    case 'session-ended':
      return sessionEnded(model, event, context);
    default:
      return assertNever(event);
  }
}

function unexpected(model: ConnectionModel, event: ConnectionEvent): Step {
  const text = `${event.kind} does not fit ${model.phase.kind}: nothing done`;
  return step(model, { kind: 'log', level: 'debug', text });
}

/** Whatever a run gathered is forgotten with it; what was spent stays spent, and what is blocked stays blocked. */
function rest(model: ConnectionModel): ConnectionModel {
  return {
    ...model,
    phase: { kind: 'resting', failure: undefined },
    credentials: undefined,
    motpSecret: undefined,
    routerAddress: model.isBlocking ? model.routerAddress : undefined,
  };
}

function failed(model: ConnectionModel, cause: FailureCause, { now }: StepContext): ConnectionModel {
  return { ...rest(model), phase: { kind: 'resting', failure: { since: now, cause } } };
}

/** Rests because the user wants it; what is blocked is let pass first. */
function endRun(model: ConnectionModel): Step {
  const resting = rest(model);
  if (!model.isBlocking) return step(resting);
  return step({ ...resting, phase: { kind: 'releasing' } }, { kind: 'release-network' });
}

/** The effect comes first. */
function endRunAfter(effect: ConnectionEffect, model: ConnectionModel): Step {
  const ended = endRun(model);
  return step(ended.model, effect, ...ended.effects);
}

function profileChanged(model: ConnectionModel, profile: Profile): Step {
  const isElsewhere = profile.server !== model.profile.server;
  return releasedIfUnwanted({
    ...model,
    profile,
    // Perhaps the password was corrected: it deserves a try without being asked for again.
    refusal: undefined,
    routerAddress: isElsewhere ? undefined : model.routerAddress,
  });
}

/** Only the connection whose session ends has begun to block; the others hear of it too. */
function blocking(model: ConnectionModel, isBlocking: boolean): Step {
  if (!isBlocking) return step({ ...model, isBlocking });
  return sessionOf(model.phase) === undefined ? step(model) : releasedIfUnwanted({ ...model, isBlocking });
}

/** Whoever switches the block off in the profile does not want the one that stands either. */
function releasedIfUnwanted(model: ConnectionModel): Step {
  const isUnwanted = model.isBlocking && !model.profile.advanced.blockWhenDown;
  return isUnwanted ? step(model, { kind: 'release-network' }) : step(model);
}

function sessionOf(phase: Phase): number | undefined {
  return phase.kind === 'attempting' || phase.kind === 'connected' || phase.kind === 'leaving'
    ? phase.session
    : undefined;
}

function connect(
  model: ConnectionModel,
  event: Extract<ConnectionEvent, { kind: 'connect' }>,
  context: StepContext,
): Step {
  if (!mayConnect(connectionState(model))) return unexpected(model, event);
  const { device } = event;
  const { serverType } = model.profile;
  if (serverType !== 'ssl') {
    return step(failed(model, { kind: 'unsupported-server-type', serverType }, context));
  }
  const load = model.loads + 1;
  return step(
    { ...rest(model), device, loads: load, phase: { kind: 'loading', load } },
    { kind: 'prepare', load, device },
  );
}

function deviceRefused(
  model: ConnectionModel,
  event: Extract<ConnectionEvent, { kind: 'device-refused' }>,
  context: StepContext,
): Step {
  const { phase } = model;
  if (phase.kind !== 'loading' || phase.load !== event.load) return unexpected(model, event);
  return step(failed(model, event.cause, context));
}

function disconnect(model: ConnectionModel): Step {
  const { phase } = model;
  switch (phase.kind) {
    case 'resting':
    // Also how a failure is put away.
    case 'asking':
    case 'trusting':
      return endRun(model);
    case 'loading':
      return endRunAfter({ kind: 'stop-preparing' }, model);
    case 'waiting':
      return endRunAfter({ kind: 'stop-retry-timer' }, model);
    case 'attempting':
    case 'connected':
      return leave(model, phase);
    case 'leaving':
    case 'releasing':
      return step(model);
    default:
      return assertNever(phase);
  }
}

function leave(model: ConnectionModel, phase: Extract<Phase, { kind: 'attempting' | 'connected' }>): Step {
  const { session } = phase;
  const tunnel = phase.kind === 'connected' ? phase.tunnel : undefined;
  return step(
    { ...model, phase: { kind: 'leaving', session, startedAt: startOf(phase), tunnel } },
    { kind: 'cancel-session', session },
  );
}

function secretsLoaded(
  model: ConnectionModel,
  event: Extract<ConnectionEvent, { kind: 'secrets-loaded' }>,
  context: StepContext,
): Step {
  const { phase } = model;
  if (phase.kind !== 'loading' || phase.load !== event.load) return unexpected(model, event);
  const loaded: ConnectionModel = {
    ...model,
    motpSecret: event.secrets.motpSecret,
    credentials: credentialsFromStore(model, event.secrets),
  };
  return attemptOrAsk(loaded, FIRST_RUN, model.refusal, context);
}

function credentialsSubmitted(
  model: ConnectionModel,
  event: Extract<ConnectionEvent, { kind: 'credentials-submitted' }>,
  context: StepContext,
): Step {
  const { phase } = model;
  if (phase.kind !== 'asking') return unexpected(model, event);
  const checked = checkCredentials(event, phase.asks, model.spentCodes);
  if (checked.problem !== undefined) {
    const text = `What was typed cannot be right (${checked.problem}): not sent`;
    // A new question, so that whoever asks in the name of this one asks again.
    return step({ ...model, phase: { ...phase } }, { kind: 'log', level: 'info', text });
  }
  const credentials = credentialsFromTyping(model, phase.asks, checked, context.now);
  return attemptOrAsk({ ...model, credentials }, phase.run, phase.because, context);
}

function certificateTrusted(model: ConnectionModel, context: StepContext): Step {
  const { phase, profile } = model;
  if (phase.kind !== 'trusting') return unexpected(model, { kind: 'certificate-trusted' });
  const trusted = {
    publicKeySha256: phase.cause.certificate.publicKeySha256,
    trustedAt: new Date(context.now).toISOString(),
  };
  const pinned = { ...model, profile: { ...profile, trustedCertificate: trusted } };
  const next = attemptOrAsk(pinned, phase.run, undefined, context);
  return step(next.model, { kind: 'remember-certificate', trusted }, ...next.effects);
}

function secondStepSubmitted(model: ConnectionModel, typed: string): Step {
  const { phase } = model;
  const code = typed.replace(/\s/g, '');
  if (phase.kind !== 'attempting' || phase.secondStep === undefined || model.spentCodes.includes(code)) {
    return unexpected(model, { kind: 'second-step-submitted', code: '' });
  }
  return step(
    { ...withSpentCode(model, code), phase: { ...phase, secondStep: undefined } },
    { kind: 'submit-second-step', session: phase.session, code },
  );
}

function promptDismissed(model: ConnectionModel): Step {
  const { phase } = model;
  const isPrompting =
    phase.kind === 'asking' ||
    phase.kind === 'trusting' ||
    (phase.kind === 'attempting' && phase.secondStep !== undefined);
  return isPrompting ? disconnect(model) : unexpected(model, { kind: 'prompt-dismissed' });
}

/** A connection that waits tries at once, and its delays start anew; a session finds out what the change means for it. */
function networkChanged(model: ConnectionModel, context: StepContext): Step {
  const { phase } = model;
  switch (phase.kind) {
    case 'waiting': {
      const next = attemptOrAsk(model, { ...phase.run, attempt: 1 }, phase.because, context);
      return step(next.model, { kind: 'stop-retry-timer' }, ...next.effects);
    }
    case 'attempting': {
      // The first attempt of all has its own end, which the user waits for.
      if (!phase.run.hadTunnel) return step(model);
      const { session } = phase;
      return step({ ...model, phase: { ...phase, isOutdated: true } }, { kind: 'network-changed', session });
    }
    case 'connected':
      return step({ ...model, changedAt: context.now }, { kind: 'network-changed', session: phase.session });
    default:
      return step(model);
  }
}

function withSpentCode(model: ConnectionModel, code: string): ConnectionModel {
  return { ...model, spentCodes: [...model.spentCodes, code].slice(-CODES_REMEMBERED) };
}

function sessionSaid(
  model: ConnectionModel,
  event: Extract<ConnectionEvent, { kind: 'session-said' }>,
  context: StepContext,
): Step {
  const { phase } = model;
  if (sessionOf(phase) !== event.session) return unexpected(model, event);
  // Even while leaving: what was sent is spent.
  if (event.event.kind === 'credentials-sent') return step(credentialsSent(model, event.event));
  if (phase.kind !== 'attempting') return step(model);
  switch (event.event.kind) {
    case 'stage':
      return step({ ...model, phase: { ...phase, stage: event.event.stage, secondStep: undefined } });
    case 'second-step': {
      const { deadline, refused } = event.event;
      return step({ ...model, phase: { ...phase, stage: 'second-step', secondStep: { deadline, refused } } });
    }
    case 'connected':
      return connected(model, phase, event.event, context);
    case 'round-trip':
      return step(model);
    default:
      return assertNever(event.event);
  }
}

function credentialsSent(
  model: ConnectionModel,
  event: Extract<SessionEvent, { kind: 'credentials-sent' }>,
): ConnectionModel {
  const held = model.credentials;
  if (held?.kind === 'code') {
    return { ...withSpentCode(model, held.code), credentials: { ...held, isSpent: true } };
  }
  return event.motpCounter === undefined ? model : { ...model, spentCounter: event.motpCounter };
}

function connected(
  model: ConnectionModel,
  phase: Extract<Phase, { kind: 'attempting' }>,
  event: Extract<SessionEvent, { kind: 'connected' }>,
  context: StepContext,
): Step {
  const { session } = phase;
  const { tunnel } = event;
  const { profile, credentials, effects } = provenCredentials(model);
  return step(
    {
      ...model,
      profile,
      credentials,
      refusal: undefined,
      refusedAt: [],
      changedAt: undefined,
      routerAddress: tunnel.routerAddress,
      phase: { kind: 'connected', session, since: context.now, tunnel, run: phase.run },
    },
    ...effects,
  );
}

function sessionEnded(model: ConnectionModel, event: SessionEnded, context: StepContext): Step {
  const { phase } = model;
  switch (phase.kind) {
    case 'attempting':
    case 'connected':
    case 'leaving':
      if (phase.session === event.session) break;
      return unexpected(model, event);
    default:
      return unexpected(model, event);
  }
  const { end } = event;
  if (phase.kind === 'leaving' || end.kind === 'cancelled') {
    return endRunAfter(record(model, phase, event, { kind: 'cancelled' }, context.now), model);
  }
  return sessionFailed(model, phase, event, end, context);
}

function sessionFailed(
  model: ConnectionModel,
  phase: Extract<Phase, { kind: 'attempting' | 'connected' }>,
  event: SessionEnded,
  end: Extract<SessionEnd, { kind: 'failed' }>,
  context: StepContext,
): Step {
  const run = phase.kind === 'attempting' ? phase.run : undefined;
  const cause =
    phase.kind === 'attempting'
      ? afterRefusals(end.cause, phase.stage, model.refusedAt, context.now)
      : end.cause;
  const { isBlocking } = model;
  // At the old address somebody else may answer by now. While traffic is blocked the name cannot be asked.
  const mayHaveMoved = phase.kind === 'attempting' && phase.dialsKnownAddress && !isBlocking;
  if (run !== undefined && isAboutCertificate(cause) && !mayHaveMoved) {
    // No end: the attempt goes on from here if the user says so.
    return step({ ...model, phase: { kind: 'trusting', cause, run } });
  }
  const hadTunnel = run === undefined || run.hadTunnel;
  const circumstances = { hadTunnel, wasStanding: run === undefined, isBlocking, mayHaveMoved };
  const isWorthIt = isWorthAnother(cause, circumstances);
  // Every vain attempt of a night without network would push the real sessions out of the history.
  const recorded =
    run?.hadTunnel === true && isWorthIt
      ? []
      : [record(model, phase, event, { kind: 'failed', cause, wasConnected: end.wasConnected }, context.now)];
  if (hadTunnel && model.profile.advanced.reconnect && isWorthIt) {
    const isOutdated = phase.kind === 'attempting' && phase.isOutdated;
    // Its network went, not its router: nothing is gained by waiting.
    const isMoved =
      phase.kind === 'connected' && context.now - (model.changedAt ?? -Infinity) < MOVED_MILLISECONDS;
    const beginsAnew = isOutdated || isMoved || (phase.kind === 'connected' && isSteady(phase, context.now));
    const attempt = beginsAnew ? 1 : phase.run.attempt + 1;
    const next = isOutdated
      ? attemptOrAsk(model, { attempt, hadTunnel }, cause, context)
      : waitOrAsk(model, { attempt, hadTunnel }, cause, isMoved ? 0 : undefined, context);
    return step(next.model, ...recorded, ...next.effects);
  }
  return step(failed(refused(model, cause, context.now), cause, context), ...recorded);
}

/** One that drops soon after it was made anew, and so again and again, is no reason to dial without a pause. */
function isSteady({ run, since }: Extract<Phase, { kind: 'connected' }>, now: number): boolean {
  return !run.hadTunnel || now - since >= STEADY_MILLISECONDS;
}

function refused(model: ConnectionModel, cause: FailureCause, now: number): ConnectionModel {
  if (failureAction(cause) !== 'enter-credentials') return model;
  return { ...model, refusal: cause, refusedAt: [...model.refusedAt, now].slice(-CODES_REMEMBERED) };
}
