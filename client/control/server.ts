import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { isAnswering } from './client.ts';
import type { ControlProblem } from './control-problem.ts';
import { JsonLines } from './json-lines.ts';
import { forgetEnding } from './last-ending.ts';
import { type ProfileSummary, type Reply, type Statistics, type Status, requestSchema } from './messages.ts';
import { controlSocketPath, makeRuntimeFolder } from './runtime-folder.ts';
import { FolderLock } from '../store/folder-lock.ts';
import { assertNever } from '../../shared/assert-never.ts';
import { type Result, err, ok } from '../../shared/result.ts';

/** What the holder of a connection lets others ask. */
export interface ControlHandlers {
  status(): Status;
  profile(): ProfileSummary;
  /** Hands out a sample per interval while connected; the function ends it. */
  watchStatistics(listener: (statistics: Statistics) => void, intervalMilliseconds: number): () => void;
  logLines(): readonly string[];
  watchLog(listener: (line: string) => void): () => void;
  /** Resolves when nothing of the connection is left. */
  disconnect(): Promise<void>;
}

export interface ControlServer {
  /** Removes the socket and ends the conversations. */
  close(): Promise<void>;
}

const MAXIMUM_CONVERSATIONS = 32;
/** Time for a client to say what it wants. */
const REQUEST_MILLISECONDS = 5_000;
/** What may wait for a client that does not read; then it is dropped. */
const MAXIMUM_WAITING_BYTES = 1_048_576;

/**
 * Listens for other terminals' `status`, `stats`, `log` and `disconnect`. The one socket of a user is also
 * what keeps a second connection from being made: the problem is `already-connected` while its holder lives.
 */
export async function startControlServer(
  runtimeFolder: string,
  handlers: ControlHandlers,
): Promise<Result<ControlServer, ControlProblem>> {
  const folder = makeRuntimeFolder(runtimeFolder);
  if (!folder.ok) return folder;
  const path = controlSocketPath(runtimeFolder);
  if (!path.ok) return path;

  const conversations = new Set<Socket>();
  const server = createServer((socket) => {
    if (conversations.size >= MAXIMUM_CONVERSATIONS) {
      socket.destroy();
      return;
    }
    conversations.add(socket);
    socket.once('close', () => conversations.delete(socket));
    converse(socket, handlers);
  });
  const locked = await new FolderLock(runtimeFolder).run<Result<undefined, ControlProblem>, never>(async () =>
    ok(await claim(server, path.value)),
  );
  if (!locked.ok) return err({ kind: 'lock-failed', problem: locked.error });
  if (!locked.value.ok) return locked.value;
  chmodSync(path.value, 0o600);
  await forgetEnding(runtimeFolder);
  // The socket alone is no reason to stay.
  server.unref();
  return ok({
    close: () =>
      new Promise((resolve) => {
        // close() also removes the socket file
        server.close(() => resolve());
        for (const socket of conversations) socket.destroySoon();
      }),
  });
}

/** Only under the folder's lock: otherwise one could remove the socket that another has just made. */
async function claim(server: Server, path: string): Promise<Result<undefined, ControlProblem>> {
  let code = await listen(server, path);
  if (code === 'EADDRINUSE') {
    if (await isAnswering(path)) return err({ kind: 'already-connected' });
    // left by a holder that died
    rmSync(path, { force: true });
    code = await listen(server, path);
  }
  return code === undefined ? ok(undefined) : err({ kind: 'socket-failed', path, code });
}

function listen(server: Server, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
    server.once('error', onError);
    server.listen(path, () => {
      server.off('error', onError);
      resolve(undefined);
    });
  });
}

function converse(socket: Socket, handlers: ControlHandlers): void {
  const lines = new JsonLines();
  let stop: (() => void) | undefined;
  let asked = false;
  socket.setTimeout(REQUEST_MILLISECONDS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.once('close', () => stop?.());
  const send = (reply: Reply): void => {
    if (socket.destroyed || !socket.writable) return;
    socket.write(`${JSON.stringify(reply)}\n`);
    if (socket.writableLength > MAXIMUM_WAITING_BYTES) socket.destroy();
  };
  socket.on('data', (chunk: Buffer) => {
    const values = lines.push(chunk);
    if (values.ok && values.value.length === 0) return;
    if (asked || !values.ok || values.value.length > 1) {
      socket.destroy();
      return;
    }
    asked = true;
    const [value] = values.value;
    socket.setTimeout(0);
    const request = requestSchema.safeParse(value);
    if (!request.success) {
      send({ reply: 'refused', message: 'This connection is held by another version of smartvpn.' });
      socket.end();
      return;
    }
    stop = answer(request.data, handlers, send, () => socket.end());
  });
}

/** Answers one request; the function, where there is one, ends what goes on. */
function answer(
  request: ReturnType<typeof requestSchema.parse>,
  handlers: ControlHandlers,
  send: (reply: Reply) => void,
  end: () => void,
): (() => void) | undefined {
  switch (request.request) {
    case 'status':
      send({ reply: 'status', status: handlers.status() });
      end();
      return undefined;
    case 'statistics':
      return handlers.watchStatistics(
        (statistics) => send({ reply: 'statistics', statistics }),
        request.intervalMilliseconds,
      );
    case 'log':
      for (const line of handlers.logLines()) send({ reply: 'log', line });
      if (request.follow) return handlers.watchLog((line) => send({ reply: 'log', line }));
      end();
      return undefined;
    case 'disconnect':
      void disconnect(handlers, send, end);
      return undefined;
    default:
      return assertNever(request);
  }
}

async function disconnect(
  handlers: ControlHandlers,
  send: (reply: Reply) => void,
  end: () => void,
): Promise<void> {
  await handlers.disconnect();
  send({ reply: 'disconnected', profile: handlers.profile() });
  end();
}
