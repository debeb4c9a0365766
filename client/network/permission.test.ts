import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { namespacesPossible } from '../../test/support/namespace.ts';
import { runCommand, type CommandRunner } from './command-runner.ts';
import { checkPermission, mayAdministerNetwork } from './permission.ts';

const notPermitted = (missing: string) => ({ ok: false, error: { kind: 'device-not-permitted', missing } });

test.each([
  ['everything', 'CapPrm:\t0000000000000000\nCapEff:\t000001ffffffffff\n', true],
  ['CAP_NET_ADMIN alone', 'CapEff:\t0000000000001000\n', true],
  ['everything but CAP_NET_ADMIN', 'CapEff:\t000001ffffffefff\n', false],
  ['nothing, although it might take it', 'CapPrm:\t0000000000001000\nCapEff:\t0000000000000000\n', false],
  ['a kernel that does not tell', 'Name:\tnode\n', true],
])('%s', (_, status, permitted) => {
  expect(mayAdministerNetwork(status)).toBe(permitted);
});

test('a process without the capability is told so', async () => {
  expect(await checkInChild(['--bounding-set', '-net_admin'])).toEqual(notPermitted('privilege'));
});

test.skipIf(!namespacesPossible())('with everything at hand nothing is missing', async () => {
  expect(await checkPermission(runCommand)).toEqual({ ok: true, value: undefined });
});

test.skipIf(!namespacesPossible())('without iproute2', async () => {
  const run: CommandRunner = () => Promise.resolve({ kind: 'not-found' });
  expect(await checkPermission(run)).toEqual(notPermitted('iproute2'));
});

/** In a process that has given capabilities away. As an ordinary user there are none to give. */
async function checkInChild(setpriv: readonly string[]): Promise<unknown> {
  const url = (path: string): string => new URL(path, import.meta.url).href;
  const script = `
    const { checkPermission } = await import(${JSON.stringify(url('permission.ts'))});
    const { runCommand } = await import(${JSON.stringify(url('command-runner.ts'))});
    console.log(JSON.stringify(await checkPermission(runCommand)));`;
  const node = [process.execPath, '--input-type=module', '-e', script];
  const [file = '', ...args] = process.geteuid?.() === 0 ? ['setpriv', ...setpriv, ...node] : node;
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const { stdout } = await promisify(execFile)(file, args, { cwd });
  return JSON.parse(stdout);
}
