import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startRouter } from '../emulator/router.ts';
import { Keyring, keyringPossible } from './support/keyring.ts';
import {
  type Home,
  type Outcome,
  keepProfile,
  makeHome,
  runProgram,
  startOnTerminal,
} from './support/program.ts';

import { createNamespace, namespacesPossible } from './support/namespace.ts';
import { RouterHost } from './support/router-host.ts';
import { valueOf } from './support/service-window.ts';
import { openSocketWindow, type SocketWindow } from './support/socket-window.ts';
import { WindowProgram } from './support/window-program.ts';

/** The command line beside a real gnome-keyring, read back by libsecret's own program. */

const PASSWORD = 'planted-password-7Q';
const SECRET = '0123456789abcdef0123456789abcdef';
const PIN = '1234';

describe.skipIf(!keyringPossible())('the keyring', () => {
  let router: Awaited<ReturnType<typeof startRouter>>;
  let keyring: Keyring;
  let home: Home;
  let environment: NodeJS.ProcessEnv;

  beforeAll(async () => {
    router = await startRouter({
      listen: { port: 0 },
      lan: { kind: 'built-in' },
      users: [
        { userName: 'anna', password: PASSWORD },
        { userName: 'otto', motp: { secret: SECRET, pin: PIN } },
      ],
      bruteForce: { attempts: 0 },
    });
  });
  afterAll(() => router.close());
  beforeEach(async () => {
    [keyring, home] = await Promise.all([Keyring.prepare(), makeHome()]);
    await keyring.start('unlocked');
    environment = { DBUS_SESSION_BUS_ADDRESS: keyring.bus.address };
    const { publicKeySha256 } = router.certificate;
    const trustedCertificate = { publicKeySha256, trustedAt: new Date().toISOString() };
    const there = { server: '127.0.0.1', port: router.port, trustedCertificate };
    await keepProfile(home, { ...there, name: 'office', userName: 'anna' });
    await keepProfile(home, { ...there, name: 'token', userName: 'otto', authentication: 'motp' });
  });
  afterEach(async () => {
    await keyring.close();
    await home.remove();
  });

  function smartvpn(words: readonly string[], input?: string): Promise<Outcome> {
    return runProgram(words, { home, environment, ...(input === undefined ? {} : { input }) });
  }

  function kept(name: 'password' | 'motp-secret'): Promise<string> {
    return keyring.secretTool('lookup', 'application', 'smart-vpn-client', 'secret', name);
  }

  async function testOnTerminal(...words: string[]): Promise<void> {
    const running = startOnTerminal(['test', ...words, '--pings', '0'], home, environment);
    await running.sees(/Password: /);
    running.type(`${PASSWORD}\r`);
    expect(await running.ended).toMatchObject({ code: 0 });
  }

  test('a password that was right is kept; the next time nobody is asked', async () => {
    const listening = await keyring.listen();
    await testOnTerminal('office');
    expect(await kept('password')).toBe(PASSWORD);
    const again = await smartvpn(['test', 'office', '--pings', '0', '--verbose']);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('All is well') });
    expect(again.stderr).toContain('Secrets: in the keyring');
    expect(again.stdout + again.stderr).not.toContain(PASSWORD);
    expect(await smartvpn(['profile', 'secret', 'list'])).toMatchObject({
      code: 0,
      stdout: 'office  password\n',
    });
    // secret-tool, which read it back, encrypts too.
    expect((await listening.stop()).includes(PASSWORD)).toBe(false);
  });

  test('not with --no-keyring, nor when the profile is not to remember it', async () => {
    await testOnTerminal('office', '--no-keyring');
    expect(await kept('password')).toBe('');
    await smartvpn(['profile', 'edit', 'office', '--remember-credentials', 'no']);
    await testOnTerminal('office');
    expect(await kept('password')).toBe('');
    const refused = await smartvpn(['profile', 'secret', 'set', 'office', '--stdin'], `${PASSWORD}\n`);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('not to remember') });
  });

  test('a password that is given with the command is used, and not kept', async () => {
    await smartvpn(['profile', 'secret', 'set', 'office', '--stdin'], 'an old one\n');
    const given = await smartvpn(['test', 'office', '--pings', '0', '--password-stdin'], `${PASSWORD}\n`);
    expect(given.code).toBe(0);
    expect(await kept('password')).toBe('an old one');
  });

  test('a kept password that is wrong is refused, and asked for the next time', async () => {
    await smartvpn(['profile', 'secret', 'set', 'office', '--stdin'], 'an old one\n');
    expect(await smartvpn(['test', 'office', '--pings', '0'])).toMatchObject({ code: 20 });
  });

  test('the mOTP secret is kept once; after that the PIN does, and makes codes by itself', async () => {
    const set = await smartvpn(['profile', 'secret', 'set', 'token', '--stdin'], `${SECRET.toUpperCase()}\n`);
    expect(set).toMatchObject({ code: 0, stdout: 'The mOTP secret of token is in the keyring.\n' });
    expect(set.stdout + set.stderr).not.toContain(SECRET);
    expect(await kept('motp-secret')).toBe(SECRET);
    const connected = await smartvpn(['test', 'token', '--pings', '0', '--pin-stdin'], `${PIN}\n`);
    expect(connected).toMatchObject({ code: 0 });
    const code = await smartvpn(['otp', '--profile', 'token', '--pin-fd', '0'], `${PIN}\n`);
    expect(code).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f]{6}\n$/) });
    const wrong = await smartvpn(['profile', 'secret', 'set', 'token', '--stdin'], 'xyz\n');
    expect(wrong).toMatchObject({ code: 2 });
    expect(wrong.stderr).not.toContain('xyz');
    expect(await smartvpn(['profile', 'secret', 'forget', 'token'])).toMatchObject({ code: 0 });
    expect(await kept('motp-secret')).toBe('');
    const none = await smartvpn(['otp', '--profile', 'token', '--pin-fd', '0'], `${PIN}\n`);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('profile secret set token') });
  });

  test('what a profile kept goes with it, or with its wish to remember', async () => {
    const set = (): Promise<Outcome> =>
      smartvpn(['profile', 'secret', 'set', 'office', '--stdin'], `${PASSWORD}\n`);
    await set();
    await smartvpn(['profile', 'edit', 'office', '--port', '4433']);
    expect(await kept('password')).toBe(PASSWORD);
    await smartvpn(['profile', 'edit', 'office', '--remember-credentials', 'no']);
    expect(await kept('password')).toBe('');
    await smartvpn(['profile', 'edit', 'office', '--remember-credentials', 'yes']);
    await set();
    expect(await smartvpn(['profile', 'remove', 'office', '--yes'])).toMatchObject({ code: 0 });
    expect(await kept('password')).toBe('');
  });

  test.skipIf(!namespacesPossible())(
    'in the background too; the password is in no argument, environment or log',
    async () => {
      const host = await createNamespace('keyring');
      const office = await RouterHost.start(
        {
          listen: { port: 4499 },
          users: [{ userName: 'anna', password: PASSWORD }],
          lan: { kind: 'built-in' },
        },
        host,
      );
      const prefix = ['nsenter', '--target', String(host.pid), '--net', '--mount', `--wd=${process.cwd()}`];
      const inside = (...words: string[]): Promise<Outcome> =>
        runProgram(words, { home, environment, prefix });
      const trust = ['--trust-fingerprint', office.publicKeySha256];
      await inside('profile', 'edit', 'office', '--server', '127.0.0.1:4499');
      await smartvpn(['profile', 'secret', 'set', 'office', '--stdin'], `${PASSWORD}\n`);
      const connected = await inside('connect', 'office', '--background', '--verbose', ...trust);
      expect(connected).toMatchObject({ code: 0, stdout: expect.stringContaining('Connected') });
      const { pid } = z
        .object({ pid: z.number() })
        .parse(JSON.parse((await inside('status', '--json')).stdout));
      const facts = await Promise.all([
        readFile(`/proc/${pid}/cmdline`, 'utf8'),
        readFile(`/proc/${pid}/environ`, 'utf8'),
        inside('log').then(({ stdout }) => stdout),
      ]);
      expect(facts[2]).toContain('Secrets: in the keyring');
      expect([...facts, connected.stdout, connected.stderr].join('\n')).not.toContain(PASSWORD);
      await inside('disconnect');
      await office.close();
      await host.remove();
    },
  );

  describe('smartvpn ui', () => {
    /** Its window, without a page. */
    async function windowOf(): Promise<{ window: SocketWindow; close: () => Promise<unknown> }> {
      const program = WindowProgram.start({ ...home, environment: { ...home.environment, ...environment } });
      const window = await openSocketWindow(await program.address());
      return { window, close: () => program.end() };
    }

    test('keeps what is entered with a profile', async () => {
      const { window, close } = await windowOf();
      const { platform, problems, profiles } = await valueOf(window.client.call('snapshot', {}));
      expect([platform.secretProtection, problems]).toEqual(['system', []]);
      const office = profiles.find(({ name }) => name === 'office');
      if (office === undefined) throw new Error('no profile');
      const { keeps, ...basedOn } = office;
      const { id: profileId, trustedCertificate: _trusted, ...profile } = basedOn;
      expect(keeps.password).toBe(false);
      const saved = await valueOf(
        window.client.call('saveProfile', {
          profileId,
          profile,
          basedOn,
          secrets: { password: { change: 'set', value: PASSWORD }, motpSecret: { change: 'keep' } },
        }),
      );
      expect(saved.profile.keeps.password).toBe(true);
      expect(await kept('password')).toBe(PASSWORD);
      await close();
    });

    test('says it where there is none', async () => {
      await keyring.kill();
      const { window, close } = await windowOf();
      const { platform, problems } = await valueOf(window.client.call('snapshot', {}));
      expect(platform.secretProtection).toBe('memory');
      expect(problems).toMatchObject([{ problem: { source: 'secrets', reason: 'no-keyring' } }]);
      await close();
    });
  });

  test('locked, with nobody to open it: said, and the password is asked for', async () => {
    await smartvpn(['profile', 'secret', 'set', 'office', '--stdin'], `${PASSWORD}\n`);
    await keyring.kill();
    await keyring.start('locked');
    const running = startOnTerminal(['test', 'office', '--pings', '0'], home, environment);
    await running.sees(/The keyring stayed locked[^]*Password: /);
    running.type(`${PASSWORD}\r`);
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(await smartvpn(['profile', 'secret', 'forget', 'office'])).toMatchObject({
      code: 24,
      stderr: expect.stringContaining('Unlock it'),
    });
  });

  test.skipIf(process.geteuid?.() !== 0)(
    'under sudo there is no session bus, which only --verbose says',
    async () => {
      const running = startOnTerminal(['test', 'office', '--pings', '0', '--verbose'], home);
      await running.sees(/Password: /);
      running.type(`${PASSWORD}\r`);
      const { code, stdout } = await running.ended;
      expect(code).toBe(0);
      expect(stdout).toContain('Secrets: in memory (no-session-bus');
      expect(stdout).not.toContain('Warning');
    },
  );

  test('none here: said once with what to install, and commands that need one fail', async () => {
    await keyring.kill();
    const running = startOnTerminal(['test', 'office', '--pings', '0'], home, environment);
    await running.sees(/Password: /);
    running.type(`${PASSWORD}\r`);
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(stdout.match(/Install gnome-keyring/g)).toHaveLength(1);
    expect(await smartvpn(['profile', 'secret', 'list'])).toMatchObject({ code: 24 });
    expect(await smartvpn(['profile', 'remove', 'office', '--yes'])).toMatchObject({ code: 0, stderr: '' });
  });
});
