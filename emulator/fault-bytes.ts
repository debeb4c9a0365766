import { assertNever } from '../shared/assert-never.ts';

/**
 * The bytes of the faults `garbage`, `oversized` and `truncated`, by the layer that reads them.
 *
 *   TLS record   0x16 (handshake) · version 3.3 · 16-bit length, at most 2^14 + 256 (RFC 8446 §5.2)
 *   HTTP head    a status line, header lines, an empty line
 *   frame        command · version · 16-bit length (protocol.md §2)
 */
export type FaultLayer = 'tls' | 'http' | 'frame';
export type BytesFault = 'garbage' | 'oversized' | 'truncated';

const GARBAGE_LENGTH = 512;

/** `random(n)` returns n random bytes. */
export function faultBytes(
  layer: FaultLayer,
  fault: BytesFault,
  random: (length: number) => Uint8Array,
): Uint8Array {
  switch (fault) {
    case 'garbage':
      return garbage(layer, random);
    case 'oversized':
      return oversized(layer, random);
    case 'truncated':
      return truncated(layer);
    default:
      return assertNever(fault);
  }
}

/** Begins with a byte that none of the layers allows; ends as an HTTP head does, so that nobody waits for more. */
function garbage(layer: FaultLayer, random: (length: number) => Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(random(GARBAGE_LENGTH));
  bytes.set([0xe7, 0x5b]);
  if (layer === 'http') bytes.set([0x0d, 0x0a, 0x0d, 0x0a], GARBAGE_LENGTH - 4);
  return bytes;
}

function oversized(layer: FaultLayer, random: (length: number) => Uint8Array): Uint8Array {
  switch (layer) {
    case 'tls':
      return Uint8Array.from([0x16, 0x03, 0x03, 0xff, 0xff, ...random(1024)]);
    case 'http':
      return Buffer.from(`HTTP/1.0 200 OK\r\nX-Long: ${'x'.repeat(64 * 1024)}`, 'latin1');
    case 'frame':
      return Uint8Array.from([0x00, 0x00, 0xff, 0xff, 0xff, 0x03, 0x00, 0x21, ...random(1024)]);
    default:
      return assertNever(layer);
  }
}

function truncated(layer: FaultLayer): Uint8Array {
  switch (layer) {
    case 'tls':
      // a ServerHello of 90 bytes, of which two came
      return Uint8Array.from([0x16, 0x03, 0x03, 0x00, 0x5a, 0x02, 0x00]);
    case 'http':
      return Buffer.from('HTTP/1.0 200 OK\r\nServer: Dray', 'latin1');
    case 'frame':
      return Uint8Array.from([0x00, 0x00, 0x00, 0x64, 0xff, 0x03, 0x00, 0x21, 0x45]);
    default:
      return assertNever(layer);
  }
}
