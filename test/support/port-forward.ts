import { type Server, connect, createServer } from 'node:net';
import { joinSockets } from './joined-sockets.ts';

export interface PortForward {
  /** Of this machine's 127.0.0.1. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * A port of this machine that leads to a Unix socket, behind which port-bridge.ts goes on in another network
 * namespace: the file system is the same one there. 0 = any free port.
 */
export async function forwardPort(port: number, socketPath: string): Promise<PortForward> {
  const server = createServer({ allowHalfOpen: true }, (near) => {
    joinSockets(near, connect({ path: socketPath, allowHalfOpen: true }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { port: portOf(server), close: () => closed(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
