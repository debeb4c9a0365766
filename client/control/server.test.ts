import { chown, mkdtemp, readdir, rm, stat, symlink, mkdir } from 'node:fs/promises';
import { type Socket, connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askHolder } from './client.ts';
import { keepEnding, readEnding } from './last-ending.ts';
import type { Reply, Statistics, Status } from './messages.ts';
import { type ControlHandlers, type ControlServer, startControlServer } from './server.ts';

const STATUS: Status = {
  state: 'connected',
  text: 'Connected',
  profile: { id: 'a', name: 'office', server: 'vpn.example', port: 443 },
  pid: 1,
};
const SAMPLE: Statistics = {
  at: 1,
  receivedBytes: 2,
  sentBytes: 3,
  receivedPackets: 4,
  sentPackets: 5,
  receiveRate: 6,
  sendRate: 7,
  peakReceiveRate: 8,
  peakSendRate: 9,
};

let folder: string;
const open: ControlServer[] = [];
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'svpn-')), 'run');
});
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
  await rm(join(folder, '..'), { recursive: true, force: true });
});

function handlers(over: Partial<ControlHandlers> = {}): ControlHandlers {
  return {
    status: () => STATUS,
    profile: () => STATUS.profile,
    watchStatistics: () => () => undefined,
    logLines: () => [],
    watchLog: () => () => undefined,
    disconnect: () => Promise.resolve(),
    ...over,
  };
}

async function start(over: Partial<ControlHandlers> = {}): ReturnType<typeof startControlServer> {
  const server = await startControlServer(folder, handlers(over));
  if (server.ok) open.push(server.value);
  return server;
}

async function ask(request: Parameters<typeof askHolder>[1]): Promise<Reply[]> {
  const replies: Reply[] = [];
  const result = await askHolder(
    folder,
    request,
    (reply) => replies.push(reply),
    new AbortController().signal,
  );
  expect(result.ok).toBe(true);
  return replies;
}

async function rawConversation(): Promise<Socket> {
  const socket = connect(join(folder, 'control.sock'));
  await once(socket, 'connect');
  return socket;
}

describe('the control socket', () => {
  test('is for its owner alone, and gone when closed', async () => {
    await start();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'control.sock'))).mode & 0o777).toBe(0o600);
    for (const server of open.splice(0)) await server.close();
    expect(await readdir(folder)).not.toContain('control.sock');
  });

  test('how the last connection ended is of no interest once there is another', async () => {
    await start();
    for (const server of open.splice(0)) await server.close();
    const failure = { reason: 'link-lost', message: 'The connection broke off.', steps: [] };
    await keepEnding(folder, { profile: STATUS.profile, endedAt: 1, failure });
    expect(await readEnding(folder)).toBeDefined();
    await start();
    expect(await readEnding(folder)).toBeUndefined();
  });

  test('answers status, log and disconnect', async () => {
    let disconnected = 0;
    await start({
      logLines: () => ['one', 'two'],
      disconnect: () => {
        disconnected += 1;
        return Promise.resolve();
      },
    });
    expect(await ask({ request: 'status' })).toEqual([{ reply: 'status', status: STATUS }]);
    expect(await ask({ request: 'log', follow: false })).toMatchObject([{ line: 'one' }, { line: 'two' }]);
    expect(await ask({ request: 'disconnect' })).toEqual([
      { reply: 'disconnected', profile: STATUS.profile },
    ]);
    expect(disconnected).toBe(1);
  });

  test('statistics go on until the asker leaves, and are not sampled after that', async () => {
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    await start({
      watchStatistics: (listener) => {
        listener(SAMPLE);
        listener(SAMPLE);
        return stop;
      },
    });
    const leaving = new AbortController();
    const samples: Reply[] = [];
    const onReply = (reply: Reply): void => {
      samples.push(reply);
      if (samples.length === 2) leaving.abort();
    };
    await askHolder(folder, { request: 'statistics', intervalMilliseconds: 1000 }, onReply, leaving.signal);
    expect(samples).toHaveLength(2);
    await stopped;
  });

  test('a second holder is told that one is there', async () => {
    await start();
    expect(await start()).toMatchObject({ ok: false, error: { kind: 'already-connected' } });
    expect(await ask({ request: 'status' })).toHaveLength(1);
  });

  test('of several that start at once over a dead one’s socket, one gets it', async () => {
    await leaveStaleSocket();
    const started = await Promise.all(Array.from({ length: 5 }, () => start()));
    expect(started.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await ask({ request: 'status' })).toHaveLength(1);
  });

  test('nobody listens: not connected', async () => {
    await leaveStaleSocket();
    const result = await askHolder(
      folder,
      { request: 'status' },
      () => undefined,
      new AbortController().signal,
    );
    expect(result).toMatchObject({ ok: false, error: { kind: 'not-connected' } });
  });

  test.each([
    ['no JSON', 'hello\n'],
    ['too long a line', 'a'.repeat(70_000)],
    ['two requests', '{"request":"log","follow":true}\n{"request":"status"}\n'],
  ])('%s ends the conversation, and the next one is answered', async (_, text) => {
    await start();
    const socket = await rawConversation();
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(text);
    await once(socket, 'close');
    expect(await ask({ request: 'status' })).toHaveLength(1);
  });

  test('an unknown request is refused in words', async () => {
    await start();
    const socket = await rawConversation();
    socket.write('{"request":"reboot"}\n');
    const [answer] = await once(socket, 'data');
    expect(JSON.parse(String(answer))).toMatchObject({ reply: 'refused' });
    socket.destroy();
  });

  test('a folder that is a link is refused: somebody else may own where it leads', async () => {
    const elsewhere = join(folder, '..', 'elsewhere');
    await mkdir(elsewhere);
    await symlink(elsewhere, folder);
    expect(await start()).toMatchObject({ ok: false, error: { kind: 'foreign-folder' } });
  });

  test('nobody is asked who listens in a folder of somebody else’s', async () => {
    await start();
    const there = folder;
    folder = join(folder, '..', 'link');
    await symlink(there, folder);
    const replies: Reply[] = [];
    const asked = askHolder(
      folder,
      { request: 'status' },
      (reply) => replies.push(reply),
      new AbortController().signal,
    );
    expect(await asked).toMatchObject({ ok: false, error: { kind: 'foreign-folder' } });
    expect(replies).toEqual([]);
  });

  test.skipIf(process.geteuid?.() !== 0)('also where it is no link', async () => {
    await start();
    await chown(folder, 12_345, 12_345);
    const asked = askHolder(folder, { request: 'status' }, () => undefined, new AbortController().signal);
    expect(await asked).toMatchObject({ ok: false, error: { kind: 'foreign-folder' } });
  });

  test('too long a path is said, not cut off', async () => {
    folder = join(folder, 'x'.repeat(120));
    const started = await startControlServer(folder, handlers());
    expect(started).toMatchObject({ ok: false, error: { kind: 'path-too-long' } });
    folder = join(folder, '..');
  });
});

/** As a holder that was killed leaves it: the file is there, nobody listens. */
async function leaveStaleSocket(): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'control.sock');
  const code = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', code]), 'exit');
  await expect(
    new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once('connect', resolve);
      socket.once('error', reject);
    }),
  ).rejects.toMatchObject({ code: 'ECONNREFUSED' });
}
