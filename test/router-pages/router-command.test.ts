import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { AdminBrowser } from '../../emulator/testing/admin-browser.ts';
import {
  type Home,
  type Outcome,
  type Running,
  makeHome,
  runProgram,
  startProgram,
} from '../support/program.ts';

import { sparingThisMachine } from '../support/network-privilege.ts';

/** `smartvpn router` as it is started by a person: what it prints, and what it keeps. */

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home.remove());

interface Started {
  readonly router: Running;
  readonly port: number;
  readonly admin: AdminBrowser;
  stop(): Promise<Outcome>;
}

async function start(...words: readonly string[]): Promise<Started> {
  const router = startProgram(['router', '--open', '--port', '0', ...words], { home });
  onTestFinished(() => router.kill('SIGKILL'));
  const [, port = ''] = await router.sees(/The router’s pages: https:\/\/127\.0\.0\.1:(\d+)\//);
  const stop = async (): Promise<Outcome> => {
    router.kill('SIGTERM');
    return router.ended;
  };
  return { router, port: Number(port), admin: new AdminBrowser(Number(port)), stop };
}

const listeningSchema = z.looseObject({ event: z.literal('listening') });

const FIRST_PASSWORD = /first password ([a-z2-9-]{19}) \(shown this once\)/;

async function files(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

describe('the first password', () => {
  test('is printed once, lets in, and stands in no file', async () => {
    const first = await start();
    const [, password = ''] = await first.router.sees(FIRST_PASSWORD);
    expect((await first.admin.login(password)).status).toBe(303);
    const said = await first.stop();
    expect(said.stdout.split(password)).toHaveLength(2);
    for (const file of await files(home.folder)) expect(await readFile(file, 'utf8')).not.toContain(password);

    const second = await start();
    await second.router.sees(/Administrator: admin, with the password set before\./);
    expect((await second.admin.login(password)).status).toBe(303);
    const { stdout } = await second.stop();
    expect(stdout).not.toMatch(FIRST_PASSWORD);
    expect(stdout).not.toContain(password);
  });
});

describe('the state', () => {
  test('is one folder that only its owner may look into, and all of it is documented', async () => {
    const started = await start('--demo-user');
    const [, password = ''] = await started.router.sees(FIRST_PASSWORD);
    await started.admin.login(password);
    const ppp = {
      authentication: 'pap',
      start: '192.168.240.50',
      count: '20',
      dns1: '192.168.240.1',
      mru: '1400',
    };
    expect((await started.admin.submit('/ppp', '/ppp', ppp)).status).toBe(303);
    await started.stop();

    const folder = join(home.folder, 'state/smartvpn/router');
    const kept = await files(home.folder);
    expect(kept.filter((file) => !file.startsWith(`${folder}/`))).toEqual([]);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const modes = await Promise.all(kept.map(async (file) => (await stat(file)).mode & 0o777));
    expect(new Set(modes)).toEqual(new Set([0o600]));
    const guide = await readFile(join(import.meta.dirname, '../../docs/router-emulator.md'), 'utf8');
    const names = await readdir(folder);
    expect(names.toSorted()).toEqual(['administrator.json', 'certificate.json', 'config.json', 'users.json']);
    for (const name of names) expect(guide).toContain(`\`${name}\``);
  });

  test('cannot be had: what to do about it', async () => {
    const { code, stderr } = await runProgram(['router', '--port', '0', '--state', '/dev/null/x'], { home });
    expect(code).toBe(60);
    expect(stderr).toMatch(/state folder cannot be used: there is no such folder[^]*--ephemeral/);
  });

  test('is where --state says', async () => {
    const folder = join(home.folder, 'elsewhere');
    const started = await start('--state', folder);
    await started.router.sees(FIRST_PASSWORD);
    await started.stop();
    const kept = await files(home.folder);
    expect(kept.filter((file) => !file.startsWith(`${folder}/`))).toEqual([]);
    expect(kept).not.toEqual([]);
  });

  test('is none at all with --ephemeral, and the password is another each time', async () => {
    const passwords = new Set<string>();
    for (let turn = 0; turn < 2; turn += 1) {
      const started = await start('--ephemeral', '--demo-user');
      const [, password = ''] = await started.router.sees(FIRST_PASSWORD);
      passwords.add(password);
      expect((await started.admin.login(password)).status).toBe(303);
      expect((await started.admin.submit('/ssl', '/ssl/regenerate', { commonName: 'x' })).status).toBe(303);
      await started.stop();
    }
    expect(passwords.size).toBe(2);
    expect(await files(home.folder)).toEqual([]);
  });
});

test.each(['[::1]', '127.0.0.1:4443', '192.0.2.1'])(
  '--listen %s is no address of this machine',
  async (address) => {
    const words = ['router', '--ephemeral', '--port', '0', '--listen', address];
    const { code, stderr } = await runProgram(words, { home });
    expect(code).toBe(60);
    expect(stderr).toMatch(/no such address to listen on\.\n.*--listen/);
  },
);

test('a LAN on a device without the privilege for it: which one works', async () => {
  const prefix = sparingThisMachine();
  const { code, stderr } = await runProgram(['router', '--ephemeral', '--port', '0', '--lan', 'tun'], {
    home,
    prefix,
  });
  expect(code).toBe(60);
  expect(stderr).toContain(
    'cannot be set up: that takes root or CAP_NET_ADMIN. The built-in LAN needs neither',
  );
});

test('the profile that it says to add is one to connect: the Internet stays where it was', async () => {
  const { router } = await start('--ephemeral', '--demo-user');
  const [, command = ''] = await router.sees(/^ {2}smartvpn (profile add .*)$/m);
  expect(await runProgram(command.split(' '), { home })).toMatchObject({ code: 0 });
  const { stdout } = await runProgram(['profile', 'list', '--json'], { home });
  expect(JSON.parse(stdout)).toMatchObject({
    profile: { authentication: 'motp', advanced: { useDefaultGateway: false } },
  });
});

test('what is wrong with its files is said to programs too', async () => {
  const folder = join(home.folder, 'state/smartvpn/router');
  await mkdir(folder, { recursive: true });
  for (const name of ['users.json', 'administrator.json']) await writeFile(join(folder, name), '{"vers');
  const router = startProgram(['router', '--port', '0', '--json'], { home });
  onTestFinished(() => router.kill('SIGKILL'));
  const [said] = await router.sees(/^[^]*"event":"listening"/);
  for (const name of ['administrator', 'users']) {
    expect(said).toMatch(new RegExp(String.raw`\{"event":"warning","message":"[^"]*${name}\.json`));
  }
});

test('what it says to programs stands in help json', async () => {
  const router = startProgram(['router', '--ephemeral', '--port', '0', '--demo-user', '--json'], { home });
  onTestFinished(() => router.kill('SIGKILL'));
  const [line] = await router.sees(/^\{.*\}$/m);
  const { stdout } = await runProgram(['help', 'json'], { home });
  for (const field of Object.keys(listeningSchema.parse(JSON.parse(line))))
    expect(stdout).toContain(`"${field}"`);
});
