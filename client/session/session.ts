import type { Session, SessionDependencies, SessionEvent, SessionOptions } from './session-types.ts';
import { Attempt } from './attempt.ts';

/**
 * Begins one attempt: name, TCP, TLS and the certificate, CONNECT, PPP, the second step, the device; then
 * carries packets until something or somebody ends it. Never throws. `listener` is called from the event
 * loop, never inside this call.
 */
export function startSession(
  options: SessionOptions,
  dependencies: SessionDependencies,
  listener: (event: SessionEvent) => void,
): Session {
  return new Attempt(options, dependencies, listener);
}
