import { type MessagePort, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { holdingNetwork } from '../network/holding-network.ts';
import { createSystemNetwork } from '../network/system-network.ts';
import { startSession } from '../session/session.ts';
import { hostTunnels } from './tunnel-host.ts';

/**
 * Entry of the thread in which tunnels run; does nothing on another thread. When it ends, however it does, its
 * sockets and devices are closed with it; routes and DNS are undone from the journal by the next one.
 */
if (!isMainThread && parentPort !== null) host(parentPort);

function host(port: MessagePort): void {
  const { stateFolder } = z.object({ stateFolder: z.string() }).parse(workerData);
  hostTunnels({
    link: {
      send: (message) => {
        port.postMessage(message, []);
      },
      onMessage: (listener) => {
        port.on('message', listener);
      },
    },
    startSession,
    network: holdingNetwork(createSystemNetwork({ stateFolder })),
  });
}
