import type { TunnelProcess } from '../client/tunnel-process/tunnel-proxy.ts';

/** What is used of Electron's UtilityProcess. */
export interface UtilityChild {
  postMessage(message: unknown, transfer: []): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  kill(): boolean;
}

export function utilityTunnelProcess(child: UtilityChild): TunnelProcess {
  return {
    send: (message) => {
      child.postMessage(message, []);
    },
    onMessage: (listener) => {
      child.on('message', listener);
    },
    onExit: (listener) => {
      child.on('exit', (code) => {
        listener(`exit code ${code}`);
      });
    },
    kill: () => {
      child.kill();
    },
  };
}
