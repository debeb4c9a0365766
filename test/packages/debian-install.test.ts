import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import packageFile from '../../package.json' with { type: 'json' };
import { type BuiltPackages, packagesBuilt, packagesCanBeBuilt } from '../support/built-packages.ts';
import { namespacesPossible } from '../support/namespace.ts';
import { BareDebian, bareDebianRoot } from './bare-debian.ts';

/** The deb on a bare Debian: installed, used by somebody without privileges, upgraded, taken away. In this order. */

const PACKAGE = 'smart-vpn-client-cli';
const listeningSchema = z.object({
  port: z.number(),
  fingerprint: z.string(),
  demoUser: z.object({ userName: z.string(), pin: z.string(), secret: z.string() }),
});
const addressSchema = z.object({ url: z.string() });

const isPossible = namespacesPossible() && packagesCanBeBuilt();
const root = (isPossible ? await bareDebianRoot() : undefined) ?? '';

// Much is unpacked, and on a busy machine that is not quick.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(root === '')('the deb on a bare Debian', () => {
  let packages: BuiltPackages;
  let debian: BareDebian;
  let before: readonly string[];
  let router: z.infer<typeof listeningSchema>;
  /** Another one, with a user bob. */
  let office: { readonly fingerprint: string };

  beforeAll(async () => {
    [packages, debian] = await Promise.all([packagesBuilt(), BareDebian.start(root)]);
    before = await debian.files();
  });
  afterAll(() => debian?.remove());

  /** The first object that a program prints. */
  async function firstObject<Value>(program: ChildProcess, schema: z.ZodType<Value>): Promise<Value> {
    if (program.stdout === null) throw new Error('no output');
    const [line]: unknown[] = await once(createInterface(program.stdout), 'line');
    return schema.parse(JSON.parse(String(line)));
  }

  /** Status and text of an address, asked for on that host. */
  async function fetched(url: string): Promise<string> {
    const script = 'fetch(process.argv[1]).then(async (r) => console.log(r.status, await r.text()))';
    return debian.root(['/usr/lib/smart-vpn-client/node', '--no-warnings', '-e', script, url]);
  }

  test('is installed by dpkg alone', async () => {
    await debian.root(['dpkg', '--install', packages.deb]);
    const status = await debian.root(['dpkg-query', '-W', '-f', '${Status} ${Version}', PACKAGE]);
    expect(status).toBe(`install ok installed ${packageFile.version}`);
    expect(await debian.root(['dpkg', '--verify', PACKAGE])).toBe('');
  });

  test('runs', async () => {
    expect(await debian.anna(['smartvpn', '--version'])).toBe(`${packageFile.version}\n`);
    expect(await debian.anna(['smartvpn', '--help'])).toContain('Usage: smartvpn COMMAND');
    const [secret, pin] = ['0123456789abcdef', '1234'];
    const code = createHash('md5').update(`170000000${secret}${pin}`).digest('hex').slice(0, 6);
    const words = ['smartvpn', 'otp', '--stdin', '--at', '1700000000'];
    expect(await debian.anna(words, `${secret}\n${pin}\n`)).toBe(`${code}\n`);
  });

  test('is not kept from it by what is set for another Node', async () => {
    const settings = ['NODE_OPTIONS=--no-such-option', 'NODE_PATH=/nowhere'];
    expect(await debian.anna(['env', ...settings, 'smartvpn', '--version'])).toContain(packageFile.version);
  });

  test('has a manual page', async () => {
    const page = await debian.anna(['man', '--warnings', '--pager', 'cat', 'smartvpn']);
    expect(page).toContain('smartvpn connect [options] <profile>');
    expect(page).toContain('EXIT STATUS');
    const [, guides = ''] = /(\/usr\/share\/doc\/\S+)/.exec(page) ?? [];
    expect(await debian.anna(['ls', guides])).toContain('router-emulator.md');
    expect(await debian.anna(['man', '--whatis', 'smartvpn'])).toContain('DrayTek');
  });

  test('has entries for menus and software centres', async () => {
    const entry = '/usr/share/applications/smartvpn.desktop';
    expect(await debian.anna(['desktop-file-validate', entry])).toBe('');
    const metainfo = '/usr/share/metainfo/io.github.smart_vpn_client.smartvpn.metainfo.xml';
    expect(await debian.anna(['appstreamcli', 'validate', '--no-net', metainfo])).toContain('successful');
  });

  test('dials in to its own router, without a privilege', async () => {
    const program = debian.startAsAnna(['smartvpn', 'router', '--ephemeral', '--demo-user', '--json']);
    router = await firstObject(program, listeningSchema);
    const { userName, pin, secret } = router.demoUser;
    const profile = ['--server', `127.0.0.1:${router.port}`, '--user-name', userName];
    const added = ['smartvpn', 'profile', 'add', 'office', ...profile, '--authentication', 'motp'];
    expect(await debian.anna(added)).toBe('Added office.\n');
    const code = (await debian.anna(['smartvpn', 'otp', '--stdin'], `${secret}\n${pin}\n`)).trim();
    const trial = ['smartvpn', 'test', 'office', '--trust-fingerprint', router.fingerprint, '--code-stdin'];
    expect(await debian.anna([...trial, '--json'], `${code}\n`)).toContain('"event":"ping"');
  });

  test('shows the router’s pages', async () => {
    const pages = `https://127.0.0.1:${router.port}`;
    const script = `process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      Promise.all(process.argv.slice(1).map(async (url) => (await fetch(url)).status)).then((all) => console.log(all.join()));`;
    const urls = ['/login', '/style.css', '/icon.svg', '/token/'].map((path) => `${pages}${path}`);
    const statuses = await debian.root([
      '/usr/lib/smart-vpn-client/node',
      '--no-warnings',
      '-e',
      script,
      ...urls,
    ]);
    expect(statuses).toBe('200,200,200,200\n');
  });

  test('serves its window', async () => {
    const program = debian.startAsAnna(['smartvpn', 'ui', '--no-open', '--json']);
    const { url } = await firstObject(program, addressSchema);
    const page = await fetched(url);
    expect(page).toMatch(/^200 <!doctype html>/i);
    const [, script = ''] = /<script[^>]* src="\.\/([^"]+)"/.exec(page) ?? [];
    expect(await fetched(new URL(script, url).href)).toMatch(/^200 /);
    program.kill('SIGTERM');
    expect(await once(program, 'exit')).toEqual([0, null]);
  });

  test('connects from its window', async () => {
    const words = ['smartvpn', 'router', '--ephemeral', '--user', 'bob', '--password-fd', '0', '--json'];
    const started = debian.startAsAnna([...words, '--port', '4500', '--lan', 'built-in'], 'correct horse\n');
    office = await firstObject(started, z.object({ fingerprint: z.string() }));
    const untouched = await debian.network();
    const program = debian.startAsRoot(['smartvpn', 'ui', '--no-open', '--json']);
    const { url } = await firstObject(program, addressSchema);
    const script = join(import.meta.dirname, 'connect-from-window.ts');
    expect(await debian.root([process.execPath, script, url, '4500'])).toMatch(/^svpn\d+\n$/);
    program.kill('SIGTERM');
    await once(program, 'exit');
    expect(await debian.network()).toBe(untouched);
  });

  test.each(['bash', 'zsh'])('is completed by %s', async (shell) => {
    const script = join(import.meta.dirname, `complete.${shell}`);
    const completed = async (line: string): Promise<string[]> =>
      (await debian.anna([shell, script, line])).trim().split('\n');
    expect(await completed('smartvpn pro')).toEqual(['profile']);
    expect(await completed('smartvpn profile ')).toContain('export');
    expect(await completed('smartvpn connect off')).toEqual(['office']);
    expect(await completed('smartvpn profile add x --reconnect ')).toEqual(['yes', 'no']);
    expect(await completed('smartvpn connect --background --motp')).toContain('--motp-secret-file');
  });

  test('is completed by fish', async () => {
    const completed = async (line: string): Promise<string[]> =>
      (await debian.anna(['fish', '-c', `complete -C '${line}'`])).trim().split('\n');
    expect(await completed('smartvpn pro')).toEqual([expect.stringMatching(/^profile\t/)]);
    expect(await completed('smartvpn profile ')).toContain('import\tadd profiles from a file');
    expect(await completed('smartvpn connect off')).toEqual(['office']);
    expect(await completed('smartvpn profile add x --reconnect ')).toHaveLength(2);
  });

  test('is upgraded, and removed while it is connected: the connection still ends tidily', async () => {
    const profile = ['--server', '127.0.0.1:4500', '--user-name', 'bob'];
    await debian.root(['smartvpn', 'profile', 'add', 'lab', ...profile]);
    const untouched = await debian.network();
    const connect = ['smartvpn', 'connect', 'lab', '--background', '--password-stdin'];
    await debian.root([...connect, '--trust-fingerprint', office.fingerprint], 'correct horse\n');
    expect(await debian.network()).not.toBe(untouched);
    const status = await debian.root(['smartvpn', 'status', '--json']);
    const { pid } = z.object({ state: z.literal('connected'), pid: z.number() }).parse(JSON.parse(status));
    // Somebody who has connected by sudo, and asks without it.
    await expect(debian.anna(['smartvpn', 'disconnect'])).rejects.toThrow('Root has one');

    await debian.root(['dpkg', '--install', packages.deb]);
    expect(await debian.anna(['smartvpn', 'profile', 'list', '--names'])).toBe('office\n');
    await debian.root(['dpkg', '--remove', PACKAGE]);
    await debian.root(['sh', '-c', `kill -TERM ${pid} && tail --pid=${pid} -f /dev/null`]);
    expect(await debian.network()).toBe(untouched);
  });

  test('leaves nothing of itself behind, and everything of its users', async () => {
    await debian.root(['dpkg', '--install', packages.deb]);
    await debian.root(['dpkg', '--purge', PACKAGE]);
    await expect(debian.anna(['smartvpn', '--version'])).rejects.toThrow('No such file');
    const left = (await debian.files()).filter((line) => !/^\/root\/\.(cache|config|local)\b/.test(line));
    expect(left).toEqual(before);
    expect(await debian.anna(['cat', '/home/anna/.config/smartvpn/profiles.json'])).toContain('office');
  });
});
