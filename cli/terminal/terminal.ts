import { openSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { ReadStream, WriteStream, isatty } from 'node:tty';
import { LineEditor } from './line-editor.ts';

export type Answer =
  | { readonly kind: 'entered'; readonly line: string }
  /** Ctrl-C was typed. */
  | { readonly kind: 'interrupted' }
  /** Ctrl-D was typed. */
  | { readonly kind: 'ended' }
  /** The terminal has gone: in raw mode nothing else ends its input. */
  | { readonly kind: 'hung-up' }
  /** The question was taken back through its signal. */
  | { readonly kind: 'withdrawn' };

export interface QuestionOptions {
  /** Nothing of what is typed is shown. */
  readonly hidden?: boolean;
  readonly signal?: AbortSignal;
}

/** A person at a terminal. One question at a time. */
export interface Terminal {
  ask(question: string, options?: QuestionOptions): Promise<Answer>;
  say(text: string): void;
  close(): void;
}

/**
 * The controlling terminal, even where standard input or output are redirected. Undefined where there is
 * none: in a service, a pipeline without one, CI.
 */
export function openTerminal(): Terminal | undefined {
  const input = openInput();
  if (input === undefined) return undefined;
  return createTerminal(input, process.stderr.isTTY ? process.stderr : new WriteStream(input.fd));
}

function openInput(): (ReadStream & { fd: number }) | undefined {
  if (process.stdin.isTTY) return process.stdin;
  try {
    const fd = openSync('/dev/tty', 'r+');
    return isatty(fd) ? Object.assign(new ReadStream(fd), { fd }) : undefined;
  } catch {
    return undefined;
  }
}

function createTerminal(input: ReadStream, output: WriteStream): Terminal {
  let typedAhead = '';
  input.pause();
  // The shell that comes after us must find its terminal as it was, however we end.
  const restore = (): void => {
    if (input.isRaw) input.setRawMode(false);
  };
  process.on('exit', restore);
  // A closed terminal fails each write and each change of mode. What then happens is the hangup's affair.
  for (const stream of [input, output]) stream.on('error', () => undefined);

  const ask = (question: string, options: QuestionOptions = {}): Promise<Answer> =>
    new Promise((resolve) => {
      const editor = new LineEditor(options.hidden ?? false);
      const decoder = new StringDecoder('utf8');
      // Silence first: whoever answers at the sight of the question must not be echoed.
      input.setRawMode(true);
      output.write(question);

      const finish = (answer: Answer): void => {
        input.off('data', onData);
        input.off('end', onEnd);
        input.off('error', onEnd);
        options.signal?.removeEventListener('abort', onAbort);
        input.pause();
        restore();
        resolve(answer);
      };
      const type = (text: string): void => {
        const { echo, outcome, rest } = editor.type(text);
        output.write(echo);
        if (outcome.kind === 'typing') return;
        typedAhead = rest;
        finish(outcome);
      };
      const onData = (chunk: Buffer): void => type(decoder.write(chunk));
      const onEnd = (): void => finish({ kind: 'hung-up' });
      const onAbort = (): void => {
        output.write('\r\n');
        finish({ kind: 'withdrawn' });
      };

      if (options.signal?.aborted === true) {
        onAbort();
        return;
      }
      options.signal?.addEventListener('abort', onAbort, { once: true });
      input.on('data', onData);
      input.once('end', onEnd);
      input.once('error', onEnd);
      input.resume();
      const ahead = typedAhead;
      typedAhead = '';
      if (ahead !== '') type(ahead);
    });

  return {
    ask,
    say: (text) => void output.write(`${text}\n`),
    close: () => {
      restore();
      process.off('exit', restore);
      if (input !== process.stdin) input.destroy();
    },
  };
}

/** Asks until the answer is yes or no; anything but a clear yes within three tries is a no. */
export async function askYesNo(
  terminal: Terminal,
  question: string,
  signal?: AbortSignal,
): Promise<Exclude<Answer, { kind: 'entered' }> | boolean> {
  for (let tries = 0; tries < 3; tries += 1) {
    const answer = await terminal.ask(`${question} (yes/no) `, signal === undefined ? {} : { signal });
    if (answer.kind !== 'entered') return answer;
    const word = answer.line.trim().toLowerCase();
    if (word === 'yes' || word === 'y') return true;
    if (word === 'no' || word === 'n' || word === '') return false;
  }
  return false;
}
