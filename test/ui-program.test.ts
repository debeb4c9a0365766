import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startControlServer } from '../client/control/server.ts';
import type { Status } from '../client/control/messages.ts';
import { openStore } from '../client/store/store.ts';
import { readMessage, serverMessageSchema, type ServerMessage } from '../shared/contract/socket-messages.ts';
import { profileSchema } from '../shared/profile.ts';
import { createNamespace, namespacesPossible, type Namespace } from './support/namespace.ts';
import {
  makeHome,
  runProgram,
  startProgram,
  type Home,
  type Running,
  type RunOptions,
} from './support/program.ts';
import { RouterHost } from './support/router-host.ts';

/** `smartvpn ui` as a process, beside other terminals of the same user. */

const PROFILE = profileSchema.parse({
  id: '6f7e0f5e-33b0-4b0c-9a39-3d6d5d3c9c11',
  name: 'Office',
  server: 'vpn.example.com',
  userName: 'alice',
});

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function startUi(): Promise<{ home: Home; ui: Running; url: URL }> {
  const home = await makeHome();
  closing.push(() => home.remove());
  const store = await openStore({
    config: join(home.folder, 'config', 'smartvpn'),
    state: join(home.folder, 'state', 'smartvpn'),
  });
  await store.profiles.add([PROFILE]);
  return { home, ...(await runUi({ home })) };
}

async function runUi(
  options: RunOptions,
  words: readonly string[] = ['--no-open', '--port', '0'],
): Promise<{ ui: Running; url: URL }> {
  await mkdir(join(options.home.folder, 'run'), { mode: 0o700, recursive: true });
  const ui = startProgram(['ui', '--json', ...words], options);
  closing.push(async () => {
    ui.kill('SIGKILL');
    await ui.ended;
  });
  const [, address = ''] = await ui.sees(/"event":"address","url":"([^"]+)"/);
  return { ui, url: new URL(address) };
}

/** A window: answers come in the order of the calls here, notifications are collected. */
async function openWindow(url: URL, createConnection?: () => Duplex) {
  const socket = new WebSocket(`ws://${url.host}/contract`, {
    origin: url.origin,
    ...(createConnection === undefined ? {} : { createConnection }),
  });
  const messages: ServerMessage[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    const message = readMessage(serverMessageSchema, Buffer.isBuffer(data) ? data.toString() : undefined);
    if (message.ok) messages.push(message.value);
    for (const look of waiting) look();
  });
  await once(socket, 'open');
  const until = (matches: (message: ServerMessage) => boolean): Promise<ServerMessage> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = messages.find(matches);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  let id = 0;
  const call = (name: string, request: object): Promise<ServerMessage> => {
    id += 1;
    const mine = id;
    socket.send(JSON.stringify({ id: mine, call: name, request }));
    return until((message) => 'id' in message && message.id === mine);
  };
  const stateIs = (state: string) =>
    until(
      (message) =>
        'notification' in message &&
        message.notification === 'connection' &&
        JSON.stringify(message.payload).includes(`"state":{"state":"${state}"`),
    );
  socket.send(JSON.stringify({ token: url.hash.replace('#token=', '') }));
  await until((message) => 'welcome' in message);
  closing.push(async () => socket.terminate());
  return { socket, call, until, stateIs };
}

/** Somebody who is in every /etc/passwd, for whom root's browser is opened. */
const NOBODY = '65534';

describe('smartvpn ui', () => {
  test('opens the browser of this desktop at its address, once, and not where there is no screen', async () => {
    const home = await makeHome();
    closing.push(() => home.remove());
    const [opened, parts] = [join(home.folder, 'opened'), join(home.folder, 'parts')];
    // In the place of the desktop's own.
    const bin = join(home.folder, 'bin');
    await Promise.all([mkdir(bin), mkdir(opened), mkdir(parts), chmod(home.folder, 0o755)]);
    await Promise.all([opened, parts].map((folder) => chmod(folder, 0o777)));
    await writeFile(
      join(bin, 'xdg-open'),
      `#!/bin/sh\nprintf '%s' "$*" >${parts}/$$ && mv ${parts}/$$ ${opened}/$$\n`,
      { mode: 0o755 },
    );
    const desk = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, SUDO_UID: NOBODY };
    const { url, ui } = await runUi({ home, environment: { ...desk, DISPLAY: ':7' } }, []);
    await expect.poll(() => readdir(opened)).toHaveLength(1);
    const [name = ''] = await readdir(opened);
    expect(await readFile(join(opened, name), 'utf8')).toBe(url.href);
    ui.kill('SIGTERM');
    expect((await ui.ended).code).toBe(0);

    const silent = await runUi({ home, environment: { ...desk, DISPLAY: '', WAYLAND_DISPLAY: '' } }, []);
    silent.ui.kill('SIGTERM');
    await silent.ui.ended;
    expect(await readdir(opened)).toHaveLength(1);
  });

  test('serves the built window, and a new address when one has been used; Ctrl-C ends it', async () => {
    const { ui, url } = await startUi();
    expect(url.hostname).toBe('127.0.0.1');
    const [response] = await once(get(new URL('/', url)), 'response');
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
    response.resume();
    const { socket } = await openWindow(url);
    await ui.sees(new RegExp(`"url":"${url.origin}/#token=(?!${url.hash.slice(7)})[\\w-]{43}"`));
    const closed = once(socket, 'close');
    ui.kill('SIGINT');
    await closed;
    expect((await ui.ended).code).toBe(0);
  });

  test('its connection is seen and ended from a terminal', async () => {
    const { home, url } = await startUi();
    const window = await openWindow(url);
    expect(await window.call('connect', { profileId: PROFILE.id, purpose: 'use' })).toMatchObject({
      reply: { ok: true },
    });
    await window.stateIs('prompting');
    const status = await runProgram(['status', '--json'], { home });
    expect(JSON.parse(status.stdout)).toMatchObject({ state: 'prompting', profile: { name: 'Office' } });
    expect((await runProgram(['connect', 'Office'], { home })).code).toBe(5);
    const disconnected = await runProgram(['disconnect'], { home });
    expect(disconnected).toMatchObject({ code: 0, stdout: 'Disconnected from Office.\n' });
    await window.stateIs('disconnected');
    expect((await runProgram(['status'], { home })).code).toBe(6);
  });

  test('a connection of another terminal is named, not overrun', async () => {
    const { home, url } = await startUi();
    const status: Status = {
      state: 'connected',
      text: 'Connected',
      profile: { id: 'x', name: 'Far office', server: 'far.example.com', port: 443 },
      pid: 1,
    };
    const other = await startControlServer(join(home.folder, 'run', 'smartvpn'), {
      status: () => status,
      profile: () => status.profile,
      watchStatistics: () => () => undefined,
      logLines: () => [],
      watchLog: () => () => undefined,
      disconnect: async () => undefined,
    });
    if (!other.ok) throw new Error(other.error.kind);
    const window = await openWindow(url);
    const use = { profileId: PROFILE.id, purpose: 'use' };
    expect(await window.call('connect', use)).toMatchObject({
      reply: {
        ok: false,
        error: { code: 'already-connected', profileName: 'Far office', elsewhere: true },
      },
    });
    await other.value.close();
    expect(await window.call('connect', use)).toMatchObject({ reply: { ok: true } });
    await window.stateIs('prompting');
  });

  test('a port that is taken is said', async () => {
    const { home, url } = await startUi();
    const second = await runProgram(['ui', '--no-open', '--port', url.port], { home });
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`Port ${url.port} of 127.0.0.1 cannot be had`);
  });
});

