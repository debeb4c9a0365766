import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { UtilityChild } from '../../../electron/utility-link.ts';

const PARENT_PORT = new URL('parent-port.ts', import.meta.url).href;

/** Electron's UtilityProcess as a child of Node's own. */
class UtilityProcessDouble extends EventEmitter implements UtilityChild {
  readonly child: ChildProcess;

  constructor(modulePath: string, args: string[]) {
    super();
    this.child = fork(modulePath, args, {
      serialization: 'advanced',
      execArgv: ['--import', PARENT_PORT],
      stdio: 'inherit',
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

export const utilityProcess = {
  running: new Set<UtilityProcessDouble>(),
  fork(modulePath: string, args: string[]): UtilityProcessDouble {
    const started = new UtilityProcessDouble(modulePath, args);
    this.running.add(started);
    started.on('exit', () => this.running.delete(started));
    return started;
  },
};
