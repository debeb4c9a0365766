import { z } from 'zod';
import {
  ACCOUNT_PROBLEMS,
  DEVICE_NEEDS,
  DNS_USES,
  STAGES,
  type CertificateFacts,
  type ConnectionState,
  type FailureCause,
} from '../connection.ts';
import type { ConnectionStatistics, HistoryEntry, Prompt, TunnelFacts } from '../connection.ts';
import { clipped, clippedList } from './wire-text.ts';

/** The types of `connection.ts` as parsers: what the window is told about a connection. */

const word = clipped(300);
const sentence = clipped(2000);
/** Unix milliseconds. */
const time = z.number();
const count = z.number().min(0);
const stageSchema = z.enum(STAGES);

const certificateSchema: z.ZodType<CertificateFacts> = z.object({
  fingerprint: word,
  publicKeySha256: word,
  subject: word,
  issuer: word,
  names: clippedList(100, 300),
  validFrom: word,
  validTo: word,
});

const certificateUnknownSchema = z.object({
  kind: z.literal('certificate-unknown'),
  certificate: certificateSchema,
  problem: z.enum(['self-signed', 'unknown-authority', 'expired', 'not-yet-valid', 'wrong-name', 'invalid']),
});

const certificateChangedSchema = z.object({
  kind: z.literal('certificate-changed'),
  certificate: certificateSchema,
  trustedPublicKeySha256: word,
});

const evidenceSchema = z.discriminatedUnion('looksLike', [
  z.object({ looksLike: z.literal('web-server'), status: z.number() }),
  z.object({ looksLike: z.literal('no-tls'), protocol: z.enum(['ssh', 'http', 'other']) }),
  z.object({ looksLike: z.literal('other') }),
]);

const protocolErrorCodeSchema = z.enum([
  'frame-unknown-command',
  'frame-version',
  'frame-length',
  'ppp-truncated',
  'ppp-header',
  'control-length',
  'option-length',
  'http-malformed',
  'http-too-long',
  'negotiation-failed',
  'protocol-rejected',
  'authenticator-mismatch',
  'truncated-stream',
]);

const causeUnion = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('no-network') }),
  z.object({ kind: z.literal('name-not-found'), host: word }),
  z.object({ kind: z.literal('network-unreachable'), host: word }),
  z.object({ kind: z.literal('connection-refused'), host: word, port: z.number() }),
  z.object({ kind: z.literal('timed-out'), stage: stageSchema, seconds: z.number() }),
  z
    .object({
      kind: z.literal('tls-failed'),
      reason: word,
      needs: z.enum(['legacy-renegotiation', 'older-tls']).optional(),
    })
    .transform((cause) => ({ ...cause, needs: cause.needs })),
  certificateUnknownSchema,
  certificateChangedSchema,
  z.object({ kind: z.literal('not-draytek-ssl-vpn'), evidence: evidenceSchema }),
  z
    .object({ kind: z.literal('captive-portal'), page: word.optional() })
    .transform((cause) => ({ ...cause, page: cause.page })),
  z.object({ kind: z.literal('credentials-refused'), because: z.enum(ACCOUNT_PROBLEMS).optional() }),
  z
    .object({
      kind: z.literal('code-refused'),
      code: z.enum(['motp', 'totp']),
      clockDifferenceSeconds: z.number().optional(),
    })
    .transform((cause) => ({ ...cause, clockDifferenceSeconds: cause.clockDifferenceSeconds })),
  z
    .object({ kind: z.literal('locked-out'), retryAfterSeconds: z.number().optional() })
    .transform((cause) => ({ ...cause, retryAfterSeconds: cause.retryAfterSeconds })),
  z.object({
    kind: z.literal('no-address'),
    reason: z.enum(['pool-exhausted', 'static-refused', 'unusable']),
  }),
  z.object({
    kind: z.literal('device-not-permitted'),
    missing: z.enum(DEVICE_NEEDS),
  }),
  z.object({ kind: z.literal('network-setup-failed'), step: word, detail: sentence }),
  z.object({ kind: z.literal('protocol-error'), code: protocolErrorCodeSchema, detail: sentence }),
  z.object({ kind: z.literal('router-closed'), when: z.enum([...STAGES, 'connected']) }),
  z.object({ kind: z.literal('peer-silent'), seconds: z.number() }),
  z.object({ kind: z.literal('link-lost'), reason: word }),
  z.object({ kind: z.literal('unsupported-server-type'), serverType: word }),
  z.object({ kind: z.literal('internal'), detail: sentence }),
]);
export type WireCause = z.infer<typeof causeUnion>;
export const failureCauseSchema: z.ZodType<FailureCause> = causeUnion;

