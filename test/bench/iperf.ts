import { z } from 'zod';
import type { Namespace } from '../support/namespace.ts';
import { startBackground } from './background-program.ts';

/** Seen from the client: `down` is what it receives. */
export type Direction = 'down' | 'up';

export interface Load {
  readonly direction: Direction;
  /** TCP connections at once. */
  readonly streams: number;
  readonly seconds: number;
  /** Of the sender's TCP; the host's own when left out. */
  readonly congestionControl?: string | undefined;
  /** For several at once; iperf3's own when left out. */
  readonly port?: number;
}

export interface Transferred {
  readonly bitsPerSecond: number;
  readonly bytes: number;
  /** TCP segments that the sender sent again. */
  readonly retransmits: number;
}

/** `iperf3 --json`: what came out at the receiver counts. */
const resultSchema = z.object({
  end: z.object({
    sum_sent: z.object({ retransmits: z.number().default(0) }),
    sum_received: z.object({ bits_per_second: z.number(), bytes: z.number() }),
  }),
});
const failureSchema = z.object({ error: z.string() });

/** One load from or to `address` of `server`; what runs there is gone afterwards. */
export async function transfer(
  client: Namespace,
  server: Namespace,
  address: string,
  load: Load,
): Promise<Transferred> {
  // One for each load: between two of them a lasting server does not listen for a moment.
  const listening = await startBackground(
    server,
    ['iperf3', '--server', '--one-off', '--bind', address, '--forceflush', ...portWords(load)],
    { ready: /listening on/ },
  );
  try {
    return await runClient(client, address, load);
  } finally {
    await listening.stop('SIGKILL');
  }
}

function portWords({ port }: Load): string[] {
  return port === undefined ? [] : ['--port', String(port)];
}

async function runClient(client: Namespace, address: string, load: Load): Promise<Transferred> {
  const { direction, streams, seconds, congestionControl } = load;
  const argv = ['iperf3', '--json', '--client', address, ...portWords(load)];
  argv.push('--time', String(seconds), '--parallel', String(streams));
  if (congestionControl !== undefined) argv.push('--congestion', congestionControl);
  if (direction === 'down') argv.push('--reverse');
  const answer: unknown = JSON.parse(await client.exec(argv, { deadline: seconds * 1000 + 15_000 }));
  const failure = failureSchema.safeParse(answer);
  if (failure.success) throw new Error(`iperf3: ${failure.data.error}`);
  const { end } = resultSchema.parse(answer);
  return {
    bitsPerSecond: end.sum_received.bits_per_second,
    bytes: end.sum_received.bytes,
    retransmits: end.sum_sent.retransmits,
  };
}
