import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { TunFailure } from '../../datapath/open-tun-device.ts';
import { errorCode } from '../../shared/error-code.ts';
import { netmaskToPrefix, parseIpv4Address } from '../../shared/ip/ipv4-address.ts';
import { formatIpv6Address } from '../../shared/ip/ipv6-address.ts';
import { err, ok } from '../../shared/result.ts';
import type { Result } from '../../shared/result.ts';
import type { TunLanConfig } from './lan-config.ts';

const run = promisify(execFile);
const FORWARDING = { ipv4: '/proc/sys/net/ipv4/ip_forward', ipv6: '/proc/sys/net/ipv6/conf/all/forwarding' };
/** Packets that may wait in the kernel while this process is off the CPU. */
const QUEUE_LENGTH = '5000';

export interface TunLanOptions {
  /** The router's address inside the tunnel and its network's mask, dotted decimal. */
  readonly gateway: string;
  readonly netmask: string;
  /** The router's address of IPv6, in a network of 64 bits; undefined: it has none. */
  readonly ipv6Router?: Uint8Array | undefined;
  readonly config: TunLanConfig;
}

export type TunLanFailure =
  | TunFailure
  | { readonly kind: 'device-not-permitted'; readonly missing: 'iproute2' }
  | { readonly kind: 'network-setup-failed'; readonly step: string; readonly detail: string };

/** Address, MTU and routes of the device; all of it goes with the device. */
export async function configureDevice(
  name: string,
  { gateway, netmask, ipv6Router, config }: TunLanOptions,
): Promise<Result<void, TunLanFailure>> {
  const prefix = netmaskToPrefix(parseIpv4Address(netmask) ?? 0) ?? 24;
  const conf = `/proc/sys/net/ipv4/conf/${name}`;
  // Our ICMP errors come out of the device with the address that is also the kernel's.
  const accepted = await writeSetting(`${conf}/accept_local`, '1');
  // Where the router has none: no router solicitations into it. Fails harmlessly where the kernel has no IPv6.
  await writeSetting(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`, ipv6Router === undefined ? '1' : '0');
  const commands = [
    // The link-local addresses are of the tunnels, not of the device.
    ...(ipv6Router === undefined ? [] : [['link', 'set', 'dev', name, 'addrgenmode', 'none']]),
    ['link', 'set', 'dev', name, 'mtu', String(config.mtu), 'txqueuelen', QUEUE_LENGTH, 'up'],
    ['address', 'add', `${gateway}/${prefix}`, 'dev', name],
    ...(ipv6Router === undefined
      ? []
      : [['address', 'add', `${formatIpv6Address(ipv6Router)}/64`, 'dev', name, 'nodad']]),
    ...config.routes.map((route) => ['route', 'add', route, 'dev', name]),
  ];
  if (!accepted.ok) {
    return accepted;
  }
  for (const command of commands) {
    const done = await runIp(command);
    if (!done.ok) {
      return done;
    }
  }
  return ok(undefined);
}

async function runIp(command: readonly string[]): Promise<Result<void, TunLanFailure>> {
  try {
    await run('ip', [...command]);
    return ok(undefined);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      return err({ kind: 'device-not-permitted', missing: 'iproute2' });
    }
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return err({ kind: 'network-setup-failed', step: `ip ${command.join(' ')}`, detail: stderr });
  }
}

/** @returns what puts the settings back that were not on before */
export async function switchForwardingOn(
  withIpv6: boolean,
): Promise<Result<() => Promise<void>, TunLanFailure>> {
  const paths = withIpv6 ? [FORWARDING.ipv4, FORWARDING.ipv6] : [FORWARDING.ipv4];
  const changed: string[] = [];
  const restore = async (): Promise<void> => {
    for (const path of changed) {
      await writeSetting(path, '0');
    }
  };
  for (const path of paths) {
    const before = await readFile(path, 'latin1').catch(() => '');
    if (before.trim() === '1') {
      continue;
    }
    const written = await writeSetting(path, '1');
    if (!written.ok) {
      await restore();
      return written;
    }
    changed.push(path);
  }
  return ok(restore);
}

async function writeSetting(path: string, value: string): Promise<Result<void, TunLanFailure>> {
  try {
    await writeFile(path, value);
    return ok(undefined);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return err({ kind: 'network-setup-failed', step: path, detail });
  }
}
