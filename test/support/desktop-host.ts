import { type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { DebianRootOptions } from './debian-root.ts';
import { type Namespace, createNamespace } from './namespace.ts';

/** What a Linux desktop's network consists of. */
export const DESKTOP_PACKAGES: DebianRootOptions['packages'] = [
  'dbus',
  'iproute2',
  'iputils-ping',
  'network-manager',
  'polkitd',
  'systemd-resolved',
];

export interface DesktopOptions {
  /** A `debianRoot` with DESKTOP_PACKAGES. */
  readonly root: string;
  /** Whether names are looked up by systemd-resolved, or at the servers of resolv.conf. */
  readonly dns?: 'systemd-resolved' | 'resolv-conf';
  /** Further lines of NetworkManager.conf. */
  readonly configuration?: readonly string[];
}

/** Who sits in front of it: without capabilities, and without a password that could be asked for. */
export const DESKTOP_USER = { name: 'anna', uid: 4242, home: '/home/anna' } as const;

const CGROUPS = '/sys/fs/cgroup';
const SESSION = `user.slice/user-${DESKTOP_USER.uid}.slice/session-c1.scope`;
const READY_MILLISECONDS = 60_000;

/**
 * A Linux desktop as a host of its own: Debian's NetworkManager, polkitd with Debian's policy, dbus-daemon and
 * systemd-resolved, all real. Played is logind alone: one user has one session, in the files and the control group by
 * which libsystemd tells polkitd and NetworkManager of it.
 */
export class DesktopHost {
  readonly host: Namespace;
  readonly #cgroup: string;
  #networkManager: ChildProcess | undefined;

  private constructor(host: Namespace) {
    this.host = host;
    this.#cgroup = `${CGROUPS}/smartvpn-test-${host.pid}`;
  }

  /** With everything but NetworkManager running. */
  static async start(tag: string, options: DesktopOptions): Promise<DesktopHost> {
    const desktop = new DesktopHost(await createNamespace(tag, { root: options.root }));
    try {
      await desktop.#prepare(options);
    } catch (error) {
      await desktop.remove();
      throw error;
    }
    return desktop;
  }

  async #prepare({ dns = 'systemd-resolved', configuration = [] }: DesktopOptions): Promise<void> {
    const { name, uid, home } = DESKTOP_USER;
    const isResolved = dns === 'systemd-resolved';
    await this.host.exec([
      'sh',
      '-ec',
      [
        `useradd --uid ${uid} --create-home --home-dir ${home} --shell /bin/sh ${name}`,
        `mount -t cgroup2 none ${CGROUPS}`,
        `mkdir -p ${this.#cgroup}/daemons ${this.#cgroup}/${SESSION}`,
        'mkdir -p /run/dbus /run/systemd/resolve',
        'chown systemd-resolve: /run/systemd/resolve',
      ].join('\n'),
    ]);
    await this.writeFile('/etc/NetworkManager/NetworkManager.conf', [
      '[main]',
      'plugins=keyfile',
      'no-auto-default=*',
      // Debian's systemd-resolved brings a `resolvconf` of its own, which would be used though it does not run.
      ...(isResolved ? ['dns=systemd-resolved'] : ['dns=default', 'rc-manager=symlink']),
      ...configuration,
    ]);
    await this.openSession();
    const bus = ['dbus-daemon', '--system', '--nofork', '--nopidfile', '--nosyslog'];
    await this.#daemon(bus, 'test -S /run/dbus/system_bus_socket');
    await this.#daemon(['/usr/lib/polkit-1/polkitd', '--no-debug'], owned('org.freedesktop.PolicyKit1'));
    if (!isResolved) return;
    await this.#daemon(['/usr/lib/systemd/systemd-resolved'], owned('org.freedesktop.resolve1'));
    await this.host.exec(['ln', '-sf', '/run/systemd/resolve/stub-resolv.conf', '/etc/resolv.conf']);
  }

  /** Mode 0600, as NetworkManager wants its profiles. */
  async writeFile(path: string, lines: readonly string[]): Promise<void> {
    const input = [...lines, ''].join('\n');
    await this.host.exec(['sh', '-ec', `umask 077; cat > ${path}`], { input });
  }

  /** As logind writes it down (sd-login(3)) when somebody has signed in at the screen. */
  async openSession(): Promise<void> {
    const { uid, name } = DESKTOP_USER;
    await this.host.exec(['sh', '-ec', 'cd /run/systemd; umask 022; mkdir -p users sessions seats']);
    const files = {
      [`users/${uid}`]: `NAME=${name} STATE=active DISPLAY=c1 SESSIONS=c1 ACTIVE_SESSIONS=c1 ONLINE_SESSIONS=c1 SEATS=seat0 ACTIVE_SEATS=seat0`,
      'sessions/c1': `UID=${uid} USER=${name} ACTIVE=1 IS_DISPLAY=1 STATE=active REMOTE=0 TYPE=wayland CLASS=user SCOPE=session-c1.scope SEAT=seat0`,
      'seats/seat0': `IS_SEAT0=1 ACTIVE=c1 ACTIVE_UID=${uid} SESSIONS=c1 UIDS=${uid}`,
    };
    for (const [path, words] of Object.entries(files)) {
      const input = `${words.replaceAll(' ', '\n')}\n`;
      await this.host.exec(['sh', '-ec', `umask 022; cat > /run/systemd/${path}`], { input });
    }
  }

  /** Resolves when it has taken over the devices that are there. */
  async startNetworkManager(): Promise<void> {
    const started = 'test "$(nmcli -t -f RUNNING,STARTUP general 2>/dev/null)" = running:started';
    this.#networkManager = await this.#daemon(['NetworkManager', '--no-daemon'], started);
  }

  async stopNetworkManager(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const process = this.#networkManager;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
    const exited = once(process, 'exit');
    process.kill(signal);
    await exited;
  }

  /** It is there and does nothing any more, until `SIGCONT`. */
  signalNetworkManager(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#networkManager?.kill(signal);
  }

  /** As a program that she started in her session; `elsewhere`: as over ssh, without one. `child.pid` is the command's own. */
  spawnAsUser(
    argv: readonly string[],
    options: SpawnOptions = {},
    where: 'session' | 'elsewhere' = 'session',
  ): ChildProcess {
    return this.host.spawn([...this.#entering(where), ...AS_USER, ...argv], options);
  }

  /** Put before a command, it starts there as the user and ends with us. */
  prefixAsUser(): readonly string[] {
    const inside = ['--target', String(this.host.pid), '--net', '--mount', '--wdns=/home/anna'];
    return ['nsenter', ...inside, ...this.#entering('session'), ...AS_USER];
  }

  async remove(): Promise<void> {
    const groups = [
      `${this.#cgroup}/daemons`,
      `${this.#cgroup}/user.slice/user-${DESKTOP_USER.uid}.slice/session-c1.scope`,
    ];
    // Also what the bus has started.
    const kill = groups.map((group) => `echo 1 > ${group}/cgroup.kill || true`);
    const empty = `for i in 1 2 3 4 5 6 7 8 9; do find ${this.#cgroup} -depth -type d -exec rmdir {} + 2>/dev/null && break; sleep 0.05; done; true`;
    await this.host.exec(['sh', '-c', [...kill, empty].join('\n')]).catch(() => undefined);
    await this.host.remove();
  }

  /** The control group is the root of what it sees: so it finds the session where logind would have put it. */
  async #daemon(argv: readonly string[], ready: string): Promise<ChildProcess> {
    const join = `echo $$ > ${this.#cgroup}/daemons/cgroup.procs`;
    const script = `echo $$ > ${this.#cgroup}/cgroup.procs; exec unshare --cgroup sh -ec '${join}; exec setpriv --pdeathsig KILL "$@"' daemon "$@"`;
    const child = this.host.spawn(['sh', '-ec', script, 'daemon', ...argv], { stdio: 'ignore' });
    const late = AbortSignal.timeout(READY_MILLISECONDS);
    for (;;) {
      const isReady = await this.host.exec(['sh', '-c', ready]).then(
        () => true,
        () => false,
      );
      if (isReady) return child;
      if (late.aborted || child.exitCode !== null) throw new Error(`${argv[0]} does not start`);
      await wait(20);
    }
  }

  #entering(where: 'session' | 'elsewhere'): readonly string[] {
    const group = where === 'session' ? SESSION : 'daemons';
    return ['sh', '-ec', `echo $$ > ${this.#cgroup}/${group}/cgroup.procs; exec "$@"`, 'enter'];
  }
}

const AS_USER: readonly string[] =
  `setpriv --reuid ${DESKTOP_USER.uid} --regid ${DESKTOP_USER.uid} --clear-groups --bounding-set -all --inh-caps -all --no-new-privs --pdeathsig KILL`.split(
    ' ',
  );

function owned(name: string): string {
  return `busctl --system status ${name} >/dev/null 2>&1`;
}
