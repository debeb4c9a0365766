import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Namespace } from '../support/namespace.ts';

/** How long a program may take until it says that it is ready. */
const READY_DEADLINE = 20_000;
const STOP_DEADLINE = 5000;

/** A program that runs in a namespace until it is stopped. */
export interface BackgroundProgram {
  readonly pid: number;
  /** Standard output and error together, so far. */
  output(): string;
  /** `performance.now()` of the first output that matched `ready`. */
  readonly readyAt: number;
  /** Asks it to end with `signal`; kills it when it does not. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface BackgroundOptions {
  readonly input?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** Undefined: ready as soon as it runs. */
  readonly ready?: RegExp;
  /** Called with each piece of output. */
  readonly onOutput?: (text: string) => void;
}

/** Resolves when the program has said that it is ready; rejects with what it said instead. */
export async function startBackground(
  namespace: Namespace,
  argv: readonly string[],
  options: BackgroundOptions = {},
): Promise<BackgroundProgram> {
  const spawnOptions: SpawnOptions = { stdio: ['pipe', 'pipe', 'pipe'] };
  if (options.environment !== undefined) spawnOptions.env = options.environment;
  const child = namespace.spawn(argv, spawnOptions);
  child.stdin?.on('error', () => {}); // a program that does not read its input
  child.stdin?.end(options.input ?? '');
  try {
    return await untilReady(child, argv, options);
  } catch (error) {
    await stop(child, 'SIGKILL');
    throw error;
  }
}

async function untilReady(
  child: ChildProcess,
  argv: readonly string[],
  options: BackgroundOptions,
): Promise<BackgroundProgram> {
  let said = '';
  let deadline: NodeJS.Timeout | undefined;
  const ready = new Promise<number>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${argv.slice(0, 2).join(' ')} ${why}:\n${said}`));
    deadline = setTimeout(() => fail('was not ready in time'), READY_DEADLINE);
    const hear = (text: string): void => {
      said += text;
      options.onOutput?.(text);
      if (options.ready?.test(said) === true) resolve(performance.now());
    };
    child.stdout?.setEncoding('utf8').on('data', hear);
    child.stderr?.setEncoding('utf8').on('data', hear);
    if (options.ready === undefined) child.once('spawn', () => resolve(performance.now()));
    child.once('error', (error) => fail(error.message));
    child.once('close', (code, signal) => fail(`ended (${code ?? signal})`));
  });
  const readyAt = await ready.finally(() => clearTimeout(deadline));
  return {
    pid: child.pid ?? 0,
    readyAt,
    output: () => said,
    stop: (signal = 'SIGTERM') => stop(child, signal),
  };
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE);
  await exited;
  clearTimeout(timer);
}
