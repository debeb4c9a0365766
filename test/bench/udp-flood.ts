import { z } from 'zod';
import type { Namespace } from '../support/namespace.ts';
import { startBackground } from './background-program.ts';
import type { Direction } from './iperf.ts';

export interface Flood {
  readonly direction: Direction;
  /** As fast as the sender can: 0. */
  readonly megabitsPerSecond: number;
  readonly seconds: number;
  /** UDP payload in bytes. */
  readonly payload: number;
}

export interface Flooded {
  /** What arrived. */
  readonly megabitsPerSecond: number;
  readonly lostPercent: number;
}

const resultSchema = z.object({
  end: z.object({
    sum: z.object({ bits_per_second: z.number(), lost_percent: z.number() }),
    sum_received: z.object({ bits_per_second: z.number() }).optional(),
  }),
});

/** UDP datagrams that heed no loss, from or to `address` of `server`. Undefined: iperf3's own words were lost too. */
export async function udpFlood(
  client: Namespace,
  server: Namespace,
  address: string,
  flood: Flood,
): Promise<Flooded | undefined> {
  const listening = await startBackground(
    server,
    ['iperf3', '--server', '--one-off', '--bind', address, '--forceflush'],
    { ready: /listening on/ },
  );
  const argv = ['iperf3', '--json', '--udp', '--client', address];
  argv.push('--time', String(flood.seconds), '--length', String(flood.payload));
  argv.push('--bitrate', flood.megabitsPerSecond === 0 ? '0' : `${flood.megabitsPerSecond}M`);
  if (flood.direction === 'down') argv.push('--reverse');
  try {
    const { end } = resultSchema.parse(
      JSON.parse(await client.exec(argv, { deadline: flood.seconds * 1000 + 20_000 })),
    );
    const arrived = end.sum_received?.bits_per_second ?? end.sum.bits_per_second;
    return { megabitsPerSecond: arrived / 1e6, lostPercent: end.sum.lost_percent };
  } catch {
    return undefined;
  } finally {
    await listening.stop('SIGKILL');
  }
}
