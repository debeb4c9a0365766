import type { Duplex } from 'node:stream';
import { loadLibc } from './libc.ts';

const IPPROTO_TCP = 6;
/** linux/tcp.h: the socket counts as writable only while fewer bytes than this have not been sent. */
const TCP_NOTSENT_LOWAT = 25;

/**
 * Limits what the kernel takes of a stream before it has sent it, in bytes; the rest stays where it can be put into a
 * better order. Does nothing for a stream that is no socket of Node's, or where the call is refused.
 */
export function limitUnsentBytes(stream: Duplex, bytes: number): void {
  const descriptor = socketDescriptor(stream);
  const libc = loadLibc();
  if (descriptor === undefined || !libc.ok) return;
  const value = new Uint8Array(4);
  new DataView(value.buffer).setInt32(0, bytes, true);
  libc.value.setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, value, value.length);
}

/** Node tells it nowhere in public: a TLS socket's handle has the TCP one for its parent. */
function socketDescriptor(stream: Duplex): number | undefined {
  const handle = property(stream, '_handle');
  const descriptor = property(property(handle, '_parent') ?? handle, 'fd');
  return typeof descriptor === 'number' && descriptor >= 0 ? descriptor : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
