import { type Server, createServer } from 'node:net';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { EXIT_CODES, type ExitReason } from '../cli/exit-codes.ts';
import type { RouterConfigInput } from '../emulator/config.ts';
import { type Router, startRouter } from '../emulator/router.ts';
import { motpCode, motpCounter } from '../shared/otp/motp.ts';
import { totpCode } from '../shared/otp/totp.ts';
import type { ProfileInput } from '../shared/profile.ts';
import {
  type Home,
  type Outcome,
  keepProfile,
  makeHome,
  runProgram,
  startOnTerminal,
  startProgram,
} from './support/program.ts';

/** The command line against the router emulator: what a person or a program sees when it goes well, and when not. */

const SECRET = '0123456789abcdef0123456789abcdef';
const TOTP_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const TOKEN = { userName: 'otto', authentication: 'motp' } as const;
const USERS: RouterConfigInput['users'] = [
  { userName: 'anna', password: 'correct horse' },
  { userName: 'otto', motp: { pin: '1234', secret: SECRET } },
  { userName: 'tina', password: 'correct horse', totp: { secret: TOTP_SECRET } },
];

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home.remove());

const routers: Router[] = [];
const servers: Server[] = [];
afterAll(async () => {
  for (const router of routers) await router.close();
  for (const server of servers) server.close();
});

async function router(config: RouterConfigInput = {}): Promise<Router> {
  const started = await startRouter({
    listen: { port: 0 },
    // something must answer at the gateway's address, as in a real router
    lan: { kind: 'built-in' },
    users: USERS,
    bruteForce: { attempts: 0 },
    ...config,
  });
  routers.push(started);
  return started;
}

async function tcpServer(greeting: string | undefined): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (greeting !== undefined) socket.end(greeting);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Anna's profile "office". Put into the store without the program, whose own way of adding has its own tests. */
async function addProfile(address: string, fields: Partial<ProfileInput> = {}): Promise<void> {
  const [, server = '', port = '443'] = /^(.*?)(?::(\d+))?$/.exec(address) ?? [];
  await keepProfile(home, { name: 'office', server, port: Number(port), userName: 'anna', ...fields });
}

/** `smartvpn test office`, with the right password unless told otherwise. */
function tryOffice(words: readonly string[] = [], password = 'correct horse'): Promise<Outcome> {
  return runProgram(['test', 'office', '--password-stdin', ...words], { home, input: `${password}\n` });
}

function lines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** For toMatchObject: the exit code of the cause, and its sentence. */
function failed(reason: ExitReason, sentence: RegExp): object {
  return { code: EXIT_CODES[reason].code, stderr: expect.stringMatching(sentence) };
}

