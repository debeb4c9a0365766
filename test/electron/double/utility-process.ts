import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { UtilityChild } from '../../../electron/utility-link.ts';

const PARENT_PORT = new URL('parent-port.ts', import.meta.url).href;

/** Electron's UtilityProcess as a child of Node's own. */
class UtilityProcessDouble extends EventEmitter implements UtilityChild {
  readonly child: ChildProcess;

  constructor(modulePath: string, args: string[]) {
    super();
    const command = [process.execPath, '--import', PARENT_PORT, modulePath, ...args];
    const [program = '', ...words] = [...intoNamespace(), ...command];
    this.child = spawn(program, words, {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.child.on('message', (message) => this.emit('message', message));
    this.child.on('exit', (code, signal) => this.emit('exit', code ?? (signal === null ? 1 : 128)));
    // What is sent to a process that has just ended is lost, as in Electron.
    this.child.on('error', () => undefined);
  }

  postMessage(message: unknown): void {
    if (this.child.connected) this.child.send(Object(message));
  }

  kill(): boolean {
    return this.child.kill();
  }
}

/** Tunnels change routes and DNS: a test has them do it on a host of their own (its process id). */
function intoNamespace(): readonly string[] {
  const pid = process.env['DOUBLE_TUNNEL_NAMESPACE'];
  if (pid === undefined) return [];
  return ['nsenter', '--target', pid, '--net', '--mount', `--wd=${process.cwd()}`];
}

export const utilityProcess = {
  running: new Set<UtilityProcessDouble>(),
  fork(modulePath: string, args: string[]): UtilityProcessDouble {
    const started = new UtilityProcessDouble(modulePath, args);
    this.running.add(started);
    started.on('exit', () => this.running.delete(started));
    return started;
  },
};
