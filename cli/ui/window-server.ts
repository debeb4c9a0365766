import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { LARGEST_PROFILE_FILE } from '../../shared/profile-file.ts';
import { guardPage, guardSocket } from './request-guard.ts';
import { pageHeaders } from './page-headers.ts';
import { userOfPeer } from './peer-user.ts';
import type { PageFiles } from './page-files.ts';
import { WindowSocket, type WindowSocketParts } from './window-socket.ts';

/** Text of the largest message: an imported file, in which quotes and line breaks take two characters. */
const LARGEST_MESSAGE_BYTES = 2 * LARGEST_PROFILE_FILE + 65_536;
const MOST_CONNECTIONS = 128;
const MOST_SOCKETS = 32;
/** Of those, so many may not have said their token yet. */
const MOST_STRANGERS = 8;
const SOCKET_PATH = '/contract';

export interface WindowServerOptions extends WindowSocketParts {
  /** 0 = any free port. */
  readonly port: number;
  readonly files: PageFiles;
  /** Users whose programs may be a window. */
  readonly users: ReadonlySet<number>;
}

export interface WindowServer {
  readonly port: number;
  /** Resolves when no connection is left. */
  close(): Promise<void>;
}

/**
 * Serves the window to this machine's browser: on the loopback address alone, to requests that name this
 * machine, from memory. Rejects when the port cannot be had.
 */
export async function startWindowServer(options: WindowServerOptions): Promise<WindowServer> {
  const sockets = new Set<WindowSocket>();
  const server = createServer(
    { maxHeaderSize: 16_384, headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 5_000 },
    (request, response) => answer(request, response, options.files),
  );
  server.maxConnections = MOST_CONNECTIONS;
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: LARGEST_MESSAGE_BYTES,
    // Compressing texts that hold both secrets and what others chose tells of the former by length.
    perMessageDeflate: false,
  });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Until `ws` has it: a stream that breaks meanwhile is no fault.
    const broken = (): void => void stream.destroy();
    stream.on('error', broken);
    void refusalOf(request, options.users).then((refused) => {
      stream.off('error', broken);
      const refusal = refused ?? (hasRoom(sockets) ? undefined : 503);
      if (refusal !== undefined || !(stream instanceof Socket)) {
        refuse(stream, refusal ?? 400);
        return;
      }
      webSockets.handleUpgrade(request, stream, head, (webSocket) => {
        const socket = new WindowSocket(webSocket, stream, options);
        sockets.add(socket);
        webSocket.once('close', () => sockets.delete(socket));
      });
    });
  });
  const port = await listen(server, options.port);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.close();
        server.closeAllConnections();
      }),
  };
}

async function refusalOf(request: IncomingMessage, users: ReadonlySet<number>): Promise<number | undefined> {
  if (!guardSocket(request).allowed) return 403;
  if (request.url !== SOCKET_PATH) return 404;
  // The address with its token stood in the browser's arguments, where every user of this machine can read it.
  return (await isOfUsers(request.socket, users)) ? undefined : 403;
}

function hasRoom(sockets: ReadonlySet<WindowSocket>): boolean {
  const strangers = Array.from(sockets).filter((socket) => !socket.isAdmitted).length;
  return sockets.size < MOST_SOCKETS && strangers < MOST_STRANGERS;
}

async function isOfUsers(socket: Socket, users: ReadonlySet<number>): Promise<boolean> {
  const { remoteAddress: address, remotePort: port, localPort: serverPort } = socket;
  if (address === undefined || port === undefined || serverPort === undefined) return false;
  const user = await userOfPeer({ address, port, serverPort });
  return user === 'unknown' || (user !== undefined && users.has(user));
}

function refuse(stream: Duplex, status: number): void {
  stream.on('error', () => stream.destroy());
  stream.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function answer(request: IncomingMessage, response: ServerResponse, files: PageFiles): void {
  const guarded = guardPage(request);
  if (!guarded.allowed) {
    end(response, 403, {}, 'This address is for the browser of this machine alone.\n');
    return;
  }
  const headers = pageHeaders(guarded.host);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    end(response, 405, { ...headers, allow: 'GET, HEAD' }, '');
    return;
  }
  const [path] = (request.url ?? '').split('?', 1);
  const file = files.get(path ?? '');
  if (file === undefined) end(response, 404, headers, 'There is nothing here.\n');
  else end(response, 200, { ...headers, 'content-type': file.type }, file.content);
}

/** Node leaves the body out for HEAD. */
function end(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer | string,
): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...headers,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