describe('smartvpn test', () => {
  let office: Router;
  beforeAll(async () => {
    office = await router();
  });

  test('signs in, shows what it learned, pings, and says that all is well', async () => {
    await addProfile(`127.0.0.1:${office.port}`);
    const { code, stdout, stderr } = await tryOffice(['--trust-fingerprint', office.certificate.fingerprint]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Connected to office as 192\.168\.240\.\d+\.\n {2}Router 192\.168\.240\.1 .*PAP/s);
    expect(stdout.match(/Ping 192\.168\.240\.1: [\d.]+ ms/g)).toHaveLength(3);
    expect(stdout).toContain('All is well');
    expect(stderr).toContain('Signing in…');
    expect(stdout + stderr).not.toContain('correct horse');
    await expect.poll(() => office.connections()).toEqual([]);
    // trusted once, trusted from then on
    expect((await tryOffice()).code).toBe(0);
  });

  test('--json says the same as objects', async () => {
    await addProfile(`127.0.0.1:${office.port}`);
    const { code, stdout, stderr } = await tryOffice([
      '--json',
      '--trust-fingerprint',
      office.certificate.publicKeySha256,
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const events = lines(stdout);
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['stage', 'asking', 'connected', 'ping', 'disconnected']),
    );
    expect(events.find(({ event }) => event === 'connected')).toMatchObject({
      profile: { name: 'office' },
      tunnel: { gateway: '192.168.240.1', mtu: 1442, authentication: 'PAP' },
    });
  });

  test('on a terminal it shows the certificate, asks, and then asks for the password without echo', async () => {
    await addProfile(`127.0.0.1:${office.port}`);
    const running = startOnTerminal(['test', 'office'], home);
    await running.sees(/Password: $/);
    running.type('correct horse\r');
    await running.sees(/Trust this router from now on\? \(yes\/no\) $/);
    running.type('yes\r');
    const { code, stdout } = await running.ended;
    expect(stdout).toContain(office.certificate.fingerprint);
    expect(stdout).toContain('All is well');
    expect(stdout).not.toContain('correct horse');
    expect(code).toBe(0);
  });

  test('a second step: its code is asked for once the tunnel is up', async () => {
    await addProfile(`127.0.0.1:${office.port}`);
    const secret = Buffer.from('12345678901234567890');
    const words = ['--user-name', 'tina', '--trust-fingerprint', office.certificate.fingerprint];
    const run = (code: string): Promise<Outcome> =>
      runProgram(['test', 'office', '--password-fd', '3', '--second-step-fd', '4', ...words], {
        home,
        descriptors: ['correct horse', code],
      });
    expect(await run('000000')).toMatchObject(failed('code-refused', /code/));
    expect(await run('12345')).toMatchObject(failed('usage', /six digits/));
    expect((await run(totpCode(Date.now(), secret))).code).toBe(0);
  });

  test('no to the certificate ends it, and nothing was sent', async () => {
    await addProfile(`127.0.0.1:${office.port}`);
    const before = office.syslog.lines().length;
    const running = startOnTerminal(['test', 'office'], home);
    await running.sees(/Password: $/);
    running.type('correct horse\r');
    await running.sees(/\(yes\/no\) $/);
    running.type('no\r');
    expect((await running.ended).code).toBe(EXIT_CODES['certificate-unknown'].code);
    expect(office.syslog.lines()).toHaveLength(before);
  });

  test('Ctrl-C while the router is silent ends it at once, with nothing left', async () => {
    await addProfile(`127.0.0.1:${await tcpServer(undefined)}`);
    const running = startProgram(['test', 'office', '--password-stdin'], { home, input: 'x\n' });
    await running.sees(/Opening a secure channel/);
    running.kill('SIGINT');
    // The stage's own deadline would give another.
    expect((await running.ended).code).toBe(130);
  });

  test('with the built-in generator two runs in a row never send one code twice', async () => {
    await addProfile(`127.0.0.1:${office.port}`, TOKEN);
    const trust = ['--trust-fingerprint', office.certificate.fingerprint];
    const words = ['test', 'office', '--motp-secret-fd', '3', '--pin-fd', '4', ...trust];
    const options = { home, descriptors: [SECRET, '1234'] };
    const earliest = motpCounter(Date.now());
    expect((await runProgram(words, options)).code).toBe(0);

    const path = join(home.folder, 'state', 'smartvpn', 'motp-counters.json');
    const sent = z.record(z.string(), z.number()).parse(JSON.parse(await readFile(path, 'utf8')));
    const [profileId] = Object.keys(sent);
    expect(sent).toEqual({ [String(profileId)]: expect.any(Number) });
    expect(sent[String(profileId)]).toBeGreaterThanOrEqual(earliest);
    // As if it had been sent just now, however long this machine takes to start the program again.
    await writeFile(path, JSON.stringify({ [String(profileId)]: motpCounter(Date.now()) + 1 }));
    const before = office.syslog.lines().length;
    const second = startProgram(words, options);
    await second.sees(/Waiting \d+ s for a fresh one-time password/);
    second.kill('SIGINT');
    expect((await second.ended).code).toBe(130);
    expect(office.syslog.lines()).toHaveLength(before);
  });
});

