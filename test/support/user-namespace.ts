import { spawnSync } from 'node:child_process';
import { namespacesPossible } from './namespace.ts';

const ALREADY_INSIDE = 'SMARTVPN_IN_USER_NAMESPACE';

/**
 * For people who are not root: runs `program` again in a user namespace of its own, where they are, with a loopback
 * device, and gives its exit code. Undefined = go on here: network namespaces are possible already, or cannot be had at all.
 */
export function runInUserNamespace(program: string, words: readonly string[] = []): number | undefined {
  if (process.env[ALREADY_INSIDE] !== undefined || namespacesPossible()) return undefined;
  const unshare = ['--user', '--map-root-user', '--net', '--mount'];
  if (spawnSync('unshare', [...unshare, 'true']).status !== 0) return undefined;
  const start = ['sh', '-c', 'ip link set lo up; exec "$0" "$@"', process.execPath, program, ...words];
  const run = spawnSync('unshare', [...unshare, ...start], {
    stdio: 'inherit',
    env: { ...process.env, [ALREADY_INSIDE]: '1' },
  });
  return run.status ?? 1;
}
