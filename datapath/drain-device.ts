import type { TunDevice } from './tun-device.ts';
import { VIRTIO_HEADER_LENGTH } from './virtio-header.ts';

/** A superpacket behind its virtio header. */
const LARGEST_READ = VIRTIO_HEADER_LENGTH + 65_536;
/** More than any device's queue is long: whoever writes faster than this reads is not waited for. */
const MOST_READS = 20_000;

/**
 * Throws away what waits in a device that nobody has read for a while: packets of minutes ago are worth nothing to
 * those who sent them. `gone`: the device was deleted.
 */
export function drainDevice(tun: TunDevice): 'drained' | 'gone' {
  const scrap = new Uint8Array(LARGEST_READ);
  for (let i = 0; i < MOST_READS; i += 1) {
    const length = tun.read(scrap, 0, LARGEST_READ);
    if (length < 0) return 'gone';
    if (length === 0) break;
  }
  return 'drained';
}
