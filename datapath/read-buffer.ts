import { allocateSummable } from './summable-bytes.ts';
import { HEADER_AT, PACKET_AT, clearVirtioHeader } from './virtio-header.ts';

/*
 *   0        2                    12
 *   +--------+--------------------+-------------------------------
 *   | unused | virtio header (10) | packet, or one of 64 KiB to be cut up
 *   +--------+--------------------+-------------------------------
 */
const BUFFER_LENGTH = PACKET_AT + 65_536;

/** For what a device gives. Its virtio header says nothing yet, for those that give none. */
export function allocateReadBuffer(): Uint8Array {
  const buffer = allocateSummable(BUFFER_LENGTH);
  clearVirtioHeader(buffer, HEADER_AT);
  return buffer;
}
