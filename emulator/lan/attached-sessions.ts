import { readUint16 } from '../../shared/ip/byte-order.ts';
import { encodeIcmpUnreachable, UnreachableCode } from '../../shared/ip/icmp.ts';
import { ipv4Destination, ipv4PayloadStart, ipv4Source } from '../../shared/ip/ipv4.ts';
import { fragmentIpv4 } from '../../shared/ip/ipv4-fragment.ts';
import { parseIpv4Address } from '../../shared/ip/ipv4-address.ts';
import { HostStack } from './host-stack.ts';
import type { LocalHost, OtherPorts } from './host-stack.ts';
import type { DnsZone } from './dns-responder.ts';
import type { LanPort, LanSession } from './lan.ts';

export interface LocalNetwork {
  readonly gateway: number;
  /** Hosts in user space by address, the gateway among them. */
  readonly hosts: ReadonlyMap<number, LocalHost>;
  readonly zone: DnsZone;
  /** `pass`: what these hosts have no service for goes to {@link Beyond}. */
  readonly otherPorts: OtherPorts;
}

/** Where packets go that are neither for a host in user space nor for another tunnel. */
export interface Beyond {
  /** A packet in place, of a tunnel or of the router itself. */
  forward(bytes: Uint8Array, start: number, end: number): void;
  /** `from` has room again. */
  drained(session: AttachedSession): void;
  detached(session: AttachedSession): void;
}

/** One tunnel on the LAN. */
export class AttachedSession implements LanPort {
  readonly session: LanSession;
  readonly address: number;
  readonly #table: AttachedSessions;
  #hosts: HostStack | undefined;
  #attached = true;

  constructor(session: LanSession, address: number, table: AttachedSessions) {
    this.session = session;
    this.address = address;
    this.#table = table;
  }

  get attached(): boolean {
    return this.#attached;
  }

  /** Per packet, so without an object: who may send what to whom is decided on numbers. */
  receive(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#attached || ipv4PayloadStart(bytes, start, end) < 0) {
      return;
    }
    // A tunnel speaks for its own address only.
    if (ipv4Source(bytes, start) !== this.address) {
      return;
    }
    const { network } = this.#table;
    const destination = ipv4Destination(bytes, start);
    if (destination !== network.gateway && this.session.secondStep.due()) {
      return;
    }
    const packetEnd = start + readUint16(bytes, start + 2);
    if (network.hosts.has(destination)) {
      this.#hosts ??= new HostStack(this.session, network.hosts, network.zone, network.otherPorts);
      const taken = this.#hosts.receive(bytes, start, packetEnd);
      if (taken || this.session.secondStep.due()) {
        return;
      }
    }
    this.#table.route(bytes, start, packetEnd);
  }

  /**
   * A packet from the LAN or from another tunnel to this one. While the second step is due it is dropped; one that
   * is longer than the tunnel's MTU is cut up, or its sender told.
   *
   * @returns false when the tunnel is full and the packet not taken
   */
  deliver(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#attached || this.session.secondStep.due()) {
      return true;
    }
    if (end - start > this.session.mtu) {
      this.#deliverTooLong(bytes, start, end);
      return true;
    }
    return this.session.send(bytes, start, end);
  }

  #deliverTooLong(bytes: Uint8Array, start: number, end: number): void {
    const { mtu } = this.session;
    const fragments = fragmentIpv4(bytes, start, end, mtu);
    if (fragments === undefined) {
      this.#table.sendUnreachable(UnreachableCode.fragmentationNeeded, bytes, start, end, mtu);
    }
    for (const fragment of fragments ?? []) {
      this.session.send(fragment, 0, fragment.length);
    }
  }

  drained(): void {
    if (this.#attached) {
      this.#table.beyond.drained(this);
    }
  }

  detach(): void {
    if (!this.#attached) {
      return;
    }
    this.#attached = false;
    this.#hosts?.close();
    this.#table.remove(this);
    this.#table.beyond.detached(this);
  }
}

/** The tunnels of one router by their address. A later tunnel with the same address takes it over. */
export class AttachedSessions {
  readonly network: LocalNetwork;
  readonly beyond: Beyond;
  readonly #byAddress = new Map<number, AttachedSession>();
  readonly #all = new Set<AttachedSession>();

  constructor(network: LocalNetwork, beyond: Beyond) {
    this.network = network;
    this.beyond = beyond;
  }

  get size(): number {
    return this.#all.size;
  }

  attach(session: LanSession): AttachedSession {
    // The address comes from IPCP, where it was a number; 0 would match no packet.
    const address = parseIpv4Address(session.address) ?? 0;
    const attached = new AttachedSession(session, address, this);
    this.#all.add(attached);
    this.#byAddress.set(address, attached);
    return attached;
  }

  /** Sends a packet where its destination is: another tunnel, or beyond. */
  route(bytes: Uint8Array, start: number, end: number): void {
    const attached = this.#byAddress.get(ipv4Destination(bytes, start));
    if (attached === undefined) {
      this.beyond.forward(bytes, start, end);
    } else {
      attached.deliver(bytes, start, end);
    }
  }

  /** Tells a packet's sender, in the router's name, that it does not arrive. */
  sendUnreachable(code: number, bytes: Uint8Array, start: number, end: number, nextHopMtu?: number): void {
    const packet = encodeIcmpUnreachable(this.network.gateway, code, bytes, start, end, nextHopMtu);
    if (packet !== undefined) {
      this.route(packet, 0, packet.length);
    }
  }

  find(address: number): AttachedSession | undefined {
    return this.#byAddress.get(address);
  }

  remove(attached: AttachedSession): void {
    this.#all.delete(attached);
    if (this.#byAddress.get(attached.address) === attached) {
      this.#byAddress.delete(attached.address);
    }
  }

  detachAll(): void {
    for (const attached of this.#all) {
      attached.detach();
    }
  }
}
