import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface BrowserFacts {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
  readonly isRoot: boolean;
  /** The text of /etc/passwd. */
  readonly accounts: string;
}

export interface BrowserStart {
  readonly file: string;
  readonly words: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Undefined: as ourselves. */
  readonly account: { readonly uid: number; readonly gid: number } | undefined;
}

/** How to show `url` to the person here; undefined where there is no screen to show it on. */
export function browserStart(url: string, facts: BrowserFacts): BrowserStart | undefined {
  const { platform, environment, isRoot } = facts;
  const isShown = platform !== 'linux' || hasDisplay(environment);
  if (!isShown || platform === 'win32') return undefined;
  const file = platform === 'darwin' ? 'open' : 'xdg-open';
  if (!isRoot) return { file, words: [url], environment, account: undefined };
  // Browsers do not run as root, and should not: under sudo the person's own is opened.
  const person = accountOf(environment['SUDO_UID'], facts.accounts);
  if (person === undefined) return undefined;
  const { uid, gid, home, name } = person;
  const theirs = { ...environment, HOME: home, USER: name, LOGNAME: name };
  return { file, words: [url], environment: theirs, account: { uid, gid } };
}

/** Starts it and does not look back: the address has been printed. */
export function startBrowser({ file, words, environment, account }: BrowserStart): void {
  const child = spawn(file, [...words], {
    detached: true,
    stdio: 'ignore',
    env: environment,
    ...account,
  });
  child.once('error', () => undefined);
  child.unref();
}

export function thisMachine(): BrowserFacts {
  return {
    platform: process.platform,
    environment: process.env,
    isRoot: process.geteuid?.() === 0,
    accounts: readAccounts(),
  };
}

function readAccounts(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}

function hasDisplay(environment: NodeJS.ProcessEnv): boolean {
  return (environment['DISPLAY'] ?? '') !== '' || (environment['WAYLAND_DISPLAY'] ?? '') !== '';
}

/** passwd(5): name:password:UID:GID:GECOS:directory:shell */
function accountOf(uid: string | undefined, accounts: string) {
  if (uid === undefined || uid === '0' || !/^[0-9]+$/.test(uid)) return undefined;
  const line = accounts
    .split('\n')
    .map((text) => text.split(':'))
    .find((fields) => fields[2] === uid);
  const [name, , , gid, , home] = line ?? [];
  if (name === undefined || gid === undefined || home === undefined) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home };
}
