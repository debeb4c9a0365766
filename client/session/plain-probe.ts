import { connect } from 'node:net';

export type PlainProtocol = 'ssh' | 'http' | 'other';

const PROBE_MILLISECONDS = 1500;

/**
 * Says hello to a port in plain text, as a browser would, and looks at the first bytes that come back.
 * Undefined: it said nothing in time, hung up, or speaks TLS after all. Never rejects.
 */
export function probePlainProtocol(
  address: string,
  port: number,
  signal: AbortSignal,
): Promise<PlainProtocol | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const timer = setTimeout(() => finish(undefined), PROBE_MILLISECONDS);
    const abandon = (): void => finish(undefined);

    function finish(found: PlainProtocol | undefined): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', abandon);
      socket.destroy();
      resolve(found);
    }

    signal.addEventListener('abort', abandon);
    // A server that greets first (SSH, SMTP) does so before it reads this.
    socket.once('connect', () => socket.write('HEAD / HTTP/1.0\r\n\r\n'));
    socket.once('data', (bytes: Buffer) => finish(classify(bytes)));
    socket.once('close', () => finish(undefined));
    socket.on('error', () => finish(undefined));
    if (signal.aborted) finish(undefined);
  });
}

function classify(bytes: Buffer): PlainProtocol | undefined {
  const text = bytes.toString('latin1', 0, 5);
  if (text.startsWith('SSH-')) return 'ssh';
  if (text.startsWith('HTTP/')) return 'http';
  // A TLS alert or handshake record, RFC 8446 §5.1.
  const isTls = (bytes[0] === 0x15 || bytes[0] === 0x16) && bytes[1] === 0x03;
  return isTls ? undefined : 'other';
}
