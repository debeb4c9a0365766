import { NO_TRAFFIC } from '../../../shared/connection.ts';
import type { Session } from '../session-types.ts';

/** A session that carries nothing and heeds nothing; how it ends is the test's. */
export function quietSession(
  ended: Session['ended'],
  cancel: Session['cancel'] = async () => undefined,
): Session {
  return {
    ended,
    cancel,
    submitSecondStep: () => undefined,
    networkChanged: () => undefined,
    counters: () => NO_TRAFFIC,
    measureRoundTrip: async () => undefined,
  };
}
