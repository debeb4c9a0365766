import { readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { Connection } from '../../client/connection/connection.ts';
import { createLog } from '../../client/log.ts';
import { systemWatch } from '../../client/monitor/system-watch.ts';
import { holdingNetwork } from '../../client/network/holding-network.ts';
import { createIproute2Network } from '../../client/network/iproute2-network.ts';
import { startSession } from '../../client/session/session.ts';
import { MemorySecretStore } from '../../client/store/secret-store.ts';
import { profileSchema } from '../../shared/profile.ts';
import { ok } from '../../shared/result.ts';

/**
 * Connects and disconnects in the namespace it runs in, with device, routes, DNS and monitors, until it has done so
 * often enough; says what it holds every so often. Runs with --expose-gc.
 */
const orderSchema = z.object({
  stateFolder: z.string(),
  profile: profileSchema,
  password: z.string(),
  times: z.number(),
  every: z.number(),
});
export type RepeatOrder = z.input<typeof orderSchema>;

const holdingSchema = z.object({
  done: z.number(),
  rssBytes: z.number(),
  heapBytes: z.number(),
  descriptors: z.number(),
  timers: z.number(),
});
export type Holding = z.infer<typeof holdingSchema>;
export const parseHolding = (value: unknown): Holding => holdingSchema.parse(value);

async function run(order: z.infer<typeof orderSchema>): Promise<void> {
  const { profile, stateFolder } = order;
  const log = createLog({ capacity: 20 });
  const secrets = new MemorySecretStore();
  await secrets.set(profile.id, 'password', order.password);
  const connection = new Connection(profile, {
    startSession,
    network: holdingNetwork(createIproute2Network({ stateFolder })),
    secrets,
    store: {
      profiles: { change: async (_id, edit) => ok(edit(profile)) },
      history: { append: async () => ok(undefined) },
    },
    log,
    watchNetwork: systemWatch(log),
  });
  for (let done = 1; done <= order.times; done += 1) {
    await connected(connection);
    await connection.disconnect();
    if (done % order.every === 0) process.send?.(await holding(done));
  }
}

function connected(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    const unsubscribe = connection.subscribe((state) => {
      if (state.state !== 'connected' && state.state !== 'failed') return;
      unsubscribe();
      if (state.state === 'connected') resolve();
      else reject(new Error(JSON.stringify(state)));
    });
    connection.connect();
  });
}

async function holding(done: number): Promise<Holding> {
  // Sockets close and finalizers run in later turns of the loop.
  for (let i = 0; i < 3; i += 1) {
    globalThis.gc?.();
    await wait(20);
  }
  const { rss, heapUsed } = process.memoryUsage();
  return {
    done,
    rssBytes: rss,
    heapBytes: heapUsed,
    descriptors: readdirSync('/proc/self/fd').length,
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
  };
}

// Also when the parent was killed.
process.on('disconnect', () => process.exit());
process.once('message', (message) => {
  void run(orderSchema.parse(message)).then(
    () => process.exit(),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
