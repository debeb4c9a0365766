import { type CommandFailure, failure } from './command-failure.ts';
import type { ExitReason } from './exit-codes.ts';
import { exitCode } from './exit-codes.ts';

const REASONS = { SIGINT: 'interrupted', SIGTERM: 'terminated', SIGHUP: 'hangup' } as const satisfies Record<
  string,
  ExitReason
>;
export type InterruptReason = (typeof REASONS)[keyof typeof REASONS];

/** Taking routes and DNS back runs a few commands; a machine that cannot do it in this time is stuck. */
const LAST_RESORT_MILLISECONDS = 5_000;

/** The wish to end, by Ctrl-C, SIGTERM or a closed terminal. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Which it was, once it has happened. */
  reason(): InterruptReason | undefined;
  /** As if the signal had come: for Ctrl-C typed while the terminal is in raw mode, and for a terminal that has gone. */
  interrupt(reason: InterruptReason): void;
}

/**
 * Turns signals into an abort: commands then tidy up and end by themselves. A second Ctrl-C or SIGTERM ends
 * the program at once, and a program that cannot end ends after LAST_RESORT_MILLISECONDS.
 */
export function watchInterruption(end: (code: number) => void = (code) => process.exit(code)): Interruption {
  const controller = new AbortController();
  let happened: InterruptReason | undefined;
  const interrupt = (reason: InterruptReason): void => {
    if (happened !== undefined) {
      // Of a closed terminal one hears more than once (the kernel, the shell, the end of its input): that is no impatience.
      if (reason !== 'hangup') end(exitCode(reason));
      return;
    }
    happened = reason;
    setTimeout(() => end(exitCode(reason)), LAST_RESORT_MILLISECONDS).unref();
    controller.abort();
  };
  process.on('SIGINT', () => interrupt(REASONS.SIGINT));
  process.on('SIGTERM', () => interrupt(REASONS.SIGTERM));
  process.on('SIGHUP', () => interrupt(REASONS.SIGHUP));
  return { signal: controller.signal, reason: () => happened, interrupt };
}

/** For what was given up because of it. */
export function interruptedFailure(interruption: Interruption): CommandFailure {
  const reason = interruption.reason() ?? 'interrupted';
  return failure(reason, reason === 'interrupted' ? 'Interrupted.' : `Interrupted: ${reason}.`);
}
