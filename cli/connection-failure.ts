import type { CommandFailure } from './command-failure.ts';
import type { FailureCause } from '../shared/connection.ts';
import { failureText } from '../shared/failure-text.ts';

const TEST_WORKS =
  'To try the profile without a device: smartvpn test PROFILE (it signs in, and needs no privileges).';

/** A connection's cause as a command's failure: worded where every surface words it, coded by its kind. */
export function connectionFailure(cause: FailureCause): CommandFailure {
  const { title, sentence, nextStep } = failureText(cause);
  const { kind, ...details } = cause;
  const steps = kind === 'device-not-permitted' ? [nextStep, TEST_WORKS] : [nextStep];
  return { reason: kind, title, message: sentence, steps, details };
}
