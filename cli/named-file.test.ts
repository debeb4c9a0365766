import { spawnSync } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Home, makeHome, runProgram, startProgram } from '../test/support/program.ts';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

const EXPORTED =
  '{"format":"smart-vpn-profiles","version":1,"profiles":[{"name":"x","server":"vpn.example.com"}]}';

describe.each([
  [['profile', 'import'], 'smartvpn profile export'],
  [['router', '--config'], 'smartvpn router --print-config'],
  [['router', '--users-file'], 'JSON array of users'],
  [['otp', '--secret-file'], 'the secret in its first line'],
])('smartvpn %j', (words, step) => {
  test.each([
    ['a folder', '/', /it is a folder|is not a file/],
    ['what has no end', '/dev/zero', /is too large: it holds more than \d|is not a file/],
  ])('of %s: a sentence and a next step', async (_what, path, why) => {
    const { code, stderr } = await runProgram([...words, path], { home });
    expect(code).toBe(9);
    expect(stderr).toMatch(why);
    expect(stderr).toContain(step);
  });

  test('of what is not there', async () => {
    const { code, stderr } = await runProgram([...words, '/nowhere'], { home });
    expect({ code, stderr }).toMatchObject({ code: 9, stderr: expect.stringContaining('no such file') });
  });
});

test('a secret file of many megabytes is none', async () => {
  const path = join(home.folder, 'secret');
  await writeFile(path, Buffer.alloc(10_000_000, '0'), { mode: 0o600 });
  const { code, stderr } = await runProgram(['otp', '--secret-file', path], { home });
  expect({ code, stderr }).toMatchObject({ code: 9, stderr: expect.stringContaining('holds more than') });
});

test('a pipe that has a name is read as a file is', async () => {
  const prefix = ['sh', '-c', `printf %s '${EXPORTED}' | "$0" "$@"`];
  const outcome = await runProgram(['profile', 'import', '/dev/stdin'], { home, prefix });
  expect(outcome).toMatchObject({ code: 0, stdout: 'Added x.\n' });
});

test('Ctrl-C ends waiting for what somebody still writes', async () => {
  const path = join(home.folder, 'pipe');
  expect(spawnSync('mkfifo', [path]).status).toBe(0);
  // For reading too, so that it need not wait for the program.
  const writer = await open(path, 'r+');
  const running = startProgram(['profile', 'import', path], { home });
  // More than a pipe holds: it is written when the program has begun to read.
  await writer.write(Buffer.alloc(200_000, ' '));
  running.kill('SIGINT');
  expect(await running.ended).toMatchObject({ code: 130, stderr: 'Failed: Interrupted.\n' });
  await writer.close();
});
