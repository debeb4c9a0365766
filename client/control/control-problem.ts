import { assertNever } from '../../shared/assert-never.ts';
import type { StoreProblem } from '../../shared/store-problem.ts';
import { storeProblemText } from '../../shared/store-text.ts';
import type { ClaimObstacle } from '../service/connection-claim.ts';

/** Why the control socket could not be asked, or not be had. */
export type ControlProblem =
  /** Nobody of this user holds a connection. */
  | { readonly kind: 'not-connected' }
  /** It was there when it was asked, and is no more. */
  | { readonly kind: 'just-ended' }
  /** Another program of this user holds a connection. */
  | { readonly kind: 'already-connected' }
  | { readonly kind: 'no-answer' }
  | { readonly kind: 'unreadable-answer' }
  | { readonly kind: 'other-version' }
  /** The holder's own sentence. */
  | { readonly kind: 'refused'; readonly sentence: string }
  /** `code`: of errno(3). */
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'path-too-long'; readonly path: string }
  /** Somebody else could listen in our place. */
  | { readonly kind: 'foreign-folder'; readonly folder: string }
  | { readonly kind: 'folder-failed'; readonly detail: string }
  | { readonly kind: 'lock-failed'; readonly problem: StoreProblem }
  | { readonly kind: 'socket-failed'; readonly path: string; readonly code: string };

/** In a sentence. */
export function controlProblemText(problem: ControlProblem): string {
  switch (problem.kind) {
    case 'not-connected':
      return 'There is no connection.';
    case 'just-ended':
      return 'The connection has just ended.';
    case 'already-connected':
      return 'A connection is already up or being made.';
    case 'no-answer':
      return 'The running connection does not answer.';
    case 'unreadable-answer':
      return 'The running connection gave an answer that cannot be read.';
    case 'other-version':
      return 'The running connection is held by another version of smartvpn.';
    case 'refused':
      return problem.sentence;
    case 'unreachable':
      return `The running connection cannot be reached (${problem.code}).`;
    case 'path-too-long':
      return `The path of the control socket is too long: ${problem.path}`;
    case 'foreign-folder':
      return `The folder ${problem.folder} belongs to somebody else.`;
    case 'folder-failed':
      return `The folder for the control socket cannot be made: ${problem.detail}`;
    case 'lock-failed':
      return storeProblemText(problem.problem);
    case 'socket-failed':
      return `The control socket ${problem.path} cannot be made (${problem.code}).`;
    default:
      return assertNever(problem);
  }
}

/** What stands in the way of holding a connection, for those who cannot read the sentence's language. */
export function claimObstacle(problem: ControlProblem): ClaimObstacle {
  switch (problem.kind) {
    case 'not-connected':
    case 'just-ended':
      return 'just-ended';
    case 'already-connected':
    case 'no-answer':
    case 'unreadable-answer':
    case 'refused':
    case 'unreachable':
      return 'silent';
    case 'other-version':
      return 'other-version';
    case 'path-too-long':
    case 'foreign-folder':
    case 'folder-failed':
    case 'lock-failed':
    case 'socket-failed':
      return 'folder';
    default:
      return assertNever(problem);
  }
}
