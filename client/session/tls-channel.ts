import { constants, type X509Certificate } from 'node:crypto';
import { isIP, type OnReadOpts } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { FailureCause } from '../../shared/connection.ts';
import { fastCiphersFirst } from '../../datapath/cipher-order.ts';
import { allocateSummable } from '../../datapath/summable-bytes.ts';
import { connectFailure, socketError } from './socket-failure.ts';
import { handshakeFailure, type HandshakeFailure } from './tls-failure.ts';

export interface TlsChannelOptions {
  /** As the user wrote it: what the certificate must be made out to. */
  readonly server: string;
  readonly port: number;
  /** In the order to try them. */
  readonly addresses: readonly string[];
  readonly minimumTls: '1.2' | '1.3';
  readonly legacyRenegotiation: boolean;
  /** Certificate authorities to believe, as PEM; Node's own when left out. */
  readonly authorities?: readonly string[];
}

/** A TLS connection whose handshake is done and whose certificate nobody has judged yet. */
export interface TlsChannel {
  readonly socket: TLSSocket;
  /** Which of the addresses answered. */
  readonly address: string;
  /** For example "TLSv1.3 TLS_AES_128_GCM_SHA256". */
  readonly cipher: string;
  readonly certificate: X509Certificate;
  /** Why no authority vouches for it under this name; undefined when one does. */
  readonly verifyError: string | undefined;
  /**
   * Sends every chunk to this consumer from now on, first those that came before. A chunk is a view of
   * one buffer that is used again: it is valid during the call only.
   */
  receive(consumer: (chunk: Uint8Array) => void): void;
}

/** Exactly one of `opened` and `failed` is called, unless the dialling is abandoned before. */
export interface DialEvents {
  /** TCP stands; the TLS handshake begins. */
  connected(address: string): void;
  opened(channel: TlsChannel): void;
  /** `address` is set when TCP stood. */
  failed(failure: HandshakeFailure, address: string | undefined): void;
}

const CIPHERS = fastCiphersFirst();
/** RFC 8305 §5: Connection Attempt Delay. */
const ATTEMPT_DELAY_MILLISECONDS = 250;
/** Larger than any TLS record, so one chunk is at least one whole record. */
const RECEIVE_BUFFER_BYTES = 64 * 1024;
/** A router has nothing to say before it is asked; what does not fit ends the connection. */
const MOST_EARLY_BYTES = 16 * 1024;

/**
 * Dials the addresses as RFC 8305 says: the next one starts when the one before has failed, or after
 * 250 ms without an answer; the first TCP connection wins and the others are dropped. Node's own
 * autoSelectFamily gives up each attempt when it starts the next, so a router 300 ms away that has
 * two addresses could not be reached.
 */
export function dialTls(options: TlsChannelOptions, events: DialEvents): { abandon(): void } {
  const attempts = new Set<Attempt>();
  const failures: FailureCause[] = [];
  let next = 0;
  let delay: NodeJS.Timeout | undefined;
  let done = false;

  function startNext(): void {
    clearTimeout(delay);
    const address = options.addresses[next++];
    if (address === undefined) return;
    const attempt = startAttempt(options, address, {
      connected: () => settleOn(attempt, address),
      opened: (channel) => {
        done = true;
        events.opened(channel);
      },
      failedToConnect: (cause) => {
        attempts.delete(attempt);
        failures.push(cause);
        if (next < options.addresses.length) startNext();
        else if (attempts.size === 0)
          fail({ plain: false, cause: mostTelling(failures, options) }, undefined);
      },
      failedToSecure: (failure) => fail(failure, address),
    });
    attempts.add(attempt);
    if (next < options.addresses.length) delay = setTimeout(startNext, ATTEMPT_DELAY_MILLISECONDS);
  }

  function settleOn(winner: Attempt, address: string): void {
    clearTimeout(delay);
    for (const attempt of attempts) if (attempt !== winner) attempt.abandon();
    events.connected(address);
  }

  function fail(failure: HandshakeFailure, address: string | undefined): void {
    if (done) return;
    abandon();
    events.failed(failure, address);
  }

  function abandon(): void {
    if (done) return;
    done = true;
    clearTimeout(delay);
    for (const attempt of attempts) attempt.abandon();
  }

  startNext();
  return { abandon };
}

