import { spawnSync } from 'node:child_process';
import { namespacesPossible } from './namespace.ts';

const ALREADY_INSIDE = 'SMARTVPN_IN_USER_NAMESPACE';

export interface InsideCommand {
  readonly file: string;
  readonly words: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * For people who are not root: how to run `program` again in a user namespace of its own, where they are, with
 * a loopback device. Undefined = go on here: network namespaces are possible already, or cannot be had at all.
 */
export function inUserNamespace(program: string, words: readonly string[] = []): InsideCommand | undefined {
  if (process.env[ALREADY_INSIDE] !== undefined || namespacesPossible()) return undefined;
  const unshare = ['--user', '--map-root-user', '--net', '--mount'];
  if (spawnSync('unshare', [...unshare, 'true']).status !== 0) return undefined;
  const start = ['sh', '-c', 'ip link set lo up; exec "$0" "$@"', process.execPath, program, ...words];
  return {
    file: 'unshare',
    words: [...unshare, ...start],
    environment: { ...process.env, [ALREADY_INSIDE]: '1' },
  };
}

/** Does that, and gives the exit code. */
export function runInUserNamespace(program: string, words: readonly string[] = []): number | undefined {
  const command = inUserNamespace(program, words);
  if (command === undefined) return undefined;
  const run = spawnSync(command.file, [...command.words], { stdio: 'inherit', env: command.environment });
  return run.status ?? 1;
}
