import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  type Namespace,
  PRIVATE_RESOLV_CONF,
  createNamespace,
  namespacesPossible,
} from './support/namespace.ts';
import {
  type Home,
  type Outcome,
  type RunOptions,
  type Running,
  keepProfile,
  makeHome,
  runProgram,
  startOnTerminal,
  startProgram,
} from './support/program.ts';

/** A connection with a real device, on a host of its own: held, shown, ended, killed. */

const PROGRAM = fileURLToPath(new URL('../cli/smartvpn', import.meta.url));
/** Sends datagrams into the tunnel as fast as it can, and says so when it has begun. */
const FLOOD = `
  const socket = require('node:dgram').createSocket('udp4');
  socket.on('error', () => {});
  const payload = Buffer.alloc(1200);
  let sent = 0;
  (function more() {
    for (let i = 0; i < 100; i += 1) socket.send(payload, 9, '192.168.240.1', () => {});
    sent += 100;
    if (sent === 5000) process.stdout.write('flooding');
    setImmediate(more);
  })();
`;
const listeningSchema = z.object({ port: z.number(), fingerprint: z.string() });
const statusSchema = z.object({ state: z.string(), pid: z.number() });

describe.skipIf(!namespacesPossible())('smartvpn connect', () => {
  let host: Namespace;
  let routerHome: Home;
  let router: ChildProcess;
  let fingerprint: string;
  let home: Home;
  let inside: RunOptions;
  let before: string;

  beforeAll(async () => {
    host = await createNamespace('cli');
    routerHome = await makeHome();
    const words = [
      'router',
      '--ephemeral',
      '--json',
      '--port',
      '4499',
      '--user',
      'anna',
      '--password-fd',
      '0',
    ];
    router = host.spawn([PROGRAM, ...words, '--lan', 'built-in'], {
      env: routerHome.environment,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    router.stdin?.end('correct horse\n');
    if (router.stdout === null) throw new Error('no output');
    const [chunk] = await once(router.stdout, 'data');
    fingerprint = listeningSchema.parse(JSON.parse(String(chunk).split('\n', 1)[0] ?? '')).fingerprint;
    router.stdout.resume();
    before = await network();
  });
  afterAll(async () => {
    await host.remove();
    await routerHome.remove();
  });
  beforeEach(async () => {
    home = await makeHome();
    const enter = ['nsenter', '--target', String(host.pid), '--net', '--mount', `--wd=${process.cwd()}`];
    inside = { home, prefix: enter };
    await keepProfile(home, { name: 'office', server: '127.0.0.1', port: 4499, userName: 'anna' });
  });
  afterEach(async () => {
    await smartvpn('disconnect');
    await home.remove();
  });

  function smartvpn(...words: string[]): Promise<Outcome> {
    return runProgram(words, inside);
  }

  function connectWords(...more: string[]): string[] {
    return ['connect', 'office', '--password-stdin', '--trust-fingerprint', fingerprint, ...more];
  }

  function connect(...more: string[]): Running {
    return startProgram(connectWords(...more), { ...inside, input: 'correct horse\n' });
  }

  /** Everything that a connection changes on its host. */
  async function network(): Promise<string> {
    const parts = await Promise.all([
      host.exec(['ip', '-o', 'link']),
      host.exec(['ip', '-o', 'address']),
      host.exec(['ip', 'rule']),
      host.exec(['ip', '-6', 'rule']),
      host.exec(['ip', 'route', 'show', 'table', 'all']),
      host.exec(['cat', '/etc/resolv.conf']),
    ]);
    return parts.join('---\n');
  }

  async function status(): Promise<{ state: string; pid: number }> {
    return statusSchema.parse(JSON.parse((await smartvpn('status', '--json')).stdout));
  }

  test('in the foreground: shown and ended from other terminals', async () => {
    const running = connect();
    await running.sees(/Connected.* to office as 192\.168\.240\./);
    expect(await network()).not.toBe(before);

    expect((await smartvpn('status')).stdout).toMatch(/State +Connected[^]*Device +svpn\d+, MTU 1442/);
    const stats = await smartvpn('stats', '--count', '1', '--json');
    expect(JSON.parse(stats.stdout)).toMatchObject({
      event: 'statistics',
      peakReceiveRate: expect.any(Number),
    });
    const log = await smartvpn('log');
    expect(log.stdout).toContain('Connected');
    expect(log.stdout).not.toContain('correct horse');

    const second = await smartvpn('connect', 'office');
    expect(second.code).toBe(5);
    expect(second.stderr).toMatch(/Already connected to office \(127\.0\.0\.1\) as 192\.168\.240\.\d+/);

    const ended = await smartvpn('disconnect');
    expect(ended).toMatchObject({ code: 0, stdout: 'Disconnected from office.\n' });
    expect(await network()).toBe(before);
    expect((await running.ended).code).toBe(0);
    expect((await smartvpn('status')).code).toBe(6);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s leaves nothing behind', async (signal) => {
    const running = connect();
    await running.sees(/Connected.* to office/);
    running.kill(signal);
    expect((await running.ended).code).toBe(0);
    expect(await network()).toBe(before);
  });

  test('started by nohup: SIGHUP leaves it connected, SIGTERM ends it', async () => {
    const words = connectWords();
    const prefix = [...(inside.prefix ?? []), 'nohup'];
    const running = startProgram(words, { home, prefix, input: 'correct horse\n' });
    await running.sees(/Connected.* to office/);
    running.kill('SIGHUP');
    expect((await status()).state).toBe('connected');
    running.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
    expect(await network()).toBe(before);
  });

  test('the terminal is closed: nothing is left behind', async () => {
    const trust = ['--trust-fingerprint', fingerprint];
    const running = startOnTerminal(['connect', 'office', ...trust], home, {}, inside.prefix);
    await running.sees(/Password: $/);
    running.type('correct horse\r');
    await running.sees(/Connected.* to office/);
    expect(await network()).not.toBe(before);
    running.kill('SIGKILL');
    // Returns when all is taken down; a program that has died of its lost terminal leaves nobody who answers.
    await smartvpn('disconnect');
    expect(await network()).toBe(before);
  });

  test('in the background: Ctrl-C at the question is said to programs too', async () => {
    const words = ['connect', 'office', '--background', '--json'];
    const running = startOnTerminal(words, home, {}, inside.prefix);
    await running.sees(/Password: $/);
    running.type('\u0003');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/\{"event":"failed","exitCode":130,"reason":"interrupted"/);
  });

  test('ended while it is flooded: by itself, with nothing left behind', async () => {
    const running = connect();
    await running.sees(/Connected.* to office/);
    const flooding = host.spawn([process.execPath, '-e', FLOOD], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      if (flooding.stdout === null) throw new Error('no output');
      await once(flooding.stdout, 'data');
      running.kill('SIGINT');
      // What could not end by itself is ended after five seconds, with another code.
      expect((await running.ended).code).toBe(0);
    } finally {
      flooding.kill('SIGKILL');
    }
    expect(await network()).toBe(before);
  });

  test('in the background: returns when connected, and stays', async () => {
    const outcome = await connect('--background').ended;
    expect(outcome.stdout).toMatch(/Connected to office as 192\.168\.240\./);
    expect(outcome.code).toBe(0);
    const { state, pid } = await status();
    expect(state).toBe('connected');
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8');
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    expect(commandLine + environment).not.toContain('correct horse');
    expect((await smartvpn('disconnect')).code).toBe(0);
    expect(await readFile(join(home.folder, 'state', 'smartvpn', 'history.json'), 'utf8')).toContain(
      'office',
    );
  });

  test('a profile that is edited meanwhile: from when the change counts', async () => {
    await keepProfile(home, { name: 'other', server: '127.0.0.1' });
    await connect('--background').ended;
    const edited = await smartvpn('profile', 'edit', 'office', '--mru', '1400');
    expect(edited).toMatchObject({ code: 0, stdout: 'Changed office.\n' });
    expect(edited.stderr).toContain('counts from the next connection');
    expect((await smartvpn('profile', 'edit', 'other', '--mru', '1400')).stderr).toBe('');
    await smartvpn('disconnect');
    expect((await smartvpn('profile', 'edit', 'office', '--mru', '1442')).stderr).toBe('');
  });

  test('in the background: what goes wrong is said by the program that was started', async () => {
    const running = startProgram(connectWords('--background'), { ...inside, input: 'wrong\n' });
    const outcome = await running.ended;
    expect(outcome.code).toBe(20);
    expect(outcome.stderr).toContain('did not accept');
    expect((await smartvpn('status')).code).toBe(6);
  });

  test('killed while connected: the next connection mends what was left, and says so', async () => {
    expect((await connect('--background').ended).code).toBe(0);
    const { pid } = await status();
    process.kill(pid, 'SIGKILL');
    expect((await smartvpn('status')).code).toBe(6);
    const again = connect();
    await again.sees(/Mended: \S/);
    await again.sees(/Connected.* to office/);
    expect((await smartvpn('disconnect')).code).toBe(0);
    await again.ended;
    expect(await network()).toBe(before);
  });

  test('some networks only: what stays outside, and that the router is not asked for names', async () => {
    const networks = ['--default-gateway', 'no', '--exclude-route', '192.168.240.128/25'];
    await smartvpn('profile', 'edit', 'office', ...networks);
    const device = async (address: string): Promise<string | undefined> =>
      / dev (\S+)/.exec(await host.exec(['ip', 'route', 'get', address]).catch(() => ''))?.[1];
    await connect('--background').ended;
    expect(await device('192.168.240.9')).toMatch(/^svpn/);
    expect(await device('192.168.240.200')).toBeUndefined();
    expect((await smartvpn('status')).stdout).toMatch(
      /DNS .*: not asked, because the profile has no search domains/,
    );
    await smartvpn('disconnect');
    await smartvpn('profile', 'edit', 'office', '--search-domain', 'corp.example');
    await connect('--background').ended;
    const { stdout } = await smartvpn('status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ tunnel: { dnsUse: 'not-separable' } });
    expect(await host.exec(['cat', '/etc/resolv.conf'])).toBe(PRIVATE_RESOLV_CONF);
    await smartvpn('disconnect');
    expect(await network()).toBe(before);
  });

  test('two at once: one connects, the other is told', async () => {
    const outcomes = await Promise.all([connect('--background').ended, connect('--background').ended]);
    expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set([0, 5]));
  });
});
