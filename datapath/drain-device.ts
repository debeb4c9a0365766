import type { TunDevice } from './tun-device.ts';

/** More than any device's queue is long: whoever writes faster than this reads is not waited for. */
const MOST_READS = 20_000;

/**
 * Throws away what waits in a device that nobody has read for a while: packets of minutes ago are worth nothing to
 * those who sent them. `gone`: the device was deleted.
 */
export function drainDevice(tun: TunDevice): 'drained' | 'gone' {
  let isEmpty = false;
  for (let i = 0; i < MOST_READS; i += 1) {
    const end = tun.read();
    if (end < 0) return 'gone';
    if (end === 0 && isEmpty) break;
    isEmpty = end === 0;
  }
  return 'drained';
}
