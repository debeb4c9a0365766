import type { ContractError } from '../../shared/contract/contract-error.ts';
import type { Problem } from '../../shared/contract/snapshot-schema.ts';
import { secretProblemText } from '../../shared/secret-text.ts';
import { storeProblemText } from '../../shared/store-text.ts';
import type { Catalogue } from '../../shared/text/catalogue.ts';
import type { WindowText } from './en.ts';

/** Why a call did not do what it was asked to, in a sentence or two. */
export function errorText(error: ContractError, text: WindowText, catalogue: Catalogue): string {
  if (error.code !== 'not-saved') return words(error, text);
  // A window knows profiles by ids, which say nothing to anybody.
  return error.problem.kind === 'no-such-profile'
    ? text.profileGone
    : storeProblemText(error.problem, catalogue);
}

export function problemText(problem: Problem, text: WindowText, catalogue: Catalogue): string {
  switch (problem.source) {
    case 'store':
      return storeProblemText(problem.problem, catalogue);
    case 'secrets':
      return secretProblemText(problem, catalogue);
    default:
      return problemWords(problem, text);
  }
}

type OtherError = Exclude<ContractError, { code: 'not-saved' }>;
type OtherProblem = Exclude<Problem, { source: 'store' | 'secrets' }>;

function words<Code extends OtherError['code']>(
  error: Extract<OtherError, { code: Code }>,
  text: WindowText,
): string {
  return text.error[error.code](error);
}

function problemWords<Source extends OtherProblem['source']>(
  problem: Extract<OtherProblem, { source: Source }>,
  text: WindowText,
): string {
  return text.problem[problem.source](problem);
}
