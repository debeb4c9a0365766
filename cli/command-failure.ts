import type { ExitReason } from './exit-codes.ts';
import { type Result, err } from '../shared/result.ts';

/** Why a command ends without having done its work: one sentence, and what may be done about it. */
export interface CommandFailure {
  readonly reason: ExitReason;
  /** A heading without full stop, where there is one. */
  readonly title?: string | undefined;
  readonly message: string;
  readonly steps: readonly string[];
  /** The cause with its own fields, for programs. Holds no secret. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** What a command that may fail hands back. */
export type CommandResult<T> = Result<T, CommandFailure>;

export function failure(reason: ExitReason, message: string, ...steps: string[]): CommandFailure {
  return { reason, message, steps };
}

export function fail(
  reason: ExitReason,
  message: string,
  ...steps: string[]
): { readonly ok: false; readonly error: CommandFailure } {
  return err(failure(reason, message, ...steps));
}
