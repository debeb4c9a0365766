import type { TLSSocket } from 'node:tls';
import type { FailureCause } from '../../shared/connection.ts';
import { ResponseHeadParser, type HttpResponseHead } from '../../shared/protocol/http-connect.ts';
import { protocolError, type ProtocolError } from '../../shared/protocol/protocol-error.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { linkFailure, socketError } from './socket-failure.ts';
import type { TlsChannel } from './tls-channel.ts';

export interface ConnectAnswer {
  readonly head: HttpResponseHead;
  /** What came behind the head in the same chunk: tunnel frames already. */
  readonly rest: Uint8Array;
}

/**
 * Sends the CONNECT request and reads the answer's head. `done` is called once, inside the event that
 * completes the head, so that whoever takes the channel over misses no byte.
 */
export function exchangeRequest(
  channel: TlsChannel,
  request: Uint8Array,
  done: (answer: Result<ConnectAnswer, FailureCause>) => void,
): void {
  const { socket } = channel;
  const parser = new ResponseHeadParser();
  let hasAnswer = false;

  function finish(answer: Result<ConnectAnswer, FailureCause>): void {
    socket.off('error', onError).off('end', onEnd).off('close', onClose);
    channel.receive(() => undefined);
    done(answer);
  }
  const onError = (error: Error): void => finish(err(linkFailure(socketError(error), 'requesting')));
  const onEnd = (): void =>
    finish(err(hasAnswer ? endedInside : { kind: 'router-closed', when: 'requesting' }));
  const onClose = (): void => finish(err({ kind: 'link-lost', reason: 'closed without an end' }));

  socket.once('error', onError).once('end', onEnd).once('close', onClose);
  channel.receive((chunk) => {
    hasAnswer = true;
    const progress = parser.push(chunk);
    if (!progress.ok) finish(err(unreadable(progress.error)));
    else if (progress.value.done) finish(ok({ head: progress.value.head, rest: progress.value.rest }));
  });
  letFlow(socket);
  socket.write(request);
}

const endedInside: ProtocolError = protocolError(
  'truncated-stream',
  'The answer to CONNECT ended inside its head.',
);

/** A socket with `onread` hands its bytes there, but tells its end only while it flows. */
function letFlow(socket: TLSSocket): void {
  socket.resume();
}

/** Somebody speaks another language behind TLS; a head without end is HTTP gone wrong. */
function unreadable(error: ProtocolError): FailureCause {
  return error.code === 'http-malformed'
    ? { kind: 'not-draytek-ssl-vpn', evidence: { looksLike: 'other' } }
    : error;
}
