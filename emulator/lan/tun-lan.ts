import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { openTunDevice } from '../../datapath/tun-device.ts';
import type { TunDevice, TunFailure } from '../../datapath/tun-device.ts';
import { TunReader } from '../../datapath/tun-reader.ts';
import { TunWriter } from '../../datapath/tun-writer.ts';
import { UnreachableCode } from '../../shared/ip/icmp.ts';
import { ipv4Destination, ipv4PayloadStart } from '../../shared/ip/ipv4.ts';
import { netmaskToPrefix, parseIpv4Address } from '../../shared/ip/ipv4-address.ts';
import { err, ok } from '../../shared/result.ts';
import type { Result } from '../../shared/result.ts';
import { AttachedSessions } from './attached-sessions.ts';
import type { AttachedSession } from './attached-sessions.ts';
import { DnsZone } from './dns-responder.ts';
import { createGatewayHost } from './gateway-host.ts';
import type { TunLanConfig } from './lan-config.ts';
import type { Lan } from './lan.ts';

const run = promisify(execFile);
const FORWARDING = '/proc/sys/net/ipv4/ip_forward';
/** Packets read before sockets get their turn. */
const PACKETS_PER_TURN = 64;
/** Packets that may wait in the kernel while this process is off the CPU. */
const QUEUE_LENGTH = '5000';

export interface TunLanOptions {
  /** The router's address inside the tunnel and its network's mask, dotted decimal. */
  readonly gateway: string;
  readonly netmask: string;
  readonly config: TunLanConfig;
}

export type TunLanFailure =
  | TunFailure
  | { readonly kind: 'device-not-permitted'; readonly missing: 'iproute2' }
  | { readonly kind: 'network-setup-failed'; readonly step: string; readonly detail: string };

/**
 * A LAN of real hosts: one TUN device carries the packets of all tunnels. Tunnels reach each other directly, the
 * kernel routes the rest. The router's own services (ICMP echo, DNS, the web server with the second step) answer in
 * user space; what comes to its address for other ports goes to the kernel, which has that address on the device.
 *
 * All of it is in the network namespace of this process, and gone after `close`.
 */
export async function createTunLan(options: TunLanOptions): Promise<Result<Lan, TunLanFailure>> {
  const device = openTunDevice(options.config.interfaceName, { mustBeNew: true, offload: 'tcp-udp' });
  if (!device.ok) {
    return device;
  }
  const configured = await configure(device.value.name, options);
  if (!configured.ok) {
    device.value.close();
    return configured;
  }
  const forwarding = options.config.forwarding ? await switchForwardingOn() : ok(undefined);
  if (!forwarding.ok) {
    device.value.close();
    return forwarding;
  }
  return ok(new TunLan(device.value, options, forwarding.value));
}

class TunLan implements Lan {
  readonly #device: TunDevice;
  readonly #restoreForwarding: (() => Promise<void>) | undefined;
  readonly #sessions: AttachedSessions;
  readonly #reader: TunReader;
  readonly #writer: TunWriter;
  /** The next packet of what was read. */
  readonly #packet = Buffer.allocUnsafeSlow(65_536);
  /** A tunnel that had no room for #packet, of `length` bytes; the device is paused meanwhile. */
  #held: { readonly session: AttachedSession; readonly length: number } | undefined;

