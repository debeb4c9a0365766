import { open, readFile } from 'node:fs/promises';
import { loadLibc } from '../../datapath/libc.ts';
import { errorCode } from '../../shared/error-code.ts';
import { type Result, err, ok } from '../../shared/result.ts';
import type { CommandRunner } from './command-runner.ts';
import type { NetworkFailure } from './tunnel-network.ts';

type Missing = Extract<NetworkFailure, { kind: 'device-not-permitted' }>['missing'];

const CLONE_DEVICE = '/dev/net/tun';
/** capability.h: the bit of CAP_NET_ADMIN. */
const CAP_NET_ADMIN = 12n;
const IP_DEADLINE = 2_000;

/**
 * What this process lacks for making a device and turning routes by `ip`, as far as it can be told without
 * doing it. A container may still refuse what all this promises: then bringing the network up says so.
 */
export async function checkPermission(run: CommandRunner): Promise<Result<void, NetworkFailure>> {
  const missing = await findMissing(run);
  return missing === undefined ? ok(undefined) : err({ kind: 'device-not-permitted', missing });
}

/** What it lacks even where another program makes the device. */
export async function checkDevice(): Promise<Result<void, NetworkFailure>> {
  const missing = loadLibc().ok ? await deviceMissing() : 'platform';
  return missing === undefined ? ok(undefined) : err({ kind: 'device-not-permitted', missing });
}

async function findMissing(run: CommandRunner): Promise<Missing | undefined> {
  if (!loadLibc().ok) return 'platform';
  const device = await deviceMissing();
  if (device !== undefined) return device;
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  if (!mayAdministerNetwork(status)) return 'privilege';
  const version = await run('ip', ['-V'], { deadline: IP_DEADLINE });
  return version.kind === 'not-found' ? 'iproute2' : undefined;
}

/** Opening it makes no device yet; at most it loads the kernel's module. */
async function deviceMissing(): Promise<Missing | undefined> {
  try {
    await (await open(CLONE_DEVICE, 'r+')).close();
    return undefined;
  } catch (error) {
    switch (errorCode(error)) {
      case 'EPERM':
      case 'EACCES':
        return 'privilege';
      case 'ENOENT':
      case 'ENODEV':
      case 'ENXIO':
        return 'tun-device';
      default:
        return undefined;
    }
  }
}

/** From /proc/self/status (proc(5)): whether the effective capabilities, in hex, have CAP_NET_ADMIN. */
export function mayAdministerNetwork(status: string): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  // Without the line it cannot be told: whoever tries will see.
  return effective === undefined || ((BigInt(`0x${effective}`) >> CAP_NET_ADMIN) & 1n) === 1n;
}