const promptUnion = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('credentials'),
      asks: z.enum(['password', 'motp-code', 'motp-pin']),
      userName: word,
      because: failureCauseSchema.optional(),
    })
    .transform((prompt) => ({ ...prompt, because: prompt.because })),
  z.object({
    kind: z.literal('certificate'),
    cause: z.discriminatedUnion('kind', [certificateUnknownSchema, certificateChangedSchema]),
  }),
  z.object({ kind: z.literal('second-step'), deadline: time, refused: z.boolean() }),
]);
export type WirePrompt = z.infer<typeof promptUnion>;
const promptSchema: z.ZodType<Prompt> = promptUnion;

export const tunnelFactsSchema: z.ZodType<TunnelFacts> = z
  .object({
    interfaceName: word.optional(),
    address: word,
    address6: word.optional(),
    gateway: word,
    dns: clippedList(16, 100),
    dnsUse: z.enum(DNS_USES).optional(),
    mtu: z.number(),
    cipher: word,
    routerAddress: word,
    authentication: z.enum(['PAP', 'CHAP', 'MS-CHAP', 'MS-CHAPv2']),
  })
  .transform((tunnel) => ({
    ...tunnel,
    interfaceName: tunnel.interfaceName,
    address6: tunnel.address6,
  }));

const traffic = z.literal('blocked').optional();

const stateUnion = z.discriminatedUnion('state', [
  z.object({ state: z.literal('disconnected') }),
  z.object({ state: z.literal('prompting'), prompt: promptSchema, traffic }),
  z.object({ state: z.literal('connecting'), stage: stageSchema, attempt: count, traffic }),
  z.object({ state: z.literal('connected'), since: time, tunnel: tunnelFactsSchema, traffic }),
  z.object({
    state: z.literal('waiting'),
    attempt: count,
    retryAt: time,
    because: failureCauseSchema,
    traffic,
  }),
  z.object({ state: z.literal('disconnecting') }),
  z.object({ state: z.literal('failed'), since: time, cause: failureCauseSchema, traffic }),
]);
export type WireState = z.infer<typeof stateUnion>;
export const connectionStateSchema: z.ZodType<ConnectionState> = stateUnion;

export const statisticsSchema: z.ZodType<ConnectionStatistics> = z
  .object({
    at: time,
    receivedBytes: count,
    sentBytes: count,
    receivedPackets: count,
    sentPackets: count,
    receiveRate: count,
    sendRate: count,
    peakReceiveRate: count,
    peakSendRate: count,
    roundTrip: count.optional(),
  })
  .transform((sample) => ({ ...sample, roundTrip: sample.roundTrip }));

const failureKinds = causeUnion.options.map((option) => kindOf(option));

function kindOf(option: (typeof causeUnion.options)[number]): FailureCause['kind'] {
  return 'shape' in option ? option.shape.kind.value : option.in.shape.kind.value;
}

export const historyEntrySchema: z.ZodType<HistoryEntry> = z
  .object({
    profileId: word,
    profileName: word,
    startedAt: time,
    endedAt: time,
    address: word.optional(),
    receivedBytes: count,
    sentBytes: count,
    end: z.enum(['user', ...failureKinds]),
  })
  .transform((entry) => ({ ...entry, address: entry.address }));
