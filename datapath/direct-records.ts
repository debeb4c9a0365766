import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { switches } from './switches.ts';

/**
 * Bytes of records after which V8 is told to clear its young generation. The buffers lie outside of its heap, and with
 * so little allocated inside it would find them by marking the whole heap instead, at half as much CPU again.
 */
const CLEARING_DISTANCE = 16e6;

let sinceClearing = 0;

/**
 * To a server Node hands each TLS record in a buffer of its own, through the queue of a stream (a client may give
 * `onread` instead). Where nobody has paused the stream, and nothing waits in that queue, a record need not go through
 * it either: that saves a connection that just woke up some 40 µs per record. `taken` also hears 'data' as ever.
 * Does nothing where `--expose-gc` was not given (cli/memory.sh gives it).
 */
export function takeRecordsDirectly(stream: Duplex, taken: (record: Uint8Array) => void): void {
  const collect = globalThis.gc;
  if (!(stream instanceof TLSSocket) || collect === undefined || !switches.directRecords) return;
  const queue = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding) => {
    const mayPass = stream.readableFlowing === true && stream.readableLength === 0;
    if (!mayPass || !(chunk instanceof Uint8Array)) return queue(chunk, encoding);
    taken(chunk);
    sinceClearing += chunk.length;
    if (sinceClearing >= CLEARING_DISTANCE) {
      sinceClearing = 0;
      collect({ type: 'minor' });
    }
    return true;
  };
}
