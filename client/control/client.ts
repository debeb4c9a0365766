import { connect } from 'node:net';
import type { ControlProblem } from './control-problem.ts';
import { JsonLines } from './json-lines.ts';
import { type Reply, type Request, replySchema } from './messages.ts';
import { checkRuntimeFolder, controlSocketPath } from './runtime-folder.ts';
import { type Result, err, ok } from '../../shared/result.ts';

/** How long a holder may take to answer at all; disconnecting takes it a moment. */
const ANSWER_MILLISECONDS = 10_000;

/** Whether somebody listens there. A socket file without a listener was left by a process that died. */
export function isAnswering(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const finish = (answering: boolean): void => {
      socket.destroy();
      resolve(answering);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      finish(error.code === 'EAGAIN' || error.code === 'EACCES'),
    );
  });
}

/**
 * Asks the user's running connection. `listener` gets every reply; the promise resolves when the holder has
 * ended the conversation or `signal` has. `not-connected` when no connection is held.
 */
export function askHolder(
  runtimeFolder: string,
  request: Request,
  listener: (reply: Reply) => void,
  signal: AbortSignal,
): Promise<Result<undefined, ControlProblem>> {
  const path = controlSocketPath(runtimeFolder);
  if (!path.ok) return Promise.resolve(path);
  const folder = checkRuntimeFolder(runtimeFolder);
  if (!folder.ok) return Promise.resolve(folder);
  return new Promise((resolve) => {
    const socket = connect(path.value);
    const lines = new JsonLines();
    const finish = (result: Result<undefined, ControlProblem>): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(result);
    };
    const onAbort = (): void => finish(ok(undefined));
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    // What goes on has no deadline; a question has.
    const goesOn = request.request === 'statistics' || request.request === 'log';
    socket.setTimeout(goesOn ? 0 : ANSWER_MILLISECONDS, () => finish(err({ kind: 'no-answer' })));
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(unreachable(error)));
    socket.once('close', () => finish(ok(undefined)));
    socket.on('data', (chunk: Buffer) => {
      const refused = receive(lines.push(chunk), listener);
      if (refused !== undefined) finish(refused);
    });
  });
}

function receive(
  values: ReturnType<JsonLines['push']>,
  listener: (reply: Reply) => void,
): Result<undefined, ControlProblem> | undefined {
  if (!values.ok) return err({ kind: 'unreadable-answer' });
  for (const value of values.value) {
    const reply = replySchema.safeParse(value);
    if (!reply.success) return err({ kind: 'other-version' });
    if (reply.data.reply === 'refused') return err({ kind: 'refused', sentence: reply.data.message });
    listener(reply.data);
  }
  return undefined;
}

function unreachable(error: NodeJS.ErrnoException): Result<undefined, ControlProblem> {
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') {
    return err({ kind: 'not-connected' });
  }
  return err({ kind: 'unreachable', code: error.code ?? error.message });
}
