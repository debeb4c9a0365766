import { beginTurn, endTurn, flushTurn } from '../../datapath/send-turn.ts';
import { openTunDevice } from '../../datapath/open-tun-device.ts';
import type { TunDevice } from '../../datapath/tun-device.ts';
import { TunReader } from '../../datapath/tun-reader.ts';
import { TunWriter } from '../../datapath/tun-writer.ts';
import { UnreachableCode } from '../../shared/ip/icmp.ts';
import { ipv4Destination, ipv4PayloadStart } from '../../shared/ip/ipv4.ts';
import { IPV6_DESTINATION, IPV6_HEADER_LENGTH } from '../../shared/ip/ipv6.ts';
import { parseIpv4Address } from '../../shared/ip/ipv4-address.ts';
import { ok } from '../../shared/result.ts';
import type { Result } from '../../shared/result.ts';
import { AttachedSessions } from './attached-sessions.ts';
import type { AttachedSession } from './attached-sessions.ts';
import { DnsZone } from './dns-responder.ts';
import { createGatewayHost } from './gateway-host.ts';
import { Ipv6Sessions } from './ipv6-sessions.ts';
import type { Lan, LanPort, LanSession } from './lan.ts';
import {
  type TunLanFailure,
  type TunLanOptions,
  configureDevice,
  switchForwardingOn,
} from './tun-lan-setup.ts';

/** Packets read before sockets get their turn. */
const PACKETS_PER_TURN = 64;

/**
 * A LAN of real hosts: one TUN device carries the packets of all tunnels. Tunnels reach each other directly, the
 * kernel routes the rest. The router's own services (ICMP echo, DNS, the web server with the second step) answer in
 * user space; what comes to its address for other ports goes to the kernel, which has that address on the device.
 *
 * All of it is in the network namespace of this process, and gone after `close`.
 */
export async function createTunLan(options: TunLanOptions): Promise<Result<Lan, TunLanFailure>> {
  const device = openTunDevice(options.config.interfaceName, {
    mustBeNew: true,
    offload: 'tcp-udp',
    manyQueues: true,
  });
  if (!device.ok) {
    return device;
  }
  const configured = await configureDevice(device.value.name, options);
  if (!configured.ok) {
    device.value.close();
    return configured;
  }
  const forwarding = options.config.forwarding
    ? await switchForwardingOn(options.ipv6Router !== undefined)
    : ok(undefined);
  if (!forwarding.ok) {
    device.value.close();
    return forwarding;
  }
  return ok(new TunLan(device.value, options, forwarding.value));
}

/** A tunnel, by its address of either family. */
type Receiver = Pick<AttachedSession, 'session' | 'deliver'>;

class TunLan implements Lan {
  readonly #device: TunDevice;
  readonly #restoreForwarding: (() => Promise<void>) | undefined;
  readonly #sessions: AttachedSessions;
  readonly #ipv6Sessions: Ipv6Sessions | undefined;
  readonly #reader: TunReader;
  readonly #writer: TunWriter;
  /** The next packet of what was read. */
  readonly #packet = Buffer.allocUnsafeSlow(65_536);
  /** A tunnel that had no room for #packet, of `length` bytes; the device is paused meanwhile. */
  #held: { readonly session: Receiver; readonly length: number } | undefined;
  /** The last turn brought one packet, or none. */
  #comesAlone = false;

  constructor(
    device: TunDevice,
    { gateway, ipv6Router, config }: TunLanOptions,
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
    const beyond = {
      forward: (bytes: Uint8Array, start: number, end: number): void => {
        this.#writer.write(bytes, start, end);
      },
      drained: (session: Receiver): void => {
        // Not only when a queue of the device calls: it might be the same one each time that fills the tunnel again.
        if (this.#letGo(session)) {
          this.#readPackets();
        }
      },
      detached: (session: Receiver): void => {
        this.#letGo(session);
      },
    };
    this.#sessions = new AttachedSessions(
      { gateway: address, hosts: new Map([[address, createGatewayHost(gateway)]]), zone, otherPorts: 'pass' },
      beyond,
    );
    this.#ipv6Sessions = ipv6Router && new Ipv6Sessions(ipv6Router, beyond);
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

  attachIpv6(session: LanSession): LanPort | undefined {
    return this.#ipv6Sessions?.attach(session);
  }

  async close(): Promise<void> {
    this.#sessions.detachAll();
    this.#writer.stop();
    this.#device.close();
    await this.#restoreForwarding?.();
  }

  #readPackets(): void {
    let reads = 0;
    beginTurn();
    try {
      while (reads < PACKETS_PER_TURN && this.#held === undefined && this.#reader.read()) {
        reads += 1;
        this.#receiveFromKernel();
        // No other packet is to be expected behind it: it need not wait until the kernel has said so.
        if (this.#comesAlone) {
          flushTurn();
        }
      }
      this.#comesAlone = reads <= 1;
    } finally {
      endTurn();
    }
  }

  #receiveFromKernel(): void {
    const { bytes, start, end } = this.#reader;
    if ((bytes[start] ?? 0) >>> 4 === 6) {
      this.#receiveIpv6FromKernel(bytes, start, end);
      return;
    }
    if (ipv4PayloadStart(bytes, start, end) < 0) {
      return;
    }
    const session = this.#sessions.find(ipv4Destination(bytes, start));
    if (session === undefined) {
      this.#sessions.sendUnreachable(UnreachableCode.host, bytes, start, end);
    } else {
      this.#cutAndDeliver(session);
    }
  }

  #receiveIpv6FromKernel(bytes: Uint8Array, start: number, end: number): void {
    if (this.#ipv6Sessions === undefined || end - start < IPV6_HEADER_LENGTH) {
      return;
    }
    const session = this.#ipv6Sessions.find(bytes, start + IPV6_DESTINATION);
    if (session === undefined) {
      this.#ipv6Sessions.sendUnreachable(bytes, start, end);
    } else {
      this.#cutAndDeliver(session);
    }
  }

  #cutAndDeliver(session: Receiver): void {
    if (this.#reader.cut(session.session.mtu)) {
      this.#deliver(session, this.#reader.packets.nextLength);
    }
  }

  /** All packets that are left of what was read. */
  #deliver(session: Receiver, first: number): void {
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

  /** True = the device, which waited for this tunnel, is read again. */
  #letGo(session: Receiver): boolean {
    const held = this.#held;
    if (held === undefined || held.session !== session) {
      return false;
    }
    if (!session.deliver(this.#packet, 0, held.length) && this.#sessions.size === 1) {
      return false;
    }
    this.#held = undefined;
    this.#deliver(session, this.#reader.packets.nextLength);
    if (this.#held !== undefined) {
      return false;
    }
    this.#device.resume();
    return true;
  }
}
