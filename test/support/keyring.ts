import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Message, sessionBus } from '@jellybrick/dbus-next';
import { programsHere } from './programs-here.ts';
import { startSessionBus, type SessionBus } from './session-bus.ts';

const PASSWORD = 'keyring password 4711';

/** Whether the real programs are here: for `describe.skipIf`. */
export function keyringPossible(): boolean {
  return programsHere('gnome-keyring-daemon', 'dbus-daemon', 'secret-tool', 'dbus-monitor');
}

/** A real gnome-keyring on a session bus of its own, with a home of its own. */
export class Keyring {
  readonly bus: SessionBus;
  readonly #home: string;
  #daemon: ChildProcess | undefined;

  private constructor(bus: SessionBus, home: string) {
    this.bus = bus;
    this.#home = home;
  }

  static readonly password = PASSWORD;

  /** The bus alone; `start` starts the keyring. */
  static async prepare(): Promise<Keyring> {
    const home = await mkdtemp(join(tmpdir(), 'keyring-'));
    await mkdir(join(home, 'run'), { mode: 0o700 });
    return new Keyring(await startSessionBus(), home);
  }

  /** For programs that are to find this keyring. */
  get environment(): NodeJS.ProcessEnv {
    const { PATH } = process.env;
    return {
      PATH,
      HOME: this.#home,
      XDG_RUNTIME_DIR: join(this.#home, 'run'),
      DBUS_SESSION_BUS_ADDRESS: this.bus.address,
    };
  }

  get pid(): number | undefined {
    return this.#daemon?.pid;
  }

  /** `locked`: as after a login by itself, with what was kept before. */
  async start(state: 'unlocked' | 'locked'): Promise<void> {
    const offered = await this.#watchName('org.freedesktop.secrets');
    const how = state === 'unlocked' ? '--unlock' : '--start';
    const daemon = spawn('gnome-keyring-daemon', [how, '--foreground', '--components=secrets'], {
      env: this.environment,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    daemon.stdin.on('error', () => undefined);
    daemon.stdin.end(state === 'unlocked' ? PASSWORD : '');
    this.#daemon = daemon;
    await offered();
  }

  /** As by a crash. */
  async kill(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = once(daemon, 'exit');
    daemon.kill('SIGKILL');
    await ended;
  }

  /** The process is there and says nothing any more. */
  stop(): void {
    this.#daemon?.kill('SIGSTOP');
  }

  /** Runs secret-tool, libsecret's own program; its standard output. */
  secretTool(...words: readonly string[]): Promise<string> {
    return this.#secretTool(words, '');
  }

  async secretToolStore(secret: string, ...attributes: readonly string[]): Promise<void> {
    await this.#secretTool(['store', '--label', 'by secret-tool', ...attributes], secret);
  }

  async #secretTool(words: readonly string[], input: string): Promise<string> {
    const tool = spawn('secret-tool', words, {
      env: this.environment,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    // A program need not read its input.
    tool.stdin.on('error', () => undefined);
    tool.stdin.end(input);
    let said = '';
    tool.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await once(tool, 'close');
    return said;
  }

  /** Everything that is said on the bus, until `stop`. */
  async listen(): Promise<{ stop(): Promise<Buffer> }> {
    const monitor = spawn('dbus-monitor', ['--address', this.bus.address, '--binary'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const chunks: Buffer[] = [];
    monitor.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    // The first that it writes: it listens.
    await once(monitor.stdout, 'data');
    return {
      stop: async () => {
        const ended = once(monitor, 'close');
        monitor.kill('SIGTERM');
        await ended;
        return Buffer.concat(chunks);
      },
    };
  }

  async close(): Promise<void> {
    await this.kill();
    await this.bus.close();
    await rm(this.#home, { recursive: true, force: true });
  }

  /** Listens; what it gives then waits until somebody has taken the name. */
  async #watchName(name: string): Promise<() => Promise<void>> {
    const bus = sessionBus({ busAddress: this.bus.address });
    const dbus = {
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
    };
    const rule = `type='signal',member='NameOwnerChanged',arg0='${name}'`;
    const taken = new Promise<void>((resolve) => {
      bus.on('message', ({ member, body }: Message) => {
        if (member === 'NameOwnerChanged' && body[0] === name && body[2] !== '') resolve();
      });
    });
    await bus.call(new Message({ ...dbus, member: 'AddMatch', signature: 's', body: [rule] }));
    return async () => {
      await taken;
      bus.disconnect();
    };
  }
}
