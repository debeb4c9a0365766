import type { FailureCause, Stage } from '../../shared/connection.ts';
import { errorCode } from '../../shared/error-code.ts';

/** What Node's and OpenSSL's errors carry besides their sentence. */
export interface SocketError {
  /** "ECONNREFUSED", "ERR_SSL_WRONG_VERSION_NUMBER" … */
  readonly code: string;
  /** Set for errors of the operating system, for example "read". */
  readonly syscall: string | undefined;
}

export function socketError(error: Error): SocketError {
  const code = errorCode(error) ?? error.name;
  const syscall = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : undefined;
  return { code, syscall };
}

/** Before the TCP connection stood. */
export function connectFailure(error: SocketError, host: string, port: number): FailureCause {
  switch (error.code) {
    case 'ECONNREFUSED':
      return { kind: 'connection-refused', host, port };
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EHOSTDOWN':
    // No address of our own of that family, or a local firewall says no.
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EACCES':
    case 'EPERM':
      return { kind: 'network-unreachable', host };
    default:
      // Among them a reset right after the connection stood, before anybody was told that it did.
      return { kind: 'link-lost', reason: error.code };
  }
}

/** After the TCP connection stood: the link broke under us. */
export function linkFailure(error: SocketError, when: Stage | 'connected'): FailureCause {
  // Node words the end of the stream inside the TLS handshake as a reset without a system call.
  if (error.code === 'ECONNRESET' && error.syscall === undefined) return { kind: 'router-closed', when };
  return { kind: 'link-lost', reason: error.code };
}
