import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Gives standard output; rejects with what the command said. */
export async function runCommand(
  file: string,
  words: readonly string[],
  options: { readonly cwd?: string; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const { stdout } = await execute(file, [...words], {
    maxBuffer: 64 * 1024 * 1024,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.environment },
  });
  return stdout;
}
