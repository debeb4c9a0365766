import type { TunDevice } from '../tun-device.ts';

/** A device that never has a packet and takes every one; `changes` is what a test looks at. */
export function silentTun(name: string, changes: Partial<TunDevice> = {}): TunDevice {
  return {
    name,
    readBuffer: new Uint8Array(),
    read: () => 0,
    write: () => true,
    onReadable: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    onGone: () => undefined,
    close: () => undefined,
    ...changes,
  };
}
