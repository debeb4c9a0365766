import type { FailureCause, FailureKind } from './connection.ts';
import { failureAction, type FailureAction } from './failure-action.ts';
import type { Catalogue, FailureWords } from './text/catalogue.ts';
import { en } from './text/en.ts';

export interface FailureText extends FailureWords {
  readonly action: FailureAction;
}

/** The one place that words a failure, for window, notification, tray and terminal alike. */
export function failureText(cause: FailureCause, catalogue: Catalogue = en): FailureText {
  return { ...failureWords(cause, catalogue), action: failureAction(cause) };
}

function failureWords<Kind extends FailureKind>(
  cause: Extract<FailureCause, { kind: Kind }>,
  catalogue: Catalogue,
): FailureWords {
  return catalogue.failure[cause.kind](cause);
}
