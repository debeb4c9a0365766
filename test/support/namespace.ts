import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A host of its own on this machine: a process that holds a network namespace and a mount namespace, with its own
 * /etc/resolv.conf. Nothing of the machine is touched. It ends with this process, however that ends.
 */
export interface Namespace {
  readonly tag: string;
  /** The holder's process id, for `ip … netns PID`. */
  readonly pid: number;
  /** Runs a command inside to its end and gives its standard output; rejects with its standard error when it fails. */
  exec(
    argv: readonly string[],
    options?: { readonly input?: string; readonly deadline?: number },
  ): Promise<string>;
  /** Starts a command inside. `child.pid` is the command's own. It is killed by remove() and with this process. */
  spawn(argv: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Ends all that was spawned inside and the host itself. Idempotent. */
  remove(): Promise<void>;
}

/** What a command that `exec` ran said when it failed. */
export class CommandError extends Error {
  readonly code: number | null;
  readonly stderr: string;
  constructor(argv: readonly string[], code: number | null, stderr: string) {
    super(`${argv.join(' ')}: exit ${code}\n${stderr}`);
    this.code = code;
    this.stderr = stderr;
  }
}

export const PRIVATE_RESOLV_CONF = '# test host\nnameserver 192.0.2.53\nsearch lan.example\n';
/** For commands that hang. */
const COMMAND_DEADLINE = 60_000;

let possible: boolean | undefined;

/** Whether this process may make namespaces and TUN devices: for `describe.skipIf`. */
export function namespacesPossible(): boolean {
  possible ??=
    spawnSync('unshare', ['-n', '-m', 'ip', 'tuntap', 'add', 'dev', 'probe0', 'mode', 'tun']).status === 0;
  return possible;
}

export interface NamespaceOptions {
  /**
   * A folder that becomes the host's `/`, for example a `debianRoot`. What is written there goes to memory and is lost
   * with the host: the folder itself stays as it is. Of this machine the host then has the project, read-only and under
   * its own path (with its Node), and the devices. /run, /tmp and /dev/shm are its own.
   */
  readonly root?: string;
}

const PROJECT = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

/** `tag` names it in process listings and temporary folders. */
export async function createNamespace(tag: string, options: NamespaceOptions = {}): Promise<Namespace> {
  const folder = await mkdtemp(join(tmpdir(), `netns-${tag}-`));
  const resolvConf = join(folder, 'resolv.conf');
  await writeFile(resolvConf, PRIVATE_RESOLV_CONF);
  const script = [
    'mount --make-rprivate /',
    ...(options.root === undefined ? bindResolvConf(resolvConf) : changeRoot(options.root, folder)),
    // Without duplicate address detection nothing changes by itself a second later.
    'for each in default all; do echo 0 > /proc/sys/net/ipv6/conf/$each/accept_dad || true; done',
    'ip link set lo up',
    'echo ready',
    // Ends at the end of its input: also when this process is killed.
    'exec cat > /dev/null',
  ].join('\n');
  const holder = spawn('unshare', ['-n', '-m', 'sh', '-ec', script, `netns-${tag}`], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stderr = collect(holder.stderr);
  const ready = once(holder.stdout, 'data');
  const exited = new Promise<void>((resolve) => {
    holder.once('close', () => resolve());
  });
  await Promise.race([ready, exited, once(holder, 'error')]);
  if (holder.pid === undefined || holder.exitCode !== null) {
    await rm(folder, { recursive: true, force: true });
    throw new CommandError(['unshare', tag], holder.exitCode, stderr());
  }
  return new HeldNamespace(tag, folder, holder, holder.pid, exited);
}

function bindResolvConf(path: string): readonly string[] {
  return [`if [ -e /etc/resolv.conf ]; then mount --bind ${path} "$(readlink -f /etc/resolv.conf)"; fi`];
}

/** `folder` is empty but for resolv.conf. */
function changeRoot(root: string, folder: string): readonly string[] {
  return [
    `cd ${folder}`,
    'mkdir memory',
    'mount -t tmpfs -o mode=755 none memory',
    'cp resolv.conf memory/resolv.conf',
    'cd memory',
    'mkdir over work root',
    `mount -t overlay -o lowerdir=${root},upperdir=$PWD/over,workdir=$PWD/work none root`,
    'cd root',
    'mount -t proc proc proc',
    // Read-only, as containers have it: what looks for udev there does not wait for it.
    'mount -t sysfs -o ro sysfs sys',
    'mount --rbind /dev dev',
    'mount -t tmpfs -o mode=1777 none dev/shm',
    'mount -t tmpfs -o mode=755 none run',
    'mount -t tmpfs -o mode=1777 none tmp',
    `mkdir -p .${PROJECT}`,
    `mount --bind ${PROJECT} .${PROJECT}`,
    `mount -o remount,bind,ro .${PROJECT}`,
    // A file of its own, not a mount: managers of DNS replace it.
    'rm -f etc/resolv.conf',
    'mv ../resolv.conf etc/resolv.conf',
    'mkdir -p run/outside',
    'pivot_root . run/outside',
    'cd /',
    'umount -l /run/outside',
    'rmdir /run/outside',
  ];
}

export interface NamespaceLink {
  /** CIDR, IPv4 or IPv6; several are possible. */
  readonly addressA: string | readonly string[];
  readonly addressB: string | readonly string[];
}

const linkCounts = new WeakMap<Namespace, number>();

/** A cable (veth pair) between two hosts. Gives the devices' names: eth0, eth1 … in the order of each host's cables. */
export async function connectNamespaces(
  a: Namespace,
  b: Namespace,
  addresses: NamespaceLink,
): Promise<{ readonly deviceA: string; readonly deviceB: string }> {
  const deviceA = nextDevice(a);
  const deviceB = nextDevice(b);
  const ends = ['name', deviceA, 'type', 'veth', 'peer', 'name', deviceB, 'netns', String(b.pid)];
  await a.exec(['ip', 'link', 'add', ...ends]);
  await Promise.all([
    bringUp(a, deviceA, [addresses.addressA].flat()),
    bringUp(b, deviceB, [addresses.addressB].flat()),
  ]);
  await Promise.all([carrier(a, deviceA), carrier(b, deviceB)]);
  return { deviceA, deviceB };
}

/** The kernel finds out a little later that the other end is up too, and then makes link-local addresses. */
async function carrier(namespace: Namespace, device: string): Promise<void> {
  const up = `ip link show dev ${device} | grep -q 'state UP'`;
  await namespace.exec(['sh', '-c', `until ${up}; do sleep 0.01; done`]);
}

function nextDevice(namespace: Namespace): string {
  const count = linkCounts.get(namespace) ?? 0;
  linkCounts.set(namespace, count + 1);
  return `eth${count}`;
}

async function bringUp(namespace: Namespace, device: string, addresses: readonly string[]): Promise<void> {
  // Without `nodad` an IPv6 address could not be used for its first second.
  const lines = addresses.map(
    (cidr) => `addr add ${cidr} dev ${device}${cidr.includes(':') ? ' nodad' : ''}`,
  );
  await namespace.exec(['ip', '-batch', '-'], {
    input: [...lines, `link set dev ${device} up`, ''].join('\n'),
  });
}

class HeldNamespace implements Namespace {
  readonly tag: string;
  readonly pid: number;
  readonly #folder: string;
  readonly #holder: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #children = new Set<ChildProcess>();
  #removed: Promise<void> | undefined;

  constructor(tag: string, folder: string, holder: ChildProcess, pid: number, exited: Promise<void>) {
    this.tag = tag;
    this.pid = pid;
    this.#folder = folder;
    this.#holder = holder;
    this.#exited = exited;
  }

  spawn(argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const inside = [
      '--target',
      String(this.pid),
      '--net',
      '--mount',
      // Inside: a host with a root of its own has the project under the same path.
      `--wdns=${String(options.cwd ?? PROJECT)}`,
    ];
    // Neither nsenter nor setpriv forks, so the child's id is the command's.
    const child = spawn('nsenter', [...inside, 'setpriv', '--pdeathsig', 'KILL', ...argv], options);
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    child.once('error', () => this.#children.delete(child));
    return child;
  }

  async exec(
    argv: readonly string[],
    options: { readonly input?: string; readonly deadline?: number } = {},
  ): Promise<string> {
    const child = this.spawn(argv, {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: options.deadline ?? COMMAND_DEADLINE,
      killSignal: 'SIGKILL',
    });
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    child.stdin?.on('error', () => {}); // a command that does not read its input
    child.stdin?.end(options.input ?? '');
    await once(child, 'close');
    if (child.exitCode !== 0) throw new CommandError(argv, child.exitCode, stderr());
    return stdout();
  }

  remove(): Promise<void> {
    this.#removed ??= this.#remove();
    return this.#removed;
  }

  async #remove(): Promise<void> {
    const children = [...this.#children];
    for (const child of children) child.kill('SIGKILL');
    this.#holder.kill('SIGKILL');
    await Promise.all([this.#exited, ...children.map((child) => exitOf(child))]);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
    await once(child, 'exit');
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
