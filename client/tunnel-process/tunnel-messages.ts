import { z } from 'zod';
import { LOG_LEVELS } from '../log.ts';
import type { NetworkFailure } from '../network/tunnel-network.ts';
import type {
  SessionCredentials,
  SessionEnd,
  SessionEvent,
  SessionOptions,
} from '../session/session-types.ts';
import { DEVICE_NEEDS, STAGES, type Stage, type TrafficCounters } from '../../shared/connection.ts';
import { failureCauseSchema, tunnelFactsSchema } from '../../shared/contract/connection-schema.ts';
import { advancedOptionsSchema, ipPropertySchema } from '../../shared/profile.ts';

/**
 * What the main process and the tunnel process say to one another. Both sides parse what comes: the tunnel
 * process reads the network, and the main process must not believe it more than it must.
 */

const credentialsSchema: z.ZodType<SessionCredentials> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('password'), userName: z.string(), password: z.string() }),
  z.object({ kind: z.literal('code'), userName: z.string(), code: z.string() }),
  z.object({
    kind: z.literal('motp'),
    userName: z.string(),
    secret: z.string(),
    pin: z.string(),
    notBeforeCounter: z.number(),
  }),
]);

const stageSchema = z.enum(STAGES);

const optionsSchema: z.ZodType<SessionOptions> = z
  .object({
    server: z.string(),
    port: z.number(),
    addresses: z.array(z.string()).max(64).optional(),
    credentials: credentialsSchema,
    tls: z
      .object({
        verify: z.boolean(),
        trustedPublicKeySha256: z.string().optional(),
        minimumTls: z.enum(['1.2', '1.3']),
        legacyRenegotiation: z.boolean(),
      })
      .transform((tls) => ({ ...tls, trustedPublicKeySha256: tls.trustedPublicKeySha256 })),
    ip: ipPropertySchema,
    advanced: advancedOptionsSchema,
    secondStep: z.boolean(),
    device: z.enum(['tun', 'none']),
    deadlines: z.partialRecord(stageSchema, z.number()).optional(),
  })
  .transform(({ addresses, deadlines, ...options }) => ({
    ...options,
    ...(addresses === undefined ? {} : { addresses }),
    ...(deadlines === undefined ? {} : { deadlines: definedDeadlines(deadlines) }),
  }));

function definedDeadlines(deadlines: { readonly [Name in Stage]?: number | undefined }) {
  const defined: Partial<Record<Stage, number>> = {};
  for (const stage of STAGES) {
    const milliseconds = deadlines[stage];
    if (milliseconds !== undefined) defined[stage] = milliseconds;
  }
  return defined;
}

const countersSchema: z.ZodType<TrafficCounters> = z.object({
  receivedBytes: z.number(),
  sentBytes: z.number(),
  receivedPackets: z.number(),
  sentPackets: z.number(),
});

const eventSchema: z.ZodType<SessionEvent> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stage'), stage: stageSchema }),
  z
    .object({ kind: z.literal('credentials-sent'), motpCounter: z.number().optional() })
    .transform((event) => ({ ...event, motpCounter: event.motpCounter })),
  z.object({ kind: z.literal('second-step'), deadline: z.number(), refused: z.boolean() }),
  z.object({ kind: z.literal('connected'), tunnel: tunnelFactsSchema }),
  z.object({ kind: z.literal('round-trip'), milliseconds: z.number() }),
]);

const endSchema: z.ZodType<SessionEnd> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cancelled') }),
  z.object({ kind: z.literal('failed'), cause: failureCauseSchema, wasConnected: z.boolean() }),
]);

const networkFailureSchema: z.ZodType<NetworkFailure> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('device-not-permitted'),
    missing: z.enum(DEVICE_NEEDS),
  }),
  z.object({ kind: z.literal('network-setup-failed'), step: z.string(), detail: z.string() }),
]);

/** Names a session while it lives; never used twice by one process. */
const session = z.number().int().min(1);
/** Names a question until it is answered. */
const question = z.number().int().min(1);

export const toTunnelSchema = z.discriminatedUnion('message', [
  z.object({ message: z.literal('start'), session, options: optionsSchema }),
  z.object({ message: z.literal('cancel'), session }),
  z.object({ message: z.literal('second-step'), session, code: z.string() }),
  z.object({ message: z.literal('round-trip'), session, question }),
  /** Somebody looks at the counters: they are told for a while from now on. */
  z.object({ message: z.literal('watch-counters'), session }),
  z.object({ message: z.literal('recover'), question }),
  /** That question's answer is wanted at once: what is left by then is left to the next time. */
  z.object({ message: z.literal('stop-recovering'), question }),
  /** Whether a device can be had. */
  z.object({ message: z.literal('check'), question }),
  z.object({ message: z.literal('network-changed'), session }),
  /** Of the network that is held (holding-network.ts). */
  z.object({ message: z.literal('verify') }),
  z.object({ message: z.literal('release'), question }),
]);
export type ToTunnel = z.infer<typeof toTunnelSchema>;

export const fromTunnelSchema = z.discriminatedUnion('message', [
  z.object({ message: z.literal('event'), session, event: eventSchema }),
  z.object({ message: z.literal('counters'), session, counters: countersSchema }),
  /** Nothing of it is left. */
  z.object({ message: z.literal('ended'), session, end: endSchema, counters: countersSchema }),
  z.object({ message: z.literal('round-trip'), question, milliseconds: z.number().optional() }),
  z.object({ message: z.literal('recovered'), question, mended: z.array(z.string()).max(1000) }),
  z.object({ message: z.literal('checked'), question, failure: networkFailureSchema.optional() }),
  /** Whether a network is held, so that traffic is blocked. */
  z.object({ message: z.literal('blocking'), isBlocking: z.boolean() }),
  z.object({ message: z.literal('released'), question }),
  z.object({ message: z.literal('log'), level: z.enum(LOG_LEVELS), text: z.string() }),
  /** Computed there (one-time codes): the log here must not show it either. */
  z.object({ message: z.literal('secret'), value: z.string() }),
]);
export type FromTunnel = z.infer<typeof fromTunnelSchema>;

/** One end of the line between both processes. Messages that were sent arrive in their order. */
export interface MessageLink {
  send(message: unknown): void;
  /** One listener; what came before it is kept for it. */
  onMessage(listener: (message: unknown) => void): void;
}

/** How often the counters of a watched session are told. The samples of the window are not closer together. */
export const COUNTERS_INTERVAL_MILLISECONDS = 200;
/** After this without anybody asking, they are no longer told. */
export const COUNTERS_LEASE_MILLISECONDS = 10_000;
