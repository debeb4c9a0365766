import { z } from 'zod';
import { startDelayingProxy } from './delaying-proxy.ts';

/** A process of its own, so that its work is nobody else's delay. argv[2]: DelayingProxyOptions as JSON. */
const optionsSchema = z.object({
  listenHost: z.string(),
  listenPort: z.number(),
  targetHost: z.string(),
  targetPort: z.number(),
  delay: z.number(),
});

process.on('disconnect', () => process.exit());
const proxy = await startDelayingProxy(optionsSchema.parse(JSON.parse(process.argv[2] ?? '')));
process.send?.({ port: proxy.port });
