import type { CommandFailure } from './command-failure.ts';
import type { FailureCause } from '../shared/connection.ts';
import { failureText } from '../shared/failure-text.ts';

/** A connection's cause as a command's failure: worded where every surface words it, coded by its kind. */
export function connectionFailure(cause: FailureCause): CommandFailure {
  const { title, sentence, nextStep } = failureText(cause);
  const { kind, ...details } = cause;
  return { reason: kind, title, message: sentence, steps: [nextStep], details };
}
