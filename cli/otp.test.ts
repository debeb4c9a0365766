import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spawnSync } from 'node:child_process';
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Home, keepProfile, makeHome, runProgram, startOnTerminal } from '../test/support/program.ts';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

const SECRET = 'e3152afee62599c8';

describe('smartvpn otp', () => {
  test.each([
    ['165892298', 'e3152afee62599c8', '1234', 'e7d8b6'],
    ['123456789', 'e3152afee62599c8', '1234', '4ebfb2'],
    ['1659540020', 'bbb1912bb5c515be', '9999', 'ced7b1'],
    ['1659539878', 'BBB1 912B B5C5 15BE', '9999', '1a14f8'],
    ['165892298', 'motp://Office:anna?secret=e3152afee62599c8', '1234', 'e7d8b6'],
  ])('the mOTP code at %s', async (at, secret, pin, code) => {
    const outcome = await runProgram(['otp', '--stdin', '--at', at], { home, input: `${secret}\n${pin}\n` });
    expect(outcome).toEqual({ code: 0, stdout: `${code}\n`, stderr: '' });
  });

  // RFC 6238 appendix B, of whose eight digits the last six count
  test.each([
    ['59', '287082'],
    ['1111111109', '081804'],
    ['20000000000', '353130'],
  ])('the TOTP code at %s', async (at, code) => {
    const input = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n';
    const outcome = await runProgram(['otp', '--totp', '--stdin', '--at', at], { home, input });
    expect(outcome).toEqual({ code: 0, stdout: `${code}\n`, stderr: '' });
  });

  test('secret and PIN come from descriptors of their own; --json says how long the code is good', async () => {
    const outcome = await runProgram(
      ['otp', '--secret-fd', '3', '--pin-fd', '4', '--at', '165892298', '--json'],
      { home, descriptors: [`${SECRET}\n`, '1234'] },
    );
    expect(JSON.parse(outcome.stdout)).toEqual({
      event: 'code',
      kind: 'motp',
      code: 'e7d8b6',
      counter: 16589229,
      validFrom: 165892290000,
      validUntil: 165892300000,
    });
  });

  test('a secret file is taken only when nobody else may read it', async () => {
    const file = join(home.folder, 'secret');
    await writeFile(file, `${SECRET}\n`, { mode: 0o600 });
    const words = ['otp', '--secret-file', file, '--pin-fd', '0', '--at', '165892298'];
    expect(await runProgram(words, { home, input: '1234\n' })).toMatchObject({ code: 0, stdout: 'e7d8b6\n' });
    await chmod(file, 0o644);
    const refused = await runProgram(words, { home, input: '1234\n' });
    expect(refused).toMatchObject({ code: 9, stdout: '' });
    expect(refused.stderr).toContain('chmod 600');
  });

  test.each([
    ['xyz\n1234\n', 'the letters a to f'],
    [`${SECRET}\n12\n`, '4 to 7 digits'],
    ['a'.repeat(5000), 'without a line end'],
  ])('a wrong secret or PIN is a usage error that does not repeat it', async (input, words) => {
    const outcome = await runProgram(['otp', '--stdin'], { home, input });
    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toContain(words);
    expect(outcome.stderr).not.toContain(SECRET);
  });

  test('without a terminal and without an option it says which option', async () => {
    const outcome = await runProgram(['otp'], { home });
    expect(outcome).toMatchObject({ code: 7, stdout: '' });
    expect(outcome.stderr).toContain('--secret-fd');
  });

  test('on a terminal it asks without showing what is typed, and again after a mistake', async () => {
    const running = startOnTerminal(['otp', '--at', '165892298'], home);
    await running.sees(/Secret: $/);
    running.type(`${SECRET}\r`);
    await running.sees(/PIN: $/);
    running.type('77\r');
    await running.sees(/4 to 7 digits[^]*PIN: $/);
    running.type('1234\r');
    const { code, stdout } = await running.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('e7d8b6');
    expect(stdout).not.toContain(SECRET);
    expect(stdout).not.toContain('1234');
    expect(stdout).not.toContain('77');
  });

  test('Ctrl-C at the question ends it with the shell’s code', async () => {
    const running = startOnTerminal(['otp'], home);
    await running.sees(/Secret: $/);
    running.type('\u0003');
    expect((await running.ended).code).toBe(130);
  });

  test.each([
    // SIGHUP and the end of the input come in no certain order.
    ['SIGHUP comes too', 'exec 2> "$0"; exec "$@"', 'Failed: Interrupted: hangup.\n'],
    // As under a shell that passes no SIGHUP on: the kernel sends it to the shell alone.
    [
      'only its end is read',
      'trap : HUP; exec 3> "$0"; "$@" 2>&3; echo "code $?" >&3',
      'Failed: Interrupted: hangup.\ncode 129\n',
    ],
    [
      'it is to outlive it',
      'trap "" HUP; exec 3> "$0"; "$@" 2>&3; echo "code $?" >&3',
      'Failed: The terminal has gone, so nobody can be asked any more.\ncode 7\n',
    ],
  ])('the terminal is closed at the question: %s', async (_how, script, words) => {
    const said = join(home.folder, 'said');
    await rm(said, { force: true });
    expect(spawnSync('mkfifo', [said]).status).toBe(0);
    const running = startOnTerminal(['otp'], home, {}, ['sh', '-c', script, said]);
    // Ends when the program does.
    const reading = readFile(said, 'utf8');
    await running.sees(/Secret: $/);
    running.kill('SIGKILL');
    expect(await reading).toBe(words);
  });

  test.each([
    [['otp'], [], 'secret'],
    [['otp', '--secret-fd', '3'], [`${SECRET}\n`], 'PIN'],
  ])('%j where nobody can be asked: what is needed', async (words, descriptors, needed) => {
    const { code, stderr } = await runProgram(words, { home, descriptors });
    expect(code).toBe(7);
    expect(stderr).toContain(`Failed: The ${needed} is needed, and there is no terminal to ask on.`);
  });

  test('a line that is missing is named', async () => {
    const { code, stderr } = await runProgram(['otp', '--stdin'], { home, input: `${SECRET}\n` });
    expect({ code, stderr }).toEqual({ code: 7, stderr: 'Failed: PIN: Standard input gave no text.\n' });
  });

  test('from a keyring that is not there: how else the secret can be given', async () => {
    await keepProfile(home, { name: 'office', server: 'vpn.example.com', authentication: 'motp' });
    const { code, stderr } = await runProgram(['otp', '--profile', 'office'], { home });
    expect(code).toBe(24);
    expect(stderr).toContain('--secret-file');
  });

  test('a secret file that is not there', async () => {
    const { code, stderr } = await runProgram(['otp', '--secret-file', '/nowhere'], { home });
    expect(code).toBe(9);
    expect(stderr).toContain('/nowhere cannot be opened: there is no such file');
  });

  test('--watch counts down until it is interrupted', async () => {
    const watching = startOnTerminal(['otp', '--watch'], home);
    await watching.sees(/Secret: $/);
    watching.type(`${SECRET}\r`);
    await watching.sees(/PIN: $/);
    watching.type('1234\r');
    await watching.sees(/[0-9a-f]{6}\S*  \d+ s/);
    watching.type('\u0003');
    expect((await watching.ended).code).toBe(0);
  });

  test('new makes 32 hex digits, another each time', async () => {
    const first = await runProgram(['otp', 'new'], { home });
    const second = await runProgram(['otp', 'new'], { home });
    expect(first.stdout).toMatch(/^[0-9a-f]{32}\n$/);
    expect(second.stdout).not.toBe(first.stdout);
  });
});
