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
  /** As if the signal had come: for Ctrl-C typed while the terminal is in raw mode. */
  interrupt(reason: InterruptReason): void;
}

/**
 * Turns signals into an abort: commands then tidy up and end by themselves. A second signal ends
 * the program at once, and a program that cannot end ends after LAST_RESORT_MILLISECONDS.
 */
export function watchInterruption(): Interruption {
  const controller = new AbortController();
  let happened: InterruptReason | undefined;
  const interrupt = (reason: InterruptReason): void => {
    if (happened !== undefined) process.exit(exitCode(reason));
    happened = reason;
    setTimeout(() => process.exit(exitCode(reason)), LAST_RESORT_MILLISECONDS).unref();
    controller.abort();
  };
  process.on('SIGINT', () => interrupt(REASONS.SIGINT));
  process.on('SIGTERM', () => interrupt(REASONS.SIGTERM));
  process.on('SIGHUP', () => interrupt(REASONS.SIGHUP));
  return { signal: controller.signal, reason: () => happened, interrupt };
}

export function interruptedMessage(reason: InterruptReason): string {
  return reason === 'interrupted' ? 'Interrupted.' : `Interrupted: ${reason}.`;
}
