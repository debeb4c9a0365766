import { expect, test } from 'vitest';
import { outcomeText, runCommand } from './command-runner.ts';

test('output, exit code and input', async () => {
  const script = 'cat; echo wrong >&2; exit 3';
  expect(await runCommand('sh', ['-c', script], { deadline: 5000, input: 'secret' })).toEqual({
    kind: 'exited',
    code: 3,
    stdout: 'secret',
    stderr: 'wrong\n',
  });
});

test('no such program', async () => {
  const outcome = await runCommand('no-such-program-here', [], { deadline: 5000 });
  expect(outcome).toEqual({ kind: 'not-found' });
  expect(outcomeText('ip', outcome)).toBe('ip is not installed');
});

test('one that does not end is killed', async () => {
  expect(await runCommand('sleep', ['60'], { deadline: 50 })).toEqual({ kind: 'timed-out' });
});

test('one that does not read its input', async () => {
  const input = 'x'.repeat(1_000_000);
  expect(await runCommand('true', [], { deadline: 5000, input })).toMatchObject({ kind: 'exited', code: 0 });
});

test('one that says too much', async () => {
  const outcome = await runCommand('head', ['-c', '20000000', '/dev/zero'], { deadline: 10_000 });
  expect(outcome.kind).toBe('failed');
});

test('one that dies of a signal', async () => {
  expect(await runCommand('sh', ['-c', 'kill -9 $$'], { deadline: 5000 })).toEqual({
    kind: 'failed',
    detail: 'SIGKILL',
  });
});

test('system folders are searched although PATH lacks them', async () => {
  const outcome = await runCommand('sh', ['-c', 'echo $PATH'], { deadline: 5000 });
  expect(outcome).toMatchObject({ kind: 'exited' });
  expect(outcome.kind === 'exited' && outcome.stdout).toContain('/usr/sbin');
});
