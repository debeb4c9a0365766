import type { ProfileConflict, StoreProblem } from './store-problem.ts';
import type { Catalogue } from './text/catalogue.ts';
import { en } from './text/en.ts';

type Problem = StoreProblem | ProfileConflict;

/** One or two sentences: what is wrong, and where what was there is now. */
export function storeProblemText(problem: Problem, catalogue: Catalogue = en): string {
  return words(problem, catalogue);
}

function words<Kind extends Problem['kind']>(
  problem: Extract<Problem, { kind: Kind }>,
  catalogue: Catalogue,
): string {
  return catalogue.storeProblem[problem.kind](problem);
}
