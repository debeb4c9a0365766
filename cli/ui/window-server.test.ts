import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createService, type Service } from '../../client/service/service.ts';
import { createLog } from '../../client/log.ts';
import { startSession } from '../../client/session/session.ts';
import { MemorySecretStore } from '../../client/store/secret-store.ts';
import { openStore } from '../../client/store/store.ts';
import { contractServer } from '../../shared/contract/contract-server.ts';
import {
  readMessage,
  serverMessageSchema,
  type ServerMessage,
} from '../../shared/contract/socket-messages.ts';
import type { PageFiles } from './page-files.ts';
import { trustedUsers } from './peer-user.ts';
import { startWindowServer, type WindowServer } from './window-server.ts';
import { WindowTokens } from './window-tokens.ts';

const run = promisify(execFile);

const FILES: PageFiles = new Map([
  ['/', { type: 'text/html; charset=utf-8', content: Buffer.from('<!doctype html>the page') }],
  ['/assets/main.js', { type: 'text/javascript; charset=utf-8', content: Buffer.from('0') }],
]);

const closing: (() => Promise<unknown>)[] = [];
let server: WindowServer;
let service: Service;
let tokens: WindowTokens;
let invitationsUsed: number;
let served: number;

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'window-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  service = await createService({
    store: await openStore(folder),
    secrets: new MemorySecretStore(),
    network: undefined,
    log: createLog(),
    startSessionFor: () => startSession,
    version: '1.2.3',
    platform: { shell: 'browser', system: 'linux', hasTray: false, canStartAtLogin: false },
    systemLanguage: 'en',
  });
  closing.push(() => service.close());
  tokens = new WindowTokens();
  invitationsUsed = 0;
  served = 0;
  const serve = contractServer(service.handlers, (_name, fault) => expect.fail(String(fault)));
  server = await startWindowServer({
    port: 0,
    files: FILES,
    users: trustedUsers(process.geteuid?.(), {}),
    service,
    serve: (...call) => {
      served += 1;
      return serve(...call);
    },
    tokens,
    onInvitationUsed: () => (invitationsUsed += 1),
  });
  closing.push(() => server.close());
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Says exactly these bytes, and hears the answer to its end. */
function say(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(heard);
      else reject(error);
    });
    socket.on('close', () => resolve(heard));
  });
}

