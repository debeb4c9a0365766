import { z } from 'zod';
import type { Namespace } from '../support/namespace.ts';
import { type BackgroundProgram, startBackground } from './background-program.ts';

/** Seen from the client: `down` is what it receives. */
export type Direction = 'down' | 'up';

export interface Load {
  readonly direction: Direction;
  /** TCP connections at once. */
  readonly streams: number;
  readonly seconds: number;
}

export interface Transferred {
  readonly bitsPerSecond: number;
  readonly bytes: number;
  /** TCP segments that the sender sent again. */
  readonly retransmits: number;
}

/** `iperf3 --json`: what came out at the receiver counts. */
const resultSchema = z.object({
  error: z.string().optional(),
  end: z.object({
    sum_sent: z.object({ retransmits: z.number().default(0) }),
    sum_received: z.object({ bits_per_second: z.number(), bytes: z.number() }),
  }),
});

export function startIperfServer(namespace: Namespace, address: string): Promise<BackgroundProgram> {
  return startBackground(namespace, ['iperf3', '--server', '--bind', address, '--forceflush'], {
    ready: /listening on/,
  });
}

export async function transfer(client: Namespace, server: string, load: Load): Promise<Transferred> {
  const { direction, streams, seconds } = load;
  const argv = [
    'iperf3',
    '--json',
    '--client',
    server,
    '--time',
    String(seconds),
    '--parallel',
    String(streams),
  ];
  if (direction === 'down') argv.push('--reverse');
  const text = await client.exec(argv, { deadline: seconds * 1000 + 15_000 });
  const { end } = resultSchema.parse(JSON.parse(text));
  return {
    bitsPerSecond: end.sum_received.bits_per_second,
    bytes: end.sum_received.bytes,
    retransmits: end.sum_sent.retransmits,
  };
}
