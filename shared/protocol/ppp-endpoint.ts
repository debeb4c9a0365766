/** The timers an endpoint asks for. At most one of each runs; starting it again restarts it. */
export type PppTimer = 'lcp' | 'authentication' | 'ipcp' | 'ipv6cp';

/** What an endpoint wants done, in this order. */
export type PppEffect<Event> =
  | { readonly kind: 'send'; readonly protocol: number; readonly information: Uint8Array }
  | { readonly kind: 'start-timer'; readonly timer: PppTimer; readonly milliseconds: number }
  | { readonly kind: 'stop-timer'; readonly timer: PppTimer }
  | { readonly kind: 'event'; readonly event: Event };

/**
 * One end of a PPP link without its sockets and timers: each call returns what is to be done. It never
 * throws, whatever the peer sends; after it has reported `failed` or `closed` it sends nothing more
 * than RFC 1661 asks of a closing link.
 */
export interface PppEndpoint<Event> {
  /** The link is up. */
  start(): readonly PppEffect<Event>[];
  /** A PPP frame that is no IP packet. Endpoints keep what they need of `information`, never itself. */
  receive(protocol: number, information: Uint8Array): readonly PppEffect<Event>[];
  /** A timer asked for has expired. */
  timeout(timer: PppTimer): readonly PppEffect<Event>[];
  /** Ends the link in order: LCP Terminate-Request. */
  close(): readonly PppEffect<Event>[];
}

export type PppAuthentication = 'PAP' | 'CHAP' | 'MS-CHAP' | 'MS-CHAPv2';