function get(
  target: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<string> {
  const all = { Host: `127.0.0.1:${server.port}`, Connection: 'close', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return say(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`);
}

function statusOf(answer: string): string {
  return answer.slice(9, 12);
}

interface Window {
  readonly socket: WebSocket;
  send(message: unknown): void;
  next(): Promise<ServerMessage>;
  readonly closed: Promise<number>;
}

function open(options: { host?: string; origin?: string | undefined; path?: string } = {}): Window {
  const host = options.host ?? `127.0.0.1:${server.port}`;
  const origin = 'origin' in options ? options.origin : `http://${host}`;
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${options.path ?? '/contract'}`, {
    headers: { host },
    ...(origin === undefined ? {} : { origin }),
  });
  const messages: ServerMessage[] = [];
  const waiting: ((message: ServerMessage) => void)[] = [];
  socket.on('message', (data) => {
    const message = readMessage(serverMessageSchema, Buffer.isBuffer(data) ? data.toString() : undefined);
    if (!message.ok) return;
    const take = waiting.shift();
    if (take === undefined) messages.push(message.value);
    else take(message.value);
  });
  const closed = new Promise<number>((resolve) => {
    socket.once('close', (code) => resolve(code));
  });
  socket.on('error', () => undefined);
  const opened = new Promise<void>((resolve) => socket.once('open', () => resolve()));
  return {
    socket,
    send: (message) =>
      void opened.then(() => socket.send(typeof message === 'string' ? message : JSON.stringify(message))),
    next: () => {
      const message = messages.shift();
      if (message !== undefined) return Promise.resolve(message);
      return new Promise((resolve) => waiting.push(resolve));
    },
    closed,
  };
}

/** The HTTP status with which an upgrade was refused. */
function refusal(options: Parameters<typeof open>[0]): Promise<number> {
  const { socket } = open(options);
  return new Promise((resolve, reject) => {
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
      socket.terminate();
    });
    socket.once('open', () => reject(new Error('let in')));
  });
}

describe('the page', () => {
  test('comes with a policy that lets nothing foreign in, and is kept nowhere', async () => {
    const answer = await get('/');
    expect(statusOf(answer)).toBe('200');
    expect(answer).toContain('<!doctype html>the page');
    expect(answer).toContain(
      "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'",
    );
    expect(answer).toContain(`connect-src 'self' ws://127.0.0.1:${server.port};`);
    for (const header of [
      'x-content-type-options: nosniff',
      'cache-control: no-store',
      'referrer-policy: no-referrer',
      'cross-origin-opener-policy: same-origin',
      'cross-origin-resource-policy: same-origin',
    ])
      expect(answer).toContain(`${header}\r\n`);
    expect(answer).not.toContain(tokens.invitation);
  });

  test('with any of this machine’s own names and any port, as behind an SSH port forward', async () => {
    for (const host of ['localhost', 'LOCALHOST:9', '127.0.0.1:8443', '[::1]:8443']) {
      expect(statusOf(await get('/', { Host: host }))).toBe('200');
    }
  });

  test.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    'evil.example#127.0.0.1',
    'evil.example@127.0.0.1',
    '127.0.0.1:8443,evil.example',
    '0.0.0.0',
    '127.0.0.1:',
    '[::1',
    '',
  ])('not to a foreign Host (DNS rebinding): %j', async (host) => {
    const answer = await get('/', { Host: host });
    expect(['400', '403']).toContain(statusOf(answer));
    expect(answer).not.toContain('the page');
  });

  test('not to two Hosts, none, or a foreign Origin', async () => {
    const ours = `Host: 127.0.0.1:${server.port}\r\n`;
    expect(
      statusOf(await say(`GET / HTTP/1.1\r\n${ours}Host: evil.example\r\nConnection: close\r\n\r\n`)),
    ).toBe('403');
    expect(statusOf(await say('GET / HTTP/1.1\r\nConnection: close\r\n\r\n'))).toBe('400');
    expect(statusOf(await say('GET / HTTP/1.0\r\n\r\n'))).toBe('403');
    expect(statusOf(await get('/', { Origin: 'https://evil.example' }))).toBe('403');
    expect(statusOf(await get('/', { Origin: 'null' }))).toBe('403');
  });

  test.each([
    '/../package.json',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/../../../../etc/passwd',
    '/assets/..\\..\\etc\\passwd',
    '//etc/passwd',
    '/etc/passwd',
    '/assets/',
    '/assets',
    '/.',
    '/__proto__',
    '/constructor',
    '/\0',
    'http://evil.example/',
    '*',
    'file:///etc/passwd',
    '/contract',
    '/index.html%00.js',
  ])('nothing else is to be had: %j', async (target) => {
    const answer = await get(target);
    expect(['400', '404']).toContain(statusOf(answer));
    expect(answer).not.toContain('root:');
  });

  test('only GET and HEAD; a query changes nothing', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
      expect(statusOf(await get('/', { 'Content-Length': '0' }, method))).toBe('405');
    }
    expect(await get('/', {}, 'HEAD')).not.toContain('the page');
    expect(statusOf(await get('/assets/main.js?v=1'))).toBe('200');
  });
});