describe.skipIf(!namespacesPossible())('smartvpn ui with a device, on a host of its own', () => {
  let host: Namespace;
  let router: RouterHost;
  let options: RunOptions;
  let before: string;

  beforeEach(async () => {
    host = await createNamespace('ui');
    closing.push(() => host.remove());
    const users = [{ userName: 'alice', password: 'correct horse' }];
    router = await RouterHost.start({ listen: { port: 0 }, users, lan: { kind: 'built-in' } }, host);
    closing.push(() => router.close());
    const home = await makeHome();
    closing.push(() => home.remove());
    const enter = ['nsenter', '--target', String(host.pid), '--net', '--mount', `--wd=${process.cwd()}`];
    options = { home, prefix: enter };
    before = await network();
  });

  /** Everything that a connection changes on its host. */
  async function network(): Promise<string> {
    const parts = await Promise.all([
      host.exec(['ip', '-o', 'address']),
      host.exec(['ip', 'rule']),
      host.exec(['ip', 'route', 'show', 'table', 'all']),
      host.exec(['cat', '/etc/resolv.conf']),
    ]);
    return parts.join('---\n');
  }

  /** Its loopback address is another one than ours: a process inside hands the bytes on. */
  function connectInside(url: URL): Duplex {
    const script = `require('net').connect(${url.port},'127.0.0.1',function(){process.stdin.pipe(this).pipe(process.stdout)})`;
    const child = host.spawn([process.execPath, '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (child.stdin === null || child.stdout === null) throw new Error('no pipes');
    return Duplex.from({ writable: child.stdin, readable: child.stdout });
  }

  async function connectFromWindow(url: URL) {
    const window = await openWindow(url, () => connectInside(url));
    const added = await window.call('addProfile', {
      profile: { name: 'Office', server: '127.0.0.1', port: router.port, userName: 'alice' },
      secrets: {
        password: { change: 'set', value: 'correct horse' },
        motpSecret: { change: 'keep' },
      },
    });
    const [, profileId = ''] = /"id":"([0-9a-f-]{36})"/.exec(JSON.stringify(added)) ?? [];
    await window.call('connect', { profileId, purpose: 'use' });
    const asked = await window.stateIs('prompting');
    const [, publicKeySha256 = ''] = /"publicKeySha256":"([0-9a-f]{64})"/.exec(JSON.stringify(asked)) ?? [];
    await window.call('trustCertificate', { profileId, publicKeySha256 });
    await window.stateIs('connected');
    return window;
  }

  test('connected by the window, shown in a terminal; Ctrl-C takes device, routes and DNS back', async () => {
    const { ui, url } = await runUi(options);
    await connectFromWindow(url);
    expect(await network()).not.toBe(before);
    const status = await runProgram(['status'], options);
    expect(status.stdout).toMatch(/State +Connected[^]*Device +svpn\d+/);
    ui.kill('SIGINT');
    expect((await ui.ended).code).toBe(0);
    expect(await network()).toBe(before);
  });

  test('killed while connected: the next one mends what was left, and says so', async () => {
    const first = await runUi(options);
    await connectFromWindow(first.url);
    first.ui.kill('SIGKILL');
    await first.ui.ended;
    const second = await runUi(options);
    const window = await openWindow(second.url, () => connectInside(second.url));
    // Before the window came, or while it looks.
    void window.call('snapshot', {});
    await window.until((message) => JSON.stringify(message).includes('"source":"network-recovered"'));
    expect(await network()).toBe(before);
  });
});
