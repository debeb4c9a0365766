import { Worker } from 'node:worker_threads';
import type { TunnelProcess } from './tunnel-proxy.ts';

/** Tunnels in a thread of this process. `stateFolder` keeps what must be undone after a crash. */
export function startTunnelWorker(stateFolder: string): TunnelProcess {
  const worker = new Worker(new URL('./tunnel-thread.ts', import.meta.url), {
    name: 'tunnels',
    workerData: { stateFolder },
  });
  let fault: string | undefined;
  worker.on('error', (error) => {
    fault = error instanceof Error ? error.message : String(error);
  });
  return {
    send: (message) => {
      worker.postMessage(message, []);
    },
    onMessage: (listener) => {
      worker.on('message', listener);
    },
    onExit: (listener) => {
      worker.once('exit', (code) => {
        listener(fault ?? `exit code ${code}`);
      });
    },
    kill: () => void worker.terminate(),
  };
}
