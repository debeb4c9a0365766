import { assertNever } from '../../shared/assert-never.ts';
import type { FailureCause } from '../../shared/connection.ts';
import type { SecondStep, SecondStepAnswer } from './second-step.ts';

/** More would only help somebody who guesses. */
const MOST_REFUSALS = 3;

export interface SecondStepTalk {
  /** Asks the user; `refused` when a code was wrong before. Never resolves once the session is over. */
  code(refused: boolean): Promise<string>;
  isOver(): boolean;
}

/** Asks the router whether a code is due and the user for it. Undefined: the way is free, or the session over. */
export async function passSecondStep(
  step: SecondStep,
  talk: SecondStepTalk,
): Promise<FailureCause | undefined> {
  let refusals = 0;
  let check = await step.check();
  while (check.kind === 'due' && !talk.isOver()) {
    const code = await talk.code(refusals > 0);
    const answer = await step.submit(check.interfaceNumber, code);
    if (talk.isOver()) return undefined;
    const outcome = judge(answer);
    if (outcome === 'passed') return undefined;
    if (outcome === 'unknown') check = await step.check();
    else if (outcome !== 'refused') return outcome;
    refusals += 1;
    if (refusals === MOST_REFUSALS) {
      return { kind: 'code-refused', code: 'totp', clockDifferenceSeconds: undefined };
    }
  }
  return undefined;
}

function judge(answer: SecondStepAnswer): 'passed' | 'refused' | 'unknown' | FailureCause {
  switch (answer.kind) {
    case 'accepted':
      return 'passed';
    case 'rejected':
      return 'refused';
    // It may have been taken: the router says so when it is asked again.
    case 'no-answer':
      return 'unknown';
    case 'protocol-error':
      return answer;
    default:
      return assertNever(answer);
  }
}
