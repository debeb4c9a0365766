import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../client/store/store.ts';
import { profileSchema, type ProfileInput } from '../../shared/profile.ts';

/** Runs the real `smartvpn` as a child process, as a person or another program would. */

const PROGRAM = fileURLToPath(new URL('../../cli/smartvpn', import.meta.url));

/** Compiled once for all tests: the program starts in half the time. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

/** Folders of its own, so that a test never sees the machine's profiles. */
export interface Home {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

export async function makeHome(): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'svpn-'));
  const { PATH, LANG } = process.env;
  return {
    folder,
    environment: {
      PATH,
      LANG,
      HOME: folder,
      XDG_CACHE_HOME: COMPILED,
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_STATE_HOME: join(folder, 'state'),
      XDG_RUNTIME_DIR: join(folder, 'run'),
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Puts a profile into the store of `home`, as `smartvpn profile add` does. */
export async function keepProfile(home: Home, fields: Omit<ProfileInput, 'id'>): Promise<void> {
  const folder = (name: string): string => join(home.folder, name, 'smartvpn');
  const store = await openStore({ config: folder('config'), state: folder('state') });
  const kept = await store.profiles.save(profileSchema.parse({ ...fields, id: randomUUID() }));
  if (!kept.ok) throw new Error(`not kept: ${kept.error.kind}`);
}

export interface Outcome {
  /** The exit code, or the signal's name. */
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  /** Resolves as soon as standard output and error together have matched; rejects when the program ends first. */
  sees(pattern: RegExp): Promise<RegExpMatchArray>;
  type(text: string): void;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Outcome>;
}

export interface RunOptions {
  readonly home: Home;
  /** Standard input; without it there is none. */
  readonly input?: string;
  /** Further file descriptors, from 3 on, each with its content. */
  readonly descriptors?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Started instead of the program itself, with it as last arguments: for namespaces. */
  readonly prefix?: readonly string[];
}

export function startProgram(words: readonly string[], options: RunOptions): Running {
  const [file, ...before] = [...(options.prefix ?? []), PROGRAM];
  const extra = (options.descriptors ?? []).map(() => 'pipe' as const);
  const child = spawn(file, [...before, ...words], {
    env: { ...options.home.environment, ...options.environment },
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...extra],
    // Its own session: no terminal of the person who runs the tests is asked anything.
    detached: true,
  });
  options.descriptors?.forEach((content, index) => {
    const stream = child.stdio[index + 3];
    if (stream !== undefined && stream !== null && 'end' in stream) stream.end(content);
  });
  // A program need not read its input to the end.
  child.stdin?.on('error', () => undefined);
  if (options.input !== undefined) child.stdin?.end(options.input);
  return follow(child);
}

export async function runProgram(words: readonly string[], options: RunOptions): Promise<Outcome> {
  return startProgram(words, options).ended;
}

/** On a pseudo-terminal of its own (util-linux's script), where type() is a person's keyboard. */
export function startOnTerminal(
  words: readonly string[],
  home: Home,
  environment?: NodeJS.ProcessEnv,
  prefix: readonly string[] = [],
): Running {
  const command = [...prefix, PROGRAM, ...words]
    .map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`)
    .join(' ');
  const child = spawn('script', ['-qefc', `exec ${command}`, '/dev/null'], {
    env: { ...home.environment, TERM: 'xterm', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  return follow(child);
}

function follow(child: ChildProcess): Running {
  let stdout = '';
  let stderr = '';
  let done = false;
  const waiting = new Set<() => void>();
  const changed = (): void => waiting.forEach((check) => check());
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    changed();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    changed();
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      done = true;
      changed();
      resolve({ code: code ?? signal, stdout, stderr });
    });
  });
  return {
    process: child,
    ended,
    type: (text) => void child.stdin?.write(text),
    kill: (signal) => void child.kill(signal),
    sees: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const match = (stdout + stderr).match(pattern);
          if (match === null && !done) return;
          waiting.delete(check);
          if (match === null)
            reject(new Error(`The program ended without saying ${pattern}:\n${stdout}\n${stderr}`));
          else resolve(match);
        };
        waiting.add(check);
        check();
      }),
  };
}
