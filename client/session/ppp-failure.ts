import { assertNever } from '../../shared/assert-never.ts';
import type { FailureCause, Stage } from '../../shared/connection.ts';
import type { PppClientFailure, PppClientPhase } from './ppp-client.ts';

export function stageOfPhase(phase: PppClientPhase): Stage {
  switch (phase) {
    case 'establish':
      return 'negotiating';
    case 'authenticate':
      return 'signing-in';
    case 'network':
      return 'addressing';
    default:
      return assertNever(phase);
  }
}

/** `refused`: what a refusal of these credentials is called. `seconds`: what a stage is given. */
export function pppFailureCause(
  failure: PppClientFailure,
  refused: FailureCause,
  seconds: (stage: Stage) => number,
): FailureCause {
  switch (failure.kind) {
    case 'credentials-refused':
      return failure.refusal === 'wrong-credentials'
        ? refused
        : { kind: 'credentials-refused', because: failure.refusal };
    case 'no-address':
      return { kind: 'no-address', reason: failure.reason };
    case 'no-answer': {
      const stage = stageOfPhase(failure.phase);
      return { kind: 'timed-out', stage, seconds: seconds(stage) };
    }
    case 'code-spent':
      // Not the router's word against us: a new connection with a new code is all it takes.
      return { kind: 'link-lost', reason: 'the router asks for a new sign-in, which takes a new code' };
    case 'protocol-error':
      return failure;
    default:
      return assertNever(failure);
  }
}
