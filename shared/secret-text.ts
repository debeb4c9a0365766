import type { SecretProblem } from './secret-problem.ts';
import type { Catalogue } from './text/catalogue.ts';
import { en } from './text/en.ts';

/** What is wrong with the keyring, and the next step. */
export function secretProblemText(problem: SecretProblem, catalogue: Catalogue = en): string {
  return catalogue.secretProblem[problem.reason](problem);
}
