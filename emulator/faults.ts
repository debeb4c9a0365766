import { z } from 'zod';

/**
 * Faults that the router shows on purpose. A fault strikes when a session reaches its stage, in place
 * of the answer that the router would give there:
 *
 *   tcp             the connection is accepted
 *   tls             the first bytes of a ClientHello have come
 *   connect         the whole CONNECT request has come
 *   lcp             the client's first LCP packet has come
 *   authentication  the client's first PAP or CHAP packet has come
 *   ipcp            the client's first IPCP packet has come
 *   connected       the tunnel has been up for `afterMilliseconds`
 *
 * Actions:
 *
 *   refuse       tcp: nothing listens · tls: fatal alert · connect: 403 · lcp: Terminate-Request ·
 *                authentication: Nak or Failure · ipcp: Protocol-Reject
 *   stall        nothing is ever sent again, the connection stays open
 *   drop         TCP RST
 *   close        tcp, tls: FIN · connect: TLS close_notify · later: CLOSE frame, then close_notify
 *   half-close   FIN for our direction; the other one stays open
 *   garbage      bytes that are no TLS record, no HTTP, no frame
 *   oversized    a TLS record, an HTTP head or a frame longer than any may be
 *   truncated    half a record, head or frame, then the end of the stream
 *   slow         from here on one byte every `millisecondsPerByte`
 *   ssh-banner   an SSH server answers
 *   plain-http   a web server without TLS answers
 *   http-status  CONNECT is answered with `status`
 *   renegotiate  TLS 1.2 is negotiated, and the router asks to renegotiate at the stage; then all goes on
 *   silent       keep-alives are not answered any more; all else works
 *   expire       the router ends the session: Terminate-Request, CLOSE
 */
export const FAULT_STAGES = ['tcp', 'tls', 'connect', 'lcp', 'authentication', 'ipcp', 'connected'] as const;
export type FaultStage = (typeof FAULT_STAGES)[number];

/** `sessions`: how many it strikes before it is spent. */
const sessions = z.union([z.literal('all'), z.number().int().min(1)]).default('all');
/** At most what a timer can wait for. */
const afterMilliseconds = z.number().int().min(0).max(2_147_483_647).default(100);
const slow = z.object({
  action: z.literal('slow'),
  millisecondsPerByte: z.number().int().min(1).max(60_000),
  sessions,
});

const tcpFault = z.discriminatedUnion('action', [
  // Nothing listens, so no session can be counted.
  z.strictObject({ stage: z.literal('tcp'), action: z.literal('refuse') }),
  z.strictObject({
    stage: z.literal('tcp'),
    action: z.enum(['stall', 'drop', 'close', 'half-close', 'ssh-banner']),
    sessions,
  }),
]);

const tlsFault = z.discriminatedUnion('action', [
  z.strictObject({
    stage: z.literal('tls'),
    action: z.enum([
      'refuse',
      'stall',
      'drop',
      'close',
      'half-close',
      'garbage',
      'oversized',
      'truncated',
      'plain-http',
    ]),
    sessions,
  }),
  z.strictObject({ stage: z.literal('tls'), ...slow.shape }),
]);

const connectFault = z.discriminatedUnion('action', [
  z.strictObject({
    stage: z.literal('connect'),
    action: z.enum([
      'refuse',
      'stall',
      'drop',
      'close',
      'half-close',
      'garbage',
      'oversized',
      'truncated',
      'renegotiate',
    ]),
    sessions,
  }),
  z.strictObject({
    stage: z.literal('connect'),
    action: z.literal('http-status'),
    status: z.number().int().min(100).max(599),
    sessions,
  }),
  z.strictObject({ stage: z.literal('connect'), ...slow.shape }),
]);

const negotiationStage = z.enum(['lcp', 'authentication', 'ipcp']);
const negotiationFault = z.discriminatedUnion('action', [
  z.strictObject({
    stage: negotiationStage,
    action: z.enum([
      'refuse',
      'stall',
      'drop',
      'close',
      'half-close',
      'garbage',
      'oversized',
      'truncated',
      'renegotiate',
    ]),
    sessions,
  }),
  z.strictObject({ stage: negotiationStage, ...slow.shape }),
]);

const connectedFault = z.discriminatedUnion('action', [
  z.strictObject({
    stage: z.literal('connected'),
    action: z.enum([
      'stall',
      'drop',
      'close',
      'half-close',
      'garbage',
      'oversized',
      'truncated',
      'renegotiate',
      'silent',
      'expire',
    ]),
    afterMilliseconds,
    sessions,
  }),
  z.strictObject({ stage: z.literal('connected'), ...slow.shape, afterMilliseconds }),
]);

export const faultSchema = z.discriminatedUnion('stage', [
  tcpFault,
  tlsFault,
  connectFault,
  negotiationFault,
  connectedFault,
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;
export type TcpFault = z.infer<typeof tcpFault>;
export type TlsFault = z.infer<typeof tlsFault>;
export type ConnectFault = z.infer<typeof connectFault>;
export type NegotiationFault = z.infer<typeof negotiationFault>;
export type ConnectedFault = z.infer<typeof connectedFault>;
/** Faults among tunnel frames. */
export type FrameFault = NegotiationFault | ConnectedFault;

/** A fault that one connection will show, if it gets to its stage while the fault is not yet spent. */
export interface ArmedFault {
  readonly fault: Fault;
  /** Takes one of the sessions that the fault is for; false = spent meanwhile, go on as if there were none. */
  strike(): boolean;
}

export interface FaultInForce {
  readonly fault: Fault;
  /** Sessions that it will strike yet. */
  readonly left: number | 'all';
}

/** The faults in force, with what is left of each. The first one not spent is the one shown. */
export class FaultPlan {
  readonly #entries: { readonly fault: Fault; left: number }[];

  constructor(faults: readonly Fault[]) {
    this.#entries = faults.map((fault) => ({ fault, left: sessionsOf(fault) }));
  }

  /** Nothing shall listen at all. */
  get refusesConnections(): boolean {
    return this.#entries.some(({ fault }) => fault.stage === 'tcp' && fault.action === 'refuse');
  }

  /** In the order of their turns, the spent ones left out. */
  get inForce(): FaultInForce[] {
    return this.#entries
      .filter(({ left }) => left > 0)
      .map(({ fault, left }) => ({ fault, left: left === Number.POSITIVE_INFINITY ? 'all' : left }));
  }

  /** For a connection just accepted. */
  arm(): ArmedFault | undefined {
    const entry = this.#entries.find((candidate) => candidate.left > 0);
    if (entry === undefined) return undefined;
    return {
      fault: entry.fault,
      strike: () => {
        if (entry.left <= 0) return false;
        entry.left -= 1;
        return true;
      },
    };
  }
}

function sessionsOf(fault: Fault): number {
  if (!('sessions' in fault) || fault.sessions === 'all') return Number.POSITIVE_INFINITY;
  return fault.sessions;
}
