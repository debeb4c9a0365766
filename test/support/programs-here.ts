import { spawnSync } from 'node:child_process';

/** Whether the machine has all of these programs: for `describe.skipIf`. */
export function programsHere(...names: readonly string[]): boolean {
  return names.every((name) => spawnSync('sh', ['-c', 'command -v "$0"', name]).status === 0);
}
