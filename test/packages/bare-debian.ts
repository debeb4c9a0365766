import type { ChildProcess } from 'node:child_process';
import { debianRoot } from '../support/debian-root.ts';
import { type Namespace, createNamespace } from '../support/namespace.ts';

/** Besides a Debian's least: what validates and reads what a package brings, and gives the host a network. */
const TOOLS = ['appstream', 'bash-completion', 'desktop-file-utils', 'fish', 'iproute2', 'man-db', 'zsh'];

/** Kept by the system itself of everything that is ever installed. */
const BOOKKEEPING = [
  '/var/lib/dpkg',
  '/var/log',
  '/var/cache',
  '/home',
  '/proc',
  '/sys',
  '/dev',
  '/run',
  '/tmp',
];

const ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', TERM: 'dumb' };
/** Longer than writing the packed runtime to memory takes on a busy machine. */
const DEADLINE = 120_000;

/** What it starts from; undefined where that cannot be made. */
export function bareDebianRoot(): Promise<string | undefined> {
  return debianRoot({ suite: 'bookworm', packages: TOOLS });
}

/** A host with a bare Debian, its root, and a person without any privilege. */
export class BareDebian {
  readonly host: Namespace;

  private constructor(host: Namespace) {
    this.host = host;
  }

  static async start(root: string): Promise<BareDebian> {
    const debian = new BareDebian(await createNamespace('installed', { root }));
    await debian.root(['useradd', '--create-home', '--shell', '/bin/bash', 'anna']);
    return debian;
  }

  root(argv: readonly string[], input?: string): Promise<string> {
    return this.#run([...environment('/root'), ...argv], input);
  }

  anna(argv: readonly string[], input?: string): Promise<string> {
    return this.#run([...asAnna(), ...argv], input);
  }

  /** Starts a program of anna's; it ends with the host. */
  startAsAnna(argv: readonly string[], input = ''): ChildProcess {
    const child = this.host.spawn([...asAnna(), ...argv], { cwd: '/', stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin?.end(input);
    return child;
  }

  /** Every file and folder of the system, with owner and mode. */
  async files(): Promise<readonly string[]> {
    const without = BOOKKEEPING.flatMap((path) => ['-path', path, '-prune', '-o']);
    const project = ['-path', process.cwd(), '-prune', '-o'];
    const found = await this.root(['find', '/', ...without, ...project, '-printf', '%p %u:%g %m\\n']);
    return found.trim().split('\n').sort();
  }

  /** The same of root's. */
  startAsRoot(argv: readonly string[]): ChildProcess {
    return this.host.spawn([...environment('/root'), ...argv], {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** What a connection may change of it: addresses, routes, rules, DNS. */
  network(): Promise<string> {
    const script =
      'for what in addr rule "route show table all" "-6 rule"; do ip $what; done; cat /etc/resolv.conf';
    return this.root(['sh', '-c', script]);
  }

  remove(): Promise<void> {
    return this.host.remove();
  }

  #run(argv: readonly string[], input?: string): Promise<string> {
    return this.host.exec(argv, { deadline: DEADLINE, ...(input === undefined ? {} : { input }) });
  }
}

function environment(home: string): readonly string[] {
  const path = { ...ENVIRONMENT, PATH: `${ENVIRONMENT.PATH}:/usr/sbin:/sbin`, HOME: home };
  return ['env', '-i', ...Object.entries(path).map(([name, value]) => `${name}=${value}`)];
}

function asAnna(): readonly string[] {
  const person = ['--reuid', 'anna', '--regid', 'anna', '--init-groups', '--bounding-set', '-all'];
  return ['setpriv', ...person, '--no-new-privs', ...environment('/home/anna')];
}
