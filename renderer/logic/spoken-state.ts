import { isBlocked, type ConnectionState } from '../../shared/connection.ts';
import { failureText } from '../../shared/failure-text.ts';
import { statusLine } from '../../shared/stage-text.ts';
import type { Catalogue } from '../../shared/text/catalogue.ts';

/**
 * What screen readers are told when a connection has changed. That it is being made, once: six stages within a second would be
 * read out for a minute. Then how it went, of a failure all that its card says. `at` is Unix milliseconds.
 */
export function spokenState(state: ConnectionState, at: number, catalogue: Catalogue): string {
  const line = plainLine(state, catalogue);
  if (line === undefined) return statusLine(state, at, catalogue);
  return isBlocked(state) ? catalogue.blocked.line(line) : line;
}

function plainLine(state: ConnectionState, catalogue: Catalogue): string | undefined {
  if (state.state === 'connecting') return catalogue.state.connecting;
  if (state.state !== 'failed') return undefined;
  const { title, sentence, nextStep } = failureText(state.cause, catalogue);
  return `${title}. ${sentence} ${nextStep}`;
}
