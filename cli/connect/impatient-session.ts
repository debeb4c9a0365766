import type { SessionOptions, StartSession } from '../../client/session/session-types.ts';
import { STAGES, type Stage } from '../../shared/connection.ts';

/** `start` with other deadlines: no stage but the second step, which waits for a person, takes longer than `seconds`. */
export function withTimeout(start: StartSession, seconds: number | undefined): StartSession {
  if (seconds === undefined) return start;
  const deadlines: SessionOptions['deadlines'] = Object.fromEntries(
    STAGES.filter((stage): stage is Exclude<Stage, 'second-step'> => stage !== 'second-step').map(
      (stage) => [stage, seconds * 1000] as const,
    ),
  );
  return (options, dependencies, listener) => start({ ...options, deadlines }, dependencies, listener);
}
