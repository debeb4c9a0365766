/**
 * What a peer sent that no peer may send. The codes are stable: tests, logs and the
 * JSON output of the command line name them.
 */
export type ProtocolErrorCode =
  // tunnel frame
  | 'frame-unknown-command'
  | 'frame-version'
  | 'frame-length'
  // PPP frame and control packet
  | 'ppp-truncated'
  | 'ppp-header'
  | 'control-length'
  | 'option-length'
  // HTTP head before the tunnel
  | 'http-malformed'
  | 'http-too-long'
  // negotiation
  | 'negotiation-failed'
  | 'protocol-rejected'
  | 'authenticator-mismatch'
  // the stream ended inside a frame
  | 'truncated-stream';

export interface ProtocolError {
  readonly kind: 'protocol-error';
  readonly code: ProtocolErrorCode;
  /** One English sentence for a developer's log. Never holds bytes of a payload. */
  readonly detail: string;
}

export function protocolError(code: ProtocolErrorCode, detail: string): ProtocolError {
  return { kind: 'protocol-error', code, detail };
}