describe('what can be wrong', () => {
  test('a name that does not exist', async () => {
    await addProfile('vpn.does-not-exist.invalid');
    expect(await tryOffice(['--timeout', '5'])).toMatchObject(
      failed('name-not-found', /no server called vpn\.does-not-exist\.invalid/),
    );
  });

  test('a port that nobody listens on', async () => {
    // One that the kernel gives to nobody who asks for any.
    await addProfile('127.0.0.1:1');
    expect(await tryOffice()).toMatchObject(failed('connection-refused', /no connections on port/));
  });

  test('an HTTP server', async () => {
    await addProfile(`127.0.0.1:${await tcpServer('HTTP/1.1 400 Bad Request\r\n\r\n')}`);
    expect(await tryOffice()).toMatchObject(failed('not-draytek-ssl-vpn', /Not a DrayTek SSL VPN/));
  });

  test('an SSH server', async () => {
    await addProfile(`127.0.0.1:${await tcpServer('SSH-2.0-OpenSSH_9.2p1\r\n')}`);
    expect(await tryOffice()).toMatchObject(failed('not-draytek-ssl-vpn', /SSH/));
  });

  test('an HTTPS server', async () => {
    const other = await router({ faults: [{ stage: 'connect', action: 'http-status', status: 404 }] });
    await addProfile(`127.0.0.1:${other.port}`);
    const outcome = await tryOffice(['--trust-fingerprint', other.certificate.fingerprint]);
    expect(outcome).toMatchObject(failed('not-draytek-ssl-vpn', /Not a DrayTek SSL VPN/));
  });

  test('a port that stays silent', async () => {
    await addProfile(`127.0.0.1:${await tcpServer(undefined)}`);
    expect(await tryOffice(['--timeout', '1'])).toMatchObject(failed('timed-out', /within 1 second/));
  });

  test.each([
    ['expired', { validFrom: '2020-01-01T00:00:00Z', validTo: '2021-01-01T00:00:00Z' }],
    ['for another name', { commonName: 'elsewhere.example', names: ['elsewhere.example'] }],
  ])('a certificate that is %s is not trusted unseen, and says its fingerprint', async (_, certificate) => {
    const other = await router({ tls: { certificate } });
    await addProfile(`127.0.0.1:${other.port}`);
    const outcome = await tryOffice();
    expect(outcome).toMatchObject(failed('certificate-unknown', /has not been sent/));
    expect(outcome.stderr).toContain(other.certificate.fingerprint);
    expect(other.syslog.lines()).toEqual([]);
  });

  test('a certificate that has changed is refused, whatever is typed, until it is forgotten', async () => {
    const other = await router();
    await addProfile(`127.0.0.1:${other.port}`);
    expect((await tryOffice(['--trust-fingerprint', other.certificate.fingerprint])).code).toBe(0);
    await other.regenerateCertificate();
    const trusting = ['--trust-fingerprint', other.certificate.fingerprint];
    const before = other.syslog.lines().length;
    expect(await tryOffice(trusting)).toMatchObject(failed('certificate-changed', /certificate has changed/));
    expect(other.syslog.lines()).toHaveLength(before);
    await runProgram(['profile', 'edit', 'office', '--forget-certificate'], { home });
    expect((await tryOffice(trusting)).code).toBe(0);
  });

  test.each([
    ['a wrong password', 'anna', 'battery staple'],
    ['a wrong user', 'nobody', 'correct horse'],
  ])('%s', async (_, user, password) => {
    const other = await router();
    await addProfile(`127.0.0.1:${other.port}`);
    const words = ['--user-name', user, '--trust-fingerprint', other.certificate.fingerprint];
    const outcome = await tryOffice(words, password);
    expect(outcome).toMatchObject(failed('credentials-refused', /did not accept/));
    expect(outcome.stderr).not.toContain(password);
  });

  describe('one-time passwords', () => {
    let office: Router;
    beforeAll(async () => {
      office = await router();
    });
    const withCode = (code: string, ...more: string[]): Promise<Outcome> =>
      runProgram(
        ['test', 'office', '--code-stdin', '--trust-fingerprint', office.certificate.fingerprint, ...more],
        { home, input: `${code}\n` },
      );
    beforeEach(async () => {
      await addProfile(`127.0.0.1:${office.port}`, TOKEN);
    });

    test('a stale code: refused, with what the clocks say', async () => {
      const code = motpCode(motpCounter(Date.now()) - 60, SECRET, '1234');
      expect(await withCode(code)).toMatchObject(
        failed('code-refused', /The clocks of router and computer agree/),
      );
    });

    test('the PIN typed for the code is caught here and never sent', async () => {
      const before = office.syslog.lines().length;
      expect(await withCode('1234')).toMatchObject(failed('usage', /looks like the PIN/));
      expect(office.syslog.lines()).toHaveLength(before);
    });

    test('a code in capitals is taken', async () => {
      const code = motpCode(motpCounter(Date.now()), SECRET, '1234').toUpperCase();
      expect((await withCode(` ${code} `)).code).toBe(0);
    });
  });

  test('too many wrong ones: locked out, and for how long', async () => {
    const other = await router({ bruteForce: { attempts: 1, penaltySeconds: 90 } });
    await addProfile(`127.0.0.1:${other.port}`);
    await tryOffice(['--trust-fingerprint', other.certificate.fingerprint], 'wrong');
    expect(await tryOffice()).toMatchObject(failed('locked-out', /1 minute/));
  });

  test('without the privilege nobody is asked, nothing is sent, and what works is said', async () => {
    const other = await router();
    await addProfile(`127.0.0.1:${other.port}`);
    // As an ordinary user there is no capability to give away.
    const isRoot = process.geteuid?.() === 0;
    const prefix = isRoot ? ['setpriv', '--bounding-set', '-net_admin'] : [];
    const outcome = await runProgram(['connect', 'office'], { home, prefix });
    expect(outcome).toMatchObject(failed('device-not-permitted', /CAP_NET_ADMIN[^]*smartvpn test/));
    expect(outcome.stderr).not.toMatch(/Calling|[Pp]assword/);
    expect(other.openConnections).toBe(0);
  });

  test('a server type that cannot be dialled yet', async () => {
    await addProfile('vpn.example.com', { serverType: 'openvpn' });
    expect(await tryOffice()).toMatchObject(failed('unsupported-server-type', /server type of this profile/));
  });

  test('no password and nobody to ask', async () => {
    await addProfile('127.0.0.1:1');
    expect(await runProgram(['test', 'office'], { home })).toMatchObject(
      failed('nobody-to-ask', /--password-stdin/),
    );
  });
});
