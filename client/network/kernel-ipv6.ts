import { existsSync, readFileSync } from 'node:fs';

/** Whether this machine's kernel has IPv6 at all. */
export function hasIpv6(): boolean {
  return existsSync('/proc/sys/net/ipv6');
}

/**
 * False also where the machine's owner has switched it off (net.ipv6.conf.default.disable_ipv6, which each new device
 * begins with).
 */
export function deviceHasIpv6(name: string): boolean {
  try {
    return readFileSync(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`, 'latin1').trim() === '0';
  } catch {
    return false;
  }
}
