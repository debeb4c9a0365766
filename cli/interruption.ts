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
  /** It was started so that SIGHUP does not end it, as by nohup: a terminal that has gone is no wish to end. */
  readonly outlivesTerminal: boolean;
  /** Which it was, once it has happened. */
  reason(): InterruptReason | undefined;
  /** As if the signal had come: for Ctrl-C typed while the terminal is in raw mode, and for a terminal that has gone. */
  interrupt(reason: InterruptReason): void;
}

export interface InterruptionOptions {
  /** Ends the program at once. */
  readonly end?: (code: number) => void;
  /** As cli/hangup.sh has found out. */
  readonly outlivesTerminal?: boolean;
}

/**
 * Turns signals into an abort: commands then tidy up and end by themselves. A second Ctrl-C or SIGTERM ends
 * the program at once, and a program that cannot end ends after LAST_RESORT_MILLISECONDS.
 */
export function watchInterruption({
  end = (code) => process.exit(code),
  outlivesTerminal = process.env['SMARTVPN_OUTLIVES_TERMINAL'] !== undefined,
}: InterruptionOptions = {}): Interruption {
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
  // Not left without a listener: Node has made its default, which ends the program, of a signal that was ignored.
  process.on('SIGHUP', () => {
    if (!outlivesTerminal) interrupt(REASONS.SIGHUP);
  });
  return { signal: controller.signal, outlivesTerminal, reason: () => happened, interrupt };
}

/** For what was given up because of it. */
export function interruptedFailure(interruption: Interruption): CommandFailure {
  const reason = interruption.reason() ?? 'interrupted';
  return failure(reason, reason === 'interrupted' ? 'Interrupted.' : `Interrupted: ${reason}.`);
}
