import { z } from 'zod';
import { failureSchema } from '../failure-schema.ts';
import { profileSummarySchema, tunnelSchema } from '../../client/control/messages.ts';

/** The session that has ended; times in Unix milliseconds. */
const sessionSchema = z.object({
  startedAt: z.number(),
  endedAt: z.number(),
  receivedBytes: z.number(),
  sentBytes: z.number(),
});

/** There while traffic is blocked because the tunnel is down. */
const traffic = z.literal('blocked').optional();

/**
 * What `connect` and `test` say while they run. The JSON lines of `--json` are these very objects, and a
 * connection in the background sends them to the program that started it.
 */
export const reportSchema = z.discriminatedUnion('event', [
  /** Left over from a crash, and put right now. */
  z.object({ event: z.literal('mended'), message: z.string() }),
  z.object({ event: z.literal('stage'), stage: z.string(), text: z.string(), attempt: z.number() }),
  /** The last one-time code has been sent already; the generator's next one is waited for. */
  z.object({ event: z.literal('waiting-for-code'), milliseconds: z.number() }),
  z.object({ event: z.literal('asking'), asks: z.string(), traffic }),
  z.object({
    event: z.literal('connected'),
    profile: profileSummarySchema,
    since: z.number(),
    tunnel: tunnelSchema,
  }),
  z.object({
    event: z.literal('waiting'),
    attempt: z.number(),
    retryAt: z.number(),
    because: failureSchema,
    traffic,
  }),
  /** The attempts have ended for good, and traffic stays blocked until the user disconnects. */
  z.object({ event: z.literal('blocked'), because: failureSchema, traffic }),
  z.object({ event: z.literal('disconnecting') }),
  z.object({ event: z.literal('disconnected'), session: sessionSchema.optional() }),
  z.object({ event: z.literal('warning'), message: z.string() }),
  z.object({ event: z.literal('ping'), address: z.string(), milliseconds: z.number().optional() }),
  z.object({ event: z.literal('log'), line: z.string() }),
]);
export type Report = z.infer<typeof reportSchema>;
