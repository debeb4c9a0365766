import { z } from 'zod';
import { DNS_USES } from '../../shared/connection.ts';

/**
 * What goes over a running connection's control socket: JSON, a line each. The client sends one request;
 * the server answers with one or more replies and closes. Both ends are this program, of possibly
 * different versions: unknown fields are ignored, unknown requests refused.
 */
export const requestSchema = z.discriminatedUnion('request', [
  z.object({ request: z.literal('status') }),
  z.object({
    request: z.literal('statistics'),
    intervalMilliseconds: z.number().int().min(100).max(3_600_000),
  }),
  z.object({ request: z.literal('log'), follow: z.boolean() }),
  z.object({ request: z.literal('disconnect') }),
]);
export type Request = z.infer<typeof requestSchema>;

export const failureSchema = z.object({
  /** The cause's kind; another version may know more of them. */
  reason: z.string(),
  title: z.string().optional(),
  message: z.string(),
  steps: z.array(z.string()).readonly(),
  details: z.record(z.string(), z.unknown()).optional(),
});

export const profileSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  server: z.string(),
  port: z.number(),
});
export type ProfileSummary = z.infer<typeof profileSummarySchema>;

export const tunnelSchema = z.object({
  interfaceName: z.string().optional(),
  address: z.string(),
  address6: z.string().optional(),
  gateway: z.string(),
  dns: z.array(z.string()).readonly(),
  dnsUse: z.enum(DNS_USES).optional(),
  mtu: z.number(),
  cipher: z.string(),
  routerAddress: z.string(),
  authentication: z.string(),
});

export const statisticsSchema = z.object({
  at: z.number(),
  receivedBytes: z.number(),
  sentBytes: z.number(),
  receivedPackets: z.number(),
  sentPackets: z.number(),
  receiveRate: z.number(),
  sendRate: z.number(),
  peakReceiveRate: z.number(),
  peakSendRate: z.number(),
  roundTrip: z.number().optional(),
});
export type Statistics = z.infer<typeof statisticsSchema>;

export const statusSchema = z.object({
  state: z.enum([
    'disconnected',
    'prompting',
    'connecting',
    'connected',
    'waiting',
    'disconnecting',
    'failed',
  ]),
  /** The state in words, for people. */
  text: z.string(),
  profile: profileSummarySchema,
  pid: z.number(),
  since: z.number().optional(),
  tunnel: tunnelSchema.optional(),
  statistics: statisticsSchema.optional(),
  failure: failureSchema.optional(),
  /** There while traffic is blocked because the tunnel is down. */
  traffic: z.literal('blocked').optional(),
});
export type Status = z.infer<typeof statusSchema>;

export const replySchema = z.discriminatedUnion('reply', [
  z.object({ reply: z.literal('status'), status: statusSchema }),
  z.object({ reply: z.literal('statistics'), statistics: statisticsSchema }),
  z.object({ reply: z.literal('log'), line: z.string() }),
  z.object({ reply: z.literal('disconnected'), profile: profileSummarySchema }),
  z.object({ reply: z.literal('refused'), message: z.string() }),
]);
export type Reply = z.infer<typeof replySchema>;
