import type { FailureCause } from '../../shared/connection.ts';
import { areUsable, credentialsForSession, credentialsWanted } from './held-credentials.ts';
import type { ConnectionModel, Run } from './model.ts';
import { retryDelay } from './reconnect-policy.ts';
import { step, type Step, type StepContext } from './step.ts';

/** How an attempt begins: with which credentials, where to, and what must be asked first. */

/** Starts an attempt with what is at hand, or asks for what is missing. */
export function attemptOrAsk(
  model: ConnectionModel,
  run: Run,
  because: FailureCause | undefined,
  context: StepContext,
): Step {
  const held = model.credentials;
  if (held === undefined || !areUsable(held, context.now)) {
    return ask(model, run, because);
  }
  const session = model.sessions + 1;
  const knownAddress = knownAddressFor(model, run);
  return step(
    {
      ...model,
      sessions: session,
      phase: {
        kind: 'attempting',
        session,
        stage: 'resolving',
        startedAt: context.now,
        secondStep: undefined,
        run,
        isOutdated: false,
        dialsKnownAddress: knownAddress !== undefined,
      },
    },
    {
      kind: 'start-session',
      session,
      profile: model.profile,
      credentials: credentialsForSession(held, model.spentCounter),
      device: model.device,
      knownAddress,
    },
  );
}

/** Waits, unless somebody must type a code first: then it is asked for at once. */
export function waitOrAsk(
  model: ConnectionModel,
  run: Run,
  cause: FailureCause,
  delay: number | undefined,
  context: StepContext,
): Step {
  const milliseconds = delay ?? retryDelay(run.attempt, context.random);
  const retryAt = context.now + milliseconds;
  const held = model.credentials;
  if (held === undefined || !areUsable(held, retryAt)) return ask(model, run, cause);
  return step(
    { ...model, phase: { kind: 'waiting', retryAt, because: cause, run } },
    { kind: 'start-retry-timer', milliseconds },
  );
}

/**
 * While traffic is blocked no name server is reached, and only the address that the last tunnel ran over is let through.
 * Else a first try saves the question: it may take seconds on a network that has just come up.
 */
function knownAddressFor(model: ConnectionModel, run: Run): string | undefined {
  const { routerAddress, isBlocking, profile } = model;
  // An address needs no looking up.
  if (routerAddress === profile.server) return undefined;
  return isBlocking || run.attempt === 1 ? routerAddress : undefined;
}

function ask(model: ConnectionModel, run: Run, because: FailureCause | undefined): Step {
  return step({ ...model, phase: { kind: 'asking', asks: credentialsWanted(model), because, run } });
}
