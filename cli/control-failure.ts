import type { CommandFailure } from './command-failure.ts';
import type { ExitReason } from './exit-codes.ts';
import { controlProblemText, type ControlProblem } from '../client/control/control-problem.ts';
import type { Status } from '../client/control/messages.ts';
import { rootHoldsConnection } from '../client/control/root-connection.ts';

const REASONS = {
  'not-connected': 'not-connected',
  'just-ended': 'not-connected',
  'already-connected': 'already-connected',
  'no-answer': 'internal',
  'unreadable-answer': 'internal',
  'other-version': 'internal',
  refused: 'internal',
  unreachable: 'internal',
  'path-too-long': 'storage-failed',
  'foreign-folder': 'storage-failed',
  'folder-failed': 'storage-failed',
  'lock-failed': 'storage-failed',
  'socket-failed': 'storage-failed',
} as const satisfies Record<ControlProblem['kind'], ExitReason>;

const STEPS: Partial<Record<ControlProblem['kind'], string>> = {
  'not-connected': 'Connect with: smartvpn connect PROFILE',
  'path-too-long': 'Set XDG_RUNTIME_DIR to a folder with a shorter path.',
  'foreign-folder': 'Remove it, or set XDG_RUNTIME_DIR.',
};

/** For whoever has connected by sudo, and asks without it. */
export function rootConnectionStep(): string | undefined {
  return process.geteuid?.() !== 0 && rootHoldsConnection()
    ? 'Root has one, which only root may see and end: sudo smartvpn status'
    : undefined;
}

/** What is wrong with the control socket as a command's failure. */
export function controlFailure(problem: ControlProblem): CommandFailure {
  const step = (problem.kind === 'not-connected' ? rootConnectionStep() : undefined) ?? STEPS[problem.kind];
  return {
    reason: REASONS[problem.kind],
    message: controlProblemText(problem),
    steps: step === undefined ? [] : [step],
  };
}

/** For a second `connect`. */
export function alreadyConnectedSentence(status: Status): string {
  const { name, server } = status.profile;
  if (status.tunnel !== undefined)
    return `Already connected to ${name} (${server}) as ${status.tunnel.address}.`;
  const now = status.text.endsWith('…') ? status.text : `${status.text}.`;
  return status.traffic === 'blocked'
    ? `The connection to ${name} (${server}) has lost its tunnel. ${now}`
    : `A connection to ${name} (${server}) is already being made: ${now}`;
}
