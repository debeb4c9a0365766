import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { FaultStream } from './fault-stream.ts';
import type { ArmedFault } from './faults.ts';

/** One client's connection after TLS. */
export interface Wire {
  readonly tls: TLSSocket;
  /** What is read and written: `tls`, or the fault's stream before it. */
  readonly stream: Duplex;
  /** The client's public address, an IPv4 one without the IPv6 prefix. */
  readonly remoteAddress: string;
  /** There when a fault is armed that strikes after TLS. */
  readonly faults: WireFaults | undefined;
}

export interface WireFaults {
  readonly armed: ArmedFault;
  readonly stream: FaultStream;
  /** The TCP connection, for a reset. */
  readonly raw: Socket;
}

/** Time for a peer to take what is still to be sent: a page is some hundred kilobytes, a phone's network slow. */
const LAST_BYTES_MILLISECONDS = 30_000;
/** Time for a peer to answer our FIN with its own. */
const LINGER_MILLISECONDS = 300;

/**
 * Ends our direction and lets what is in flight arrive: destroying at once would make the kernel send
 * RST when unread bytes wait. What still comes is thrown away; when all is sent and the peer has ended too, or
 * takes too long for either, all is closed. Idempotent.
 */
export function endGently(stream: Duplex): void {
  if (stream.destroyed || stream.writableEnded) return;
  // A stream closes by itself once both directions have ended.
  discardInput(stream);
  let timer = setTimeout(() => stream.destroy(), LAST_BYTES_MILLISECONDS);
  stream.end(() => {
    clearTimeout(timer);
    if (!stream.destroyed) timer = setTimeout(() => stream.destroy(), LINGER_MILLISECONDS);
  });
  stream.once('close', () => clearTimeout(timer));
}

/** Reads on for nobody. An error or the peer's end is not told to anyone either. */
export function discardInput(stream: Duplex): void {
  stream.removeAllListeners('data');
  stream.removeAllListeners('end');
  stream.on('error', () => undefined);
  stream.resume();
}

/**
 * Asks the client for a new handshake (TLS 1.2, HelloRequest: RFC 5246 §7.4.1.1). Nothing of ours is sent
 * until it is through: OpenSSL's clients take application data amid a handshake for a protocol error.
 */
export function renegotiate(wire: Wire): void {
  const { faults, tls } = wire;
  faults?.stream.hold();
  tls.renegotiate({ rejectUnauthorized: false }, () => faults?.stream.release());
}
