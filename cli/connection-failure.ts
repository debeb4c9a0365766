import type { CommandFailure } from './command-failure.ts';
import { failureValue } from '../client/control/status-of.ts';
import type { FailureCause } from '../shared/connection.ts';

const TEST_WORKS =
  'To try the profile without a device: smartvpn test PROFILE (it signs in, and needs no privileges).';

/** A connection's cause as a command's failure: worded where every surface words it, coded by its kind. */
export function connectionFailure(cause: FailureCause): CommandFailure {
  const failure = failureValue(cause);
  return cause.kind === 'device-not-permitted'
    ? { ...failure, steps: [...failure.steps, TEST_WORKS] }
    : failure;
}