/** A refusal says more than a network that one address family happens to lack. */
function mostTelling(failures: readonly FailureCause[], options: TlsChannelOptions): FailureCause {
  return (
    failures.find((cause) => cause.kind !== 'network-unreachable') ??
    failures[0] ?? { kind: 'network-unreachable', host: options.server }
  );
}

/** Documented for tls.connect, but missing from its types. */
interface ReadingConnectionOptions extends ConnectionOptions {
  readonly onread: OnReadOpts;
}

interface Attempt {
  abandon(): void;
}

interface AttemptEvents {
  connected(): void;
  opened(channel: TlsChannel): void;
  failedToConnect(cause: FailureCause): void;
  failedToSecure(failure: HandshakeFailure): void;
}

function startAttempt(options: TlsChannelOptions, address: string, events: AttemptEvents): Attempt {
  const inbox = new Inbox();
  let isConnected = false;
  let isOver = false;

  const connection: ReadingConnectionOptions = {
    host: address,
    port: options.port,
    ...serverName(options.server),
    // The certificate is judged by our own policy: a pinned self-signed one is as good.
    rejectUnauthorized: false,
    ciphers: CIPHERS,
    minVersion: options.minimumTls === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
    ...(options.legacyRenegotiation ? { secureOptions: LEGACY_RENEGOTIATION } : {}),
    ...(options.authorities === undefined ? {} : { ca: [...options.authorities] }),
    // Given here because Node ignores it on a socket that exists already.
    onread: {
      // No Buffer: a Buffer's slice() is a view, and whoever copies a chunk would keep none.
      buffer: allocateSummable(RECEIVE_BUFFER_BYTES),
      callback: (length, buffer) => {
        if (!inbox.accept(buffer.subarray(0, length))) socket.destroy();
        return true;
      },
    },
  };
  const socket = connect(connection);
  socket.setNoDelay(true);

  socket.once('connect', () => {
    isConnected = true;
    events.connected();
  });
  socket.once('secureConnect', () => {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) {
      // An anonymous suite: never offered, so never chosen by an honest OpenSSL.
      finish(() => events.failedToSecure(tlsFailed('ERR_NO_CERTIFICATE')));
      return;
    }
    isOver = true;
    events.opened({
      socket,
      address,
      cipher: `${socket.getProtocol() ?? ''} ${socket.getCipher().standardName}`.trim(),
      certificate,
      verifyError: verifyError(socket),
      receive: (consumer) => inbox.deliverTo(consumer),
    });
  });
  // Stays for the socket's whole life: an error that comes after it was abandoned is nobody's.
  socket.on('error', (error) => {
    const details = socketError(error);
    finish(() => {
      if (isConnected) events.failedToSecure(handshakeFailure(details));
      else events.failedToConnect(connectFailure(details, options.server, options.port));
    });
  });

  function finish(report: () => void): void {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    report();
  }

  return { abandon: () => finish(() => undefined) };
}

/**
 * OpenSSL 3 refuses servers without RFC 5746 unless told otherwise; the second bit also lets such a
 * server start a renegotiation.
 */
const LEGACY_RENEGOTIATION =
  constants.SSL_OP_LEGACY_SERVER_CONNECT | constants.SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION;

/** RFC 6066 §3: SNI carries names only, without the trailing dot. */
function serverName(server: string): { servername?: string } {
  return isIP(server) === 0 ? { servername: server.replace(/\.$/, '') } : {};
}

/** Typed as an Error, but Node sets the code as a string. */
function verifyError(socket: TLSSocket): string | undefined {
  if (socket.authorized) return undefined;
  const error: unknown = socket.authorizationError;
  if (typeof error === 'string') return error;
  return error instanceof Error ? socketError(error).code : 'UNKNOWN';
}

function tlsFailed(reason: string): HandshakeFailure {
  return { plain: false, cause: { kind: 'tls-failed', reason, needs: undefined } };
}

/** Keeps what arrives until somebody takes it. */
class Inbox {
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #consumer: ((chunk: Uint8Array) => void) | undefined;

  /** False: nobody listens and there is no room. */
  accept(chunk: Uint8Array): boolean {
    if (this.#consumer !== undefined) {
      this.#consumer(chunk);
      return true;
    }
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes > MOST_EARLY_BYTES) return false;
    this.#early.push(chunk.slice());
    return true;
  }

  deliverTo(consumer: (chunk: Uint8Array) => void): void {
    this.#consumer = consumer;
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) this.#consumer(chunk);
  }
}