describe('the socket', () => {
  test('a window with the printed token is let in, and calls are answered', async () => {
    const window = open();
    window.send({ token: tokens.invitation });
    expect(await window.next()).toEqual({ welcome: { token: expect.any(String) } });
    expect(invitationsUsed).toBe(1);
    window.send({ id: 7, call: 'snapshot', request: {} });
    expect(await window.next()).toMatchObject({ id: 7, reply: { ok: true, value: { appVersion: '1.2.3' } } });
    window.send({ id: 8, call: 'no-such-call', request: {} });
    expect(await window.next()).toMatchObject({
      id: 8,
      reply: { ok: false, error: { code: 'unknown-call' } },
    });
  });

  test('missing token: what is said instead is not answered', async () => {
    const window = open();
    window.send({ id: 0, call: 'snapshot', request: {} });
    expect(await window.closed).toBe(4401);
  });

  test.each([{ token: 'x'.repeat(43) }, { token: 7 }, {}, [], null, 'no json', ''])(
    'wrong token: %j',
    async (hello) => {
      const window = open();
      window.send(hello);
      expect(await window.closed).toBe(4401);
      expect(invitationsUsed).toBe(0);
    },
  );

  test('replayed token: an address from a browser’s history is of no use', async () => {
    const { invitation } = tokens;
    const window = open();
    window.send({ token: invitation });
    await window.next();
    const replay = open();
    replay.send({ token: invitation });
    expect(await replay.closed).toBe(4401);
    // Nor after the window has gone.
    window.socket.close();
    await window.closed;
    const late = open();
    late.send({ token: invitation });
    expect(await late.closed).toBe(4401);
  });

  test('the window itself comes back, reloaded or after a lost link', async () => {
    const first = open();
    first.send({ token: tokens.invitation });
    const welcome = await first.next();
    const token = 'welcome' in welcome ? welcome.welcome.token : '';
    first.socket.terminate();
    for (const host of ['127.0.0.1:1', 'localhost:8443']) {
      const again = open({ host });
      again.send({ token });
      expect(await again.next()).toEqual({ welcome: { token } });
    }
    expect(invitationsUsed).toBe(1);
  });

  test.each([
    'http://evil.example',
    'null',
    'file://',
    'https://127.0.0.1',
    'http://127.0.0.1:1',
    'http://localhost:8000',
    'http://127.0.0.1.evil.example',
    undefined,
  ])('foreign Origin: %j', async (origin) => {
    expect(await refusal({ origin })).toBe(403);
  });

  test('foreign Host (DNS rebinding), with the Origin that goes with it', async () => {
    expect(await refusal({ host: 'evil.example', origin: 'http://evil.example' })).toBe(403);
    expect(await refusal({ host: `evil.example:${server.port}` })).toBe(403);
  });

  test.skipIf(process.geteuid?.() !== 0)(
    'another user of this machine, although the token is known to them',
    async () => {
      const host = `127.0.0.1:${server.port}`;
      const upgrade = [
        'GET /contract HTTP/1.1',
        `Host: ${host}`,
        `Origin: http://${host}`,
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      ].map((line) => `${line}\r\n`);
      const ask = `exec 3<>/dev/tcp/127.0.0.1/${server.port}; printf '%s\r\n' "$1" >&3; read -r answer <&3; echo "$answer"`;
      const answerTo = async (uid: number): Promise<string> =>
        (await run('bash', ['-c', ask, 'bash', upgrade.join('')], { uid, timeout: 10_000 })).stdout.trim();
      expect(await answerTo(65_534)).toBe('HTTP/1.1 403 Refused');
      expect(await answerTo(0)).toBe('HTTP/1.1 101 Switching Protocols');
    },
  );

  test('another path is no socket', async () => {
    expect(await refusal({ path: '/' })).toBe(404);
    expect(await refusal({ path: '/contract?x' })).toBe(404);
    expect(await refusal({ path: '/%63ontract' })).toBe(404);
  });

  test('without a token nobody makes the program collect a large message', async () => {
    const window = open();
    window.send(JSON.stringify({ token: 'x'.repeat(1_000_000) }));
    expect(await window.closed).toBe(1006);
  });

  test('so many strangers at once and no more; a window that was let in makes room', async () => {
    const strangers = Array.from({ length: 8 }, () => open());
    await Promise.all(strangers.map(({ socket }) => new Promise((resolve) => socket.once('open', resolve))));
    expect(await refusal({})).toBe(503);
    const [first] = strangers;
    first?.send({ token: tokens.invitation });
    await first?.next();
    const late = open();
    late.send({ token: tokens.invitation });
    expect(await late.next()).toMatchObject({ welcome: {} });
  });

  test('what is no call, and what is no text, ends the conversation', async () => {
    for (const [message, code] of [
      ['[1,2', 1008],
      [Buffer.from('{}'), 1003],
    ] as const) {
      const window = open();
      window.send({ token: tokens.invitation });
      await window.next();
      window.socket.send(message);
      expect(await window.closed).toBe(code);
    }
  });

  test('a window that sends calls and reads no answers is not answered without bound', async () => {
    const window = open();
    window.send({ token: tokens.invitation });
    await window.next();
    window.socket.pause();
    const profiles = Array.from({ length: 600 }, (_none, index) => ({
      name: `Branch ${index}`,
      server: 'a.example',
    }));
    await service.handlers.importProfiles(
      { text: JSON.stringify({ format: 'smart-vpn-profiles', version: 1, profiles }) },
      service.attach(() => undefined),
    );
    // A snapshot is about a third of a megabyte, all of them more than any socket's buffers.
    for (let id = 0; id < 120; id += 1)
      window.socket.send(JSON.stringify({ id, call: 'snapshot', request: {} }));
    const other = open();
    other.send({ token: tokens.invitation });
    await other.next();
    for (let id = 0; id < 5; id += 1) {
      other.send({ id, call: 'history', request: { profileId: crypto.randomUUID() } });
      await other.next();
    }
    expect(served).toBeLessThan(80);
    // And gets all of them as soon as it reads.
    window.socket.resume();
    const replies: ServerMessage[] = [];
    while (replies.filter((reply) => 'id' in reply).length < 120) replies.push(await window.next());
  });
});
