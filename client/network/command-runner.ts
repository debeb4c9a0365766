import { execFile } from 'node:child_process';
import { assertNever } from '../../shared/assert-never.ts';

export type CommandOutcome =
  | { readonly kind: 'exited'; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** No such program. */
  | { readonly kind: 'not-found' }
  | { readonly kind: 'timed-out' }
  /** It could not be started, was killed, or said too much. */
  | { readonly kind: 'failed'; readonly detail: string };

/**
 * Runs a program to its end, without a shell. `input` goes to its standard input: that is where anything goes that is
 * not for every user's eyes, for `args` are. `deadline` in milliseconds; then it is killed, and at once when it is called off.
 */
export type CommandRunner = (
  program: string,
  args: readonly string[],
  options: { readonly deadline: number; readonly input?: string; readonly calledOff?: AbortSignal },
) => Promise<CommandOutcome>;

const MAXIMUM_OUTPUT = 4 * 1024 * 1024;
/** Not on every user's PATH; `ip` and `resolvconf` are there. */
const SYSTEM_FOLDERS = '/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin';

export const runCommand: CommandRunner = (program, args, options) =>
  new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C', PATH: `${process.env['PATH'] ?? ''}:${SYSTEM_FOLDERS}` };
    const settings = {
      env,
      timeout: options.deadline,
      killSignal: 'SIGKILL',
      maxBuffer: MAXIMUM_OUTPUT,
      signal: options.calledOff,
    } as const;
    const child = execFile(program, args, settings, (error, stdout, stderr) => {
      if (error === null) resolve({ kind: 'exited', code: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ kind: 'exited', code: error.code, stdout, stderr });
      else if (error.code === 'ENOENT') resolve({ kind: 'not-found' });
      else if (error.code === 'ABORT_ERR') resolve({ kind: 'failed', detail: 'called off' });
      else if (error.killed === true && typeof error.code !== 'string') resolve({ kind: 'timed-out' });
      else resolve({ kind: 'failed', detail: error.code ?? error.signal ?? error.message });
    });
    child.stdin?.on('error', () => {}); // EPIPE: it ended without reading its input
    child.stdin?.end(options.input ?? '');
  });

/** The outcome in a few words, for the detail of a failure. The first line of the standard error says the most. */
export function outcomeText(program: string, outcome: CommandOutcome): string {
  switch (outcome.kind) {
    case 'exited':
      return `${program}: ${outcome.stderr.trim().split('\n')[0] || `exit code ${outcome.code}`}`;
    case 'not-found':
      return `${program} is not installed`;
    case 'timed-out':
      return `${program} did not end in time`;
    case 'failed':
      return `${program}: ${outcome.detail}`;
    default:
      return assertNever(outcome);
  }
}
