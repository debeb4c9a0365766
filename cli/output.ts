import { setImmediate } from 'node:timers/promises';
import type { WriteStream } from 'node:tty';
import { type CommandFailure, failure } from './command-failure.ts';
import { exitCode } from './exit-codes.ts';
import { fileErrorText } from './file-error-text.ts';

/**
 * Where a command's words go. For people: results on standard output, progress, questions and failures on
 * standard error. For programs (`--json`): one JSON object per line on standard output, and nothing else.
 */
export interface Output {
  readonly json: boolean;
  /** A result. Not printed under `--json`. */
  line(text: string): void;
  /** Progress or a remark. Not printed under `--json`. */
  note(text: string): void;
  /** Something is not as it should be, and the command goes on. For people and programs. */
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  /** Printed under `--json` only. */
  object(value: Readonly<Record<string, unknown>>): void;
  fail(failure: CommandFailure): number;
  readonly style: Style;
}

/** Emphasis by terminal colours; the identity where there are none. Colour is never the only sign. */
export interface Style {
  good(text: string): string;
  bad(text: string): string;
  wait(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

const PLAIN: Style = {
  good: (text) => text,
  bad: (text) => text,
  wait: (text) => text,
  dim: (text) => text,
  strong: (text) => text,
};

const COLOURED: Style = {
  good: (text) => `\u001b[32m${text}\u001b[39m`,
  bad: (text) => `\u001b[31m${text}\u001b[39m`,
  wait: (text) => `\u001b[33m${text}\u001b[39m`,
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
  strong: (text) => `\u001b[1m${text}\u001b[22m`,
};

/** Whether colours may be used: on a terminal only, and never with NO_COLOR (no-color.org) or TERM=dumb. */
export function mayColour(isTerminal: boolean, environment: NodeJS.ProcessEnv): boolean {
  return isTerminal && (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb';
}

/**
 * A peer's or a file's text made fit for a terminal: control characters, which could move the cursor
 * or rewrite what stands above, become a visible replacement.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{FFFD}');
}

/** Prints to the process's own streams. */
export function createOutput(json: boolean): Output {
  const style = mayColour(process.stderr.isTTY && process.stdout.isTTY, process.env) ? COLOURED : PLAIN;
  const object = (value: Readonly<Record<string, unknown>>): void => {
    if (json) write(process.stdout, `${JSON.stringify(value)}\n`);
  };
  const note = (text: string): void => {
    if (!json) write(process.stderr, `${text}\n`);
  };
  return {
    json,
    style,
    object,
    note,
    line: (text) => {
      if (!json) write(process.stdout, `${text}\n`);
    },
    warn: (message, details = {}) => {
      object({ event: 'warning', message, ...details });
      note(`${style.wait('Warning:')} ${printable(message)}`);
    },
    fail: (failure) => {
      object(failureObject(failure));
      if (failure.title === undefined) note(`${style.bad('Failed:')} ${printable(failure.message)}`);
      else note(`${style.bad(failure.title)}\n  ${printable(failure.message)}`);
      for (const step of failure.steps) note(`  ${step}`);
      return exitCode(failure.reason);
    },
  };
}

/** `{"event":"failed","reason","message","steps","exitCode","details"}`: the last line of a command that failed. */
export function failureObject(failure: CommandFailure): Readonly<Record<string, unknown>> {
  return { event: 'failed', exitCode: exitCode(failure.reason), ...failure };
}

function write(stream: WriteStream, text: string): void {
  // A reader that has gone away (`smartvpn status | head -1`) must not bring down a held tunnel.
  if (!stream.destroyed && stream.writable) stream.write(text);
}

/** A pipe's reader, or a terminal, has gone: nobody misses what was not printed. */
const NOBODY_READS: ReadonlySet<unknown> = new Set(['EPIPE', 'EIO']);

/** What became of the process's own streams. */
export interface WatchedOutput {
  /** Why what was printed is not where it should be; undefined when it is. To be asked at the end. */
  failure(): Promise<CommandFailure | undefined>;
}

/**
 * Calls back when standard output takes nothing more: its reader has gone, the terminal was closed, the disk is full.
 * None of these may bring down a held tunnel, which has routes and DNS to take back. Must be called once, at the start.
 */
export function watchOutput(onGone: () => void): WatchedOutput {
  // process.stdout itself forgets: its `errored` is null again.
  let lost: NodeJS.ErrnoException | undefined;
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    lost ??= error;
    onGone();
  });
  return {
    failure: async () => {
      // A stream tells of a failed write when the writer has gone on.
      await setImmediate();
      if (lost === undefined || NOBODY_READS.has(lost.code)) return undefined;
      return failure('file-failed', `Standard output could not be written: ${fileErrorText(lost)}.`);
    },
  };
}
