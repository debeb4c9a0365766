import { type Server, type Socket, connect, createServer } from 'node:net';
import { once } from 'node:events';
import { DelayLine } from './delay-line.ts';

export interface DelayingProxyOptions {
  readonly listenHost: string;
  /** 0 = any free port. */
  readonly listenPort: number;
  readonly targetHost: string;
  readonly targetPort: number;
  /** Milliseconds that each byte takes, in each direction. A round trip takes twice as long. */
  readonly delay: number;
}

export interface DelayingProxy {
  readonly port: number;
  /** Cuts what passes through. */
  close(): Promise<void>;
}

/**
 * A TCP proxy as far away as a router on the other side of an ocean. It accepts a connection at once: the
 * round trip of TCP's own handshake is not in the delay, and neither are TCP's windows.
 */
export async function startDelayingProxy(options: DelayingProxyOptions): Promise<DelayingProxy> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = connect({
      host: options.targetHost,
      port: options.targetPort,
      allowHalfOpen: true,
      noDelay: true,
    });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    carry(near, far, options.delay);
    carry(far, near, options.delay);
  });
  server.listen(options.listenPort, options.listenHost);
  await once(server, 'listening');
  return {
    port: portOf(server),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

type Passing =
  { readonly kind: 'bytes'; readonly bytes: Buffer } | { readonly kind: 'end' } | { readonly kind: 'reset' };

function carry(from: Socket, to: Socket, delay: number): void {
  const line = new DelayLine<Passing>(delay);
  let timer: NodeJS.Timeout | undefined;
  const deliver = (): void => {
    timer = undefined;
    for (const passing of line.leave(performance.now())) {
      if (passing.kind === 'bytes') to.write(passing.bytes);
      else if (passing.kind === 'end') to.end();
      else to.resetAndDestroy();
    }
    wait();
  };
  const wait = (): void => {
    if (timer !== undefined || line.nextDue === undefined) return;
    // Timers may fire up to a millisecond early; deliver() then waits again.
    timer = setTimeout(deliver, Math.max(0, line.nextDue - performance.now()));
  };
  const enter = (passing: Passing): void => {
    line.enter(passing, performance.now());
    wait();
  };
  from.on('data', (bytes: Buffer) => enter({ kind: 'bytes', bytes }));
  from.on('end', () => enter({ kind: 'end' }));
  from.on('error', () => enter({ kind: 'reset' }));
  to.on('close', () => clearTimeout(timer));
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
