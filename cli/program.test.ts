import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from './command-index.ts';
import { EXIT_CODES, exitCodesText } from './exit-codes.ts';
import { tunnelSchema } from '../client/control/messages.ts';
import { type Home, makeHome, runProgram } from '../test/support/program.ts';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

/** Sentences are to fit the usual terminal; examples are there to be copied. */
function tooLong(help: string): readonly string[] {
  return help.split('\n').filter((line) => /^\S.{80}/.test(line));
}

describe('the program', () => {
  test('explains itself', async () => {
    const { code, stdout, stderr } = await runProgram(['--help'], { home });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { name } of COMMANDS) expect(stdout).toContain(`  ${name}`);
    expect(stdout).not.toContain('hold ');
    expect(tooLong(stdout)).toEqual([]);
  });

  test.each(COMMANDS.map(({ name }) => name))('%s explains itself with an example', async (name) => {
    const { code, stdout, stderr } = await runProgram([name, '--help'], { home });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Examples?:\n\s+.*smartvpn /);
    expect((await runProgram(['help', name], { home })).stdout).toBe(stdout);
    expect(tooLong(stdout)).toEqual([]);
  });

  test('npx starts it from a clone, whatever Node npx itself runs on', async ({ onTestFinished }) => {
    const npm = await mkdtemp(join(tmpdir(), 'svpn-npm-'));
    onTestFinished(() => rm(npm, { recursive: true, force: true }));
    const { stdout } = await promisify(execFile)('npx', ['--no-install', 'smartvpn', '--help'], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...home.environment, npm_config_update_notifier: 'false', npm_config_cache: npm },
    });
    expect(stdout).toContain('Usage: smartvpn COMMAND');
  });

  test('says its version', async () => {
    expect((await runProgram(['--version'], { home })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test('without a command it shows how to use it, and fails', async () => {
    const { code, stderr } = await runProgram([], { home });
    expect(code).toBe(2);
    expect(stderr).toContain('Usage: smartvpn');
  });

  test.each([
    [['conect'], 'connect'],
    [['connect'], 'profile'],
    [['status', '--wrong'], '--wrong'],
    [['otp', '--pin-fd', 'x'], 'whole number'],
    [['stats', '--interval', '0'], 'from 1 to'],
    [['connect', 'x', '--trust-fingerprint', 'abc'], '64 hex digits'],
    [['help', 'nothing'], 'topics'],
  ])('%j is a usage error with a hint', async (words, hint) => {
    const { code, stdout, stderr } = await runProgram(words, { home });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(hint);
  });

  test('--json says usage errors as JSON too', async () => {
    const { code, stdout, stderr } = await runProgram(['status', '--wrong', '--json'], { home });
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ event: 'failed', reason: 'usage', exitCode: 2 });
  });

  test.each([[['profile']], [['profile', 'secret']]])(
    '%j without its command, for programs',
    async (words) => {
      const { code, stdout } = await runProgram([...words, '--json'], { home });
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({ reason: 'usage', message: 'Say which command.' });
    },
  );

  test.each(['--json', '--verbose'])('%s before the command: where it belongs is said', async (option) => {
    const { code, stdout, stderr } = await runProgram([option, 'status'], { home });
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(`unknown option '${option}'`);
    expect(stdout + stderr).toContain(`smartvpn COMMAND ${option}`);
  });

  test.each([[['--help']], [['help', 'json']], [['otp', 'new']], [['otp', 'new', '--json']]])(
    '%j onto a full disk is not done',
    async (words) => {
      const prefix = ['sh', '-c', '"$@" > /dev/full', 'sh'];
      const { code, stderr } = await runProgram(words, { home, prefix });
      expect({ code, stderr }).toEqual({
        code: 9,
        stderr: 'Failed: Standard output could not be written: the disk is full.\n',
      });
    },
  );

  test('help json has every event', async () => {
    const files = (await readdir(import.meta.dirname, { recursive: true })).filter((name) =>
      /^(?!.*\.test).*\.ts$/.test(name),
    );
    const sources = await Promise.all(files.map((name) => readFile(join(import.meta.dirname, name), 'utf8')));
    const events = new Set(
      sources.flatMap((text) => text.match(/(?<=\bevent: ('|z\.literal\('))[\w-]+/g) ?? []),
    );
    expect(events.size).toBeGreaterThan(20);
    const { stdout } = await runProgram(['help', 'json'], { home });
    expect([...events].filter((event) => !stdout.includes(`"event":"${event}"`))).toEqual([]);
  });

  test('help json has every field of a tunnel', async () => {
    const { stdout } = await runProgram(['help', 'json'], { home });
    for (const field of Object.keys(tunnelSchema.shape)) expect(stdout).toContain(`"${field}"`);
  });

  test('leaves no file of its own behind for a question that changes nothing', async () => {
    await runProgram(['profile', 'list'], { home });
    await runProgram(['status'], { home });
    expect(await readdir(home.folder)).toEqual([]);
  });

  test.each([['disconnect'], ['status'], ['stats'], ['log']])('%s without a connection', async (name) => {
    const { code, stdout, stderr } = await runProgram([name], { home });
    expect(code).toBe(6);
    expect(stdout + stderr).toMatch(/Not connected|There is no connection/);
  });

  test('the background holder is not for people', async () => {
    const { code, stderr } = await runProgram(['hold'], { home });
    expect(code).toBe(2);
    expect(stderr).toContain('connect --background');
  });
});

describe('exit codes', () => {
  test('each cause has one of its own', () => {
    const codes = Object.values(EXIT_CODES).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.every((code) => code >= 0 && code <= 255)).toBe(true);
  });

  test('the program and its manual print the same table', async () => {
    const { stdout } = await runProgram(['help', 'exit-codes'], { home });
    expect(stdout).toBe(exitCodesText());
    // the formatter aligns the table's columns
    const manual = (await readFile(new URL('../docs/command-line.md', import.meta.url), 'utf8')).replaceAll(
      / +/g,
      ' ',
    );
    for (const [reason, { code, means }] of Object.entries(EXIT_CODES)) {
      expect(manual).toContain(`| ${code} | \`${reason}\` | ${means} |`);
    }
  });
});
