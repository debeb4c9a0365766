import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Where the client keeps and finds its files (XDG Base Directory Specification 0.8). */
export interface Folders {
  /** Profiles and settings. */
  readonly config: string;
  /** History, and what must be undone after a crash. */
  readonly state: string;
  /** Sockets of the running client; gone after a restart of the machine. */
  readonly runtime: string;
}

export interface FolderFacts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Undefined where there are no user ids. */
  readonly userId: number | undefined;
}

const NAME = 'smartvpn';

export function defaultFolders(facts: FolderFacts = thisProcess()): Folders {
  const { environment, home } = facts;
  return {
    config: join(variable(environment, 'XDG_CONFIG_HOME') ?? join(home, '.config'), NAME),
    state: join(variable(environment, 'XDG_STATE_HOME') ?? join(home, '.local', 'state'), NAME),
    runtime: runtimeFolder(facts),
  };
}

function runtimeFolder({ environment, userId }: FolderFacts): string {
  const given = variable(environment, 'XDG_RUNTIME_DIR');
  if (given !== undefined) return join(given, NAME);
  // root's connection is the machine's: it is found without a login session
  return userId === undefined || userId === 0 ? join('/run', NAME) : join('/run/user', String(userId), NAME);
}

/** The specification has relative and empty ones ignored. */
function variable(environment: FolderFacts['environment'], name: string): string | undefined {
  const value = environment[name];
  return value !== undefined && isAbsolute(value) ? value : undefined;
}

function thisProcess(): FolderFacts {
  return { environment: process.env, home: homedir(), userId: process.geteuid?.() };
}
