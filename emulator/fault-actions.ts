import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type FaultLayer, faultBytes } from './fault-bytes.ts';
import { discardInput, endGently } from './wire.ts';

/** What a fault does to a connection that nobody uses any more afterwards. */
export type EndingAction = 'stall' | 'drop' | 'close' | 'half-close' | 'garbage' | 'oversized' | 'truncated';

/**
 * `stream` is the innermost stream that still works at the layer: the socket itself before TLS.
 * A stalled or half-closed connection stays until the client leaves or the router closes.
 */
export function performEnding(
  action: EndingAction,
  layer: FaultLayer,
  stream: Duplex,
  raw: Socket,
  random: (length: number) => Uint8Array,
): void {
  switch (action) {
    case 'stall':
      return stayOpen(stream);
    case 'drop':
      raw.resetAndDestroy();
      return;
    case 'close':
      return endGently(stream);
    case 'half-close':
      stayOpen(stream);
      stream.end();
      return;
    case 'garbage':
    case 'oversized':
      stayOpen(stream);
      stream.write(faultBytes(layer, action, random));
      return;
    case 'truncated':
      stream.write(faultBytes(layer, action, random));
      return endGently(stream);
  }
}

/** Until the client leaves. */
function stayOpen(stream: Duplex): void {
  discardInput(stream);
  stream.once('end', () => stream.destroy());
}
