import type { FailureCause } from '../../shared/connection.ts';
import { linkFailure, type SocketError } from './socket-failure.ts';

/** `plain`: the first bytes were no TLS record; a look at the port in plain text tells what it is. */
export type HandshakeFailure =
  | { readonly plain: false; readonly cause: FailureCause }
  | { readonly plain: true; readonly otherwise: FailureCause };

/** What an error inside the TLS handshake means. */
export function handshakeFailure(error: SocketError): HandshakeFailure {
  if (!error.code.startsWith('ERR_SSL_')) return { plain: false, cause: linkFailure(error, 'securing') };
  const cause: FailureCause = { kind: 'tls-failed', reason: error.code, needs: remedy(error.code) };
  return NOT_A_RECORD.has(error.code) ? { plain: true, otherwise: cause } : { plain: false, cause };
}

/** What OpenSSL says when text comes where a record's header should be. */
const NOT_A_RECORD = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_RECORD_LAYER_FAILURE',
  'ERR_SSL_BAD_RECORD_TYPE',
  'ERR_SSL_UNEXPECTED_MESSAGE',
]);

function remedy(code: string): 'legacy-renegotiation' | 'older-tls' | undefined {
  switch (code) {
    case 'ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED':
      return 'legacy-renegotiation';
    case 'ERR_SSL_UNSUPPORTED_PROTOCOL':
    case 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION':
    case 'ERR_SSL_WRONG_SSL_VERSION':
    case 'ERR_SSL_VERSION_TOO_LOW':
      return 'older-tls';
    default:
      return undefined;
  }
}