  constructor(
    device: TunDevice,
    { gateway, config }: TunLanOptions,
    restoreForwarding: (() => Promise<void>) | undefined,
  ) {
    this.#device = device;
    this.#reader = new TunReader(device);
    this.#writer = new TunWriter(device);
    this.#restoreForwarding = restoreForwarding;
    const address = parseIpv4Address(gateway) ?? 0;
    const zone = new DnsZone();
    for (const record of config.records) {
      zone.add(record.name, record.address);
    }
    this.#sessions = new AttachedSessions(
      { gateway: address, hosts: new Map([[address, createGatewayHost(gateway)]]), zone, otherPorts: 'pass' },
      {
        forward: (bytes, start, end) => {
          this.#writer.write(bytes, start, end);
        },
        drained: (session) => {
          this.#letGo(session);
        },
        detached: (session) => {
          this.#letGo(session);
        },
      },
    );
    device.onReadable(() => {
      this.#readPackets();
    });
  }

  attach(session: Parameters<Lan['attach']>[0]): AttachedSession {
    const attached = this.#sessions.attach(session);
    // From now on a full tunnel must not keep packets from the others.
    if (this.#held !== undefined) {
      this.#letGo(this.#held.session);
    }
    return attached;
  }

  async close(): Promise<void> {
    this.#sessions.detachAll();
    this.#writer.stop();
    this.#device.close();
    await this.#restoreForwarding?.();
  }

  #readPackets(): void {
    for (let count = 0; count < PACKETS_PER_TURN && this.#held === undefined; count += 1) {
      if (!this.#reader.read()) {
        return;
      }
      this.#receiveFromKernel();
    }
  }

  #receiveFromKernel(): void {
    const { bytes, start, end, packets } = this.#reader;
    if (ipv4PayloadStart(bytes, start, end) < 0) {
      return;
    }
    const session = this.#sessions.find(ipv4Destination(bytes, start));
    if (session === undefined) {
      this.#sessions.sendUnreachable(UnreachableCode.host, bytes, start, end);
    } else if (this.#reader.cut(session.session.mtu)) {
      this.#deliver(session, packets.nextLength);
    }
  }

  /** All packets that are left of what was read. */
  #deliver(session: AttachedSession, first: number): void {
    const { packets } = this.#reader;
    for (let length = first; length > 0; length = packets.nextLength) {
      packets.writeNext(this.#packet, 0);
      if (!session.deliver(this.#packet, 0, length) && this.#sessions.size === 1) {
        // A lone tunnel holds the kernel back instead of losing packets. Several lose, as in any router, so that a
        // slow one does not stop the others.
        this.#held = { session, length };
        this.#device.pause();
        return;
      }
    }
  }

  #letGo(session: AttachedSession): void {
    const held = this.#held;
    if (held === undefined || held.session !== session) {
      return;
    }
    if (!session.deliver(this.#packet, 0, held.length) && this.#sessions.size === 1) {
      return;
    }
    this.#held = undefined;
    this.#deliver(session, this.#reader.packets.nextLength);
    if (this.#held === undefined) {
      this.#device.resume();
    }
  }
}

async function configure(
  name: string,
  { gateway, netmask, config }: TunLanOptions,
): Promise<Result<void, TunLanFailure>> {
  const prefix = netmaskToPrefix(parseIpv4Address(netmask) ?? 0) ?? 24;
  const conf = `/proc/sys/net/ipv4/conf/${name}`;
  // Our ICMP errors come out of the device with the address that is also the kernel's.
  const accepted = await writeSetting(`${conf}/accept_local`, '1');
  // No router solicitations into it. Fails harmlessly where the kernel has no IPv6.
  await writeSetting(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`, '1');
  const commands = [
    ['link', 'set', 'dev', name, 'mtu', String(config.mtu), 'txqueuelen', QUEUE_LENGTH, 'up'],
    ['address', 'add', `${gateway}/${prefix}`, 'dev', name],
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
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return err({ kind: 'device-not-permitted', missing: 'iproute2' });
    }
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return err({ kind: 'network-setup-failed', step: `ip ${command.join(' ')}`, detail: stderr });
  }
}

/** @returns what puts the setting back, unless it was on before */
async function switchForwardingOn(): Promise<Result<(() => Promise<void>) | undefined, TunLanFailure>> {
  const before = await readFile(FORWARDING, 'latin1').catch(() => '');
  if (before.trim() === '1') {
    return ok(undefined);
  }
  const written = await writeSetting(FORWARDING, '1');
  return written.ok
    ? ok(async () => {
        await writeSetting(FORWARDING, '0');
      })
    : written;
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
