import { readFileSync } from 'node:fs';
import { openTunDevice } from '../../../datapath/open-tun-device.ts';
import { deviceNames } from './own-devices.ts';

/** One that NetworkManager made for this user, and to which nobody attached or whose process is dead. */
export function removeLeftDevice(name: string): boolean {
  if (!deviceNames().has(name) || ownerOf(name) !== process.geteuid?.()) return false;
  const opened = openTunDevice(name, { removeAtClose: true });
  if (opened.ok) opened.value.close();
  return opened.ok;
}

/** Undefined: it is none that somebody in particular may attach to. */
function ownerOf(name: string): number | undefined {
  try {
    return Number(readFileSync(`/sys/class/net/${name}/owner`, 'latin1').trim());
  } catch {
    return undefined;
  }
}
