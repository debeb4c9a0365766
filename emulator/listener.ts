import net from 'node:net';
import tls from 'node:tls';
import { fastCiphersFirst } from '../datapath/cipher-order.ts';
import type { RouterCertificate } from './certificate.ts';
import { performEnding } from './fault-actions.ts';
import { FaultStream } from './fault-stream.ts';
import type { ArmedFault, TcpFault, TlsFault } from './faults.ts';
import { type Wire, discardInput, endGently } from './wire.ts';

export interface ListenerOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly minimumTls: '1.2' | '1.3';
  readonly maximumTls: '1.2' | '1.3';
  readonly handshakeSeconds: number;
  readonly random: (length: number) => Uint8Array;
  /** False = the connection is reset at once. */
  readonly admits: (remoteAddress: string) => boolean;
  readonly arm: () => ArmedFault | undefined;
  /** TLS is up. */
  readonly secured: (wire: Wire) => void;
}

/** More than a thousand clients may dial in at the same moment. */
const BACKLOG = 2048;

/** Silence after which the kernel asks whether the client is still there: one without power says no goodbye. */
const VANISHED_MILLISECONDS = 60_000;

const CIPHERS = fastCiphersFirst();

/** RFC 8446 §6: a fatal alert, handshake_failure. */
const HANDSHAKE_FAILURE = Uint8Array.from([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28]);

/** The router's SSL port: TCP, the faults below TLS, and TLS. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #sockets = new Set<net.Socket>();
  #certificate: RouterCertificate;
  #tls: tls.Server;
  #server: net.Server | undefined;
  #port = 0;

  constructor(certificate: RouterCertificate, options: ListenerOptions) {
    this.#certificate = certificate;
    this.#options = options;
    this.#tls = this.#createTls(false, (socket) => this.#secured(socket));
  }

  get port(): number {
    return this.#port;
  }

  /** Connections, TLS or not, open at this moment. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Rejects with the system's error, for example EADDRINUSE. Listening again takes the same port. */
  async listen(): Promise<void> {
    if (this.#server !== undefined) return;
    const kept = { keepAlive: true, keepAliveInitialDelay: VANISHED_MILLISECONDS };
    const server = net.createServer({ allowHalfOpen: true, noDelay: true, ...kept }, (socket) =>
      this.#accept(socket),
    );
    const { host } = this.#options;
    const port = this.#port === 0 ? this.#options.port : this.#port;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: BACKLOG }, () => {
        server.removeListener('error', reject);
        resolve();
      });
    });
    const address = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
    this.#server = server;
  }

  /** Nothing listens any more; connections that are there stay. */
  stopListening(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  /** For connections from now on. */
  setCertificate(certificate: RouterCertificate): void {
    this.#certificate = certificate;
    this.#tls = this.#createTls(false, (socket) => this.#secured(socket));
  }

  /** Resolves when no connection is left, or after `milliseconds`. */
  async emptied(milliseconds: number): Promise<void> {
    const closed = [...this.#sockets].map(whenClosed);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    await Promise.race([Promise.all(closed), late]);
    clearTimeout(timer);
  }

  /** Stops listening and cuts every connection. */
  async close(): Promise<void> {
    this.stopListening();
    const closed = [...this.#sockets].map(whenClosed);
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
  }

  #createTls(onlyTls12: boolean, secured: (socket: tls.TLSSocket) => void): tls.Server {
    const { minimumTls, maximumTls, handshakeSeconds } = this.#options;
    const server = tls.createServer(
      {
        cert: this.#certificate.pem + (this.#certificate.caPem ?? ''),
        key: this.#certificate.keyPem,
        ciphers: CIPHERS,
        minVersion: onlyTls12 ? 'TLSv1.2' : `TLSv${minimumTls}`,
        maxVersion: onlyTls12 ? 'TLSv1.2' : `TLSv${maximumTls}`,
        handshakeTimeout: handshakeSeconds * 1000,
        allowHalfOpen: true,
      },
      secured,
    );
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    return server;
  }

  #accept(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    if (!this.#options.admits(plainAddress(socket.remoteAddress))) {
      socket.resetAndDestroy();
      return;
    }
    const armed = this.#options.arm();
    if (armed === undefined) this.#tls.emit('connection', socket);
    else this.#acceptWithFault(socket, armed);
  }

  #secured(socket: tls.TLSSocket): void {
    socket.on('error', () => undefined);
    const remoteAddress = plainAddress(socket.remoteAddress);
    this.#options.secured({ tls: socket, stream: socket, remoteAddress, faults: undefined });
  }

  #acceptWithFault(raw: net.Socket, armed: ArmedFault): void {
    const { fault } = armed;
    if (fault.stage === 'tcp' && armed.strike()) return this.#tcpFault(raw, fault);
    const slow = fault.stage === 'tls' && fault.action === 'slow';
    if (fault.stage === 'tls' && !slow && armed.strike()) return this.#tlsFault(raw, fault);
    const transport = slow ? new FaultStream(raw) : raw;
    if (slow && transport instanceof FaultStream && armed.strike()) {
      transport.slow(fault.millisecondsPerByte);
    }
    // a TLS server of its own: it must know its TCP connection, and may have to stay with TLS 1.2
    const server = this.#createTls('action' in fault && fault.action === 'renegotiate', (socket) => {
      socket.on('error', () => undefined);
      const stream = new FaultStream(socket);
      stream.on('error', () => undefined);
      const remoteAddress = plainAddress(raw.remoteAddress);
      this.#options.secured({ tls: socket, stream, remoteAddress, faults: { armed, stream, raw } });
    });
    server.emit('connection', transport);
  }

  #tcpFault(raw: net.Socket, fault: TcpFault): void {
    switch (fault.action) {
      case 'refuse':
        // nothing listens while it is in force; a connection of that very moment is reset
        raw.resetAndDestroy();
        return;
      case 'ssh-banner':
        discardInput(raw);
        raw.once('end', () => raw.destroy());
        raw.write('SSH-2.0-dropbear_2019.78\r\n');
        return;
      default:
        return performEnding(fault.action, 'tls', raw, raw, this.#options.random);
    }
  }

  /** Waits for the ClientHello: the fault stands in place of its answer. */
  #tlsFault(raw: net.Socket, fault: TlsFault): void {
    raw.once('end', () => raw.destroy());
    raw.once('data', () => {
      switch (fault.action) {
        case 'refuse':
          raw.write(HANDSHAKE_FAILURE);
          return endGently(raw);
        case 'plain-http':
          raw.write('HTTP/1.0 400 Bad Request\r\nServer: DrayWeb/0.0.2\r\n\r\n');
          return endGently(raw);
        case 'slow':
          return undefined;
        default:
          return performEnding(fault.action, 'tls', raw, raw, this.#options.random);
      }
    });
  }
}

/** `::ffff:192.0.2.1` is 192.0.2.1. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
}

function whenClosed(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
}
