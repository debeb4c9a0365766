import { readUint32 } from '../../shared/ip/byte-order.ts';
import { Icmpv6Unreachable, encodeIcmpv6Unreachable, encodePacketTooBig } from '../../shared/ip/icmpv6.ts';
import { IPV6_DESTINATION, IPV6_SOURCE, isIpv6 } from '../../shared/ip/ipv6.ts';
import {
  IPV6_ADDRESS_LENGTH,
  isLinkLocal,
  isMulticast,
  parseIpv6Address,
} from '../../shared/ip/ipv6-address.ts';
import type { LanPort, LanSession } from './lan.ts';

export interface Beyond6 {
  /** A packet in place, of a tunnel or of the router itself, that is for no tunnel. */
  forward(bytes: Uint8Array, start: number, end: number): void;
  /** `from` has room again. */
  drained(session: Ipv6Session): void;
  detached(session: Ipv6Session): void;
}

/** One tunnel's IPv6 on the LAN. */
export class Ipv6Session implements LanPort {
  readonly session: LanSession;
  readonly address: Uint8Array;
  readonly #table: Ipv6Sessions;
  #attached = true;

  constructor(session: LanSession, table: Ipv6Sessions) {
    this.session = session;
    this.address = parseIpv6Address(session.address) ?? new Uint8Array(IPV6_ADDRESS_LENGTH);
    this.#table = table;
  }

  receive(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#attached || this.session.secondStep.due() || !isIpv6(bytes, start, end)) return;
    // A tunnel speaks for its own address only, and nothing of the link's own leaves it.
    const to = start + IPV6_DESTINATION;
    if (!isAt(this.address, bytes, start + IPV6_SOURCE) || isLinkLocal(bytes, to) || isMulticast(bytes, to)) {
      return;
    }
    this.#table.route(bytes, start, end);
  }

  /**
   * A packet from the LAN or from another tunnel to this one. Of one that is longer than the tunnel's MTU its sender
   * is told.
   *
   * @returns false when the tunnel is full and the packet not taken
   */
  deliver(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#attached || this.session.secondStep.due()) return true;
    const { mtu } = this.session;
    if (end - start <= mtu) return this.session.send(bytes, start, end);
    this.#table.tell(encodePacketTooBig(this.#table.router, bytes, start, end, mtu));
    return true;
  }

  drained(): void {
    if (this.#attached) this.#table.beyond.drained(this);
  }

  detach(): void {
    if (!this.#attached) return;
    this.#attached = false;
    this.#table.remove(this);
    this.#table.beyond.detached(this);
  }
}

/** The tunnels of one router by their IPv6 address. */
export class Ipv6Sessions {
  /** The router's own address. */
  readonly router: Uint8Array;
  readonly beyond: Beyond6;
  /** By what distinguishes clients of one network best; the few that share it stand in one list. */
  readonly #byLastWord = new Map<number, Ipv6Session[]>();

  constructor(router: Uint8Array, beyond: Beyond6) {
    this.router = router;
    this.beyond = beyond;
  }

  attach(session: LanSession): Ipv6Session {
    const attached = new Ipv6Session(session, this);
    const key = lastWord(attached.address, 0);
    this.#byLastWord.set(key, [attached, ...(this.#byLastWord.get(key) ?? [])]);
    return attached;
  }

  /** Per packet: makes no object. */
  find(bytes: Uint8Array, at: number): Ipv6Session | undefined {
    const candidates = this.#byLastWord.get(lastWord(bytes, at));
    if (candidates === undefined) return undefined;
    for (const candidate of candidates) if (isAt(candidate.address, bytes, at)) return candidate;
    return undefined;
  }

  /** Sends a packet where its destination is: another tunnel, or beyond. */
  route(bytes: Uint8Array, start: number, end: number): void {
    const session = this.find(bytes, start + IPV6_DESTINATION);
    if (session === undefined) this.beyond.forward(bytes, start, end);
    else session.deliver(bytes, start, end);
  }

  /** Tells a packet's sender that nobody has its destination. */
  sendUnreachable(bytes: Uint8Array, start: number, end: number): void {
    this.tell(encodeIcmpv6Unreachable(this.router, Icmpv6Unreachable.address, bytes, start, end));
  }

  tell(packet: Uint8Array | undefined): void {
    if (packet !== undefined) this.route(packet, 0, packet.length);
  }

  remove(session: Ipv6Session): void {
    const key = lastWord(session.address, 0);
    const others = (this.#byLastWord.get(key) ?? []).filter((other) => other !== session);
    if (others.length > 0) this.#byLastWord.set(key, others);
    else this.#byLastWord.delete(key);
  }
}

function lastWord(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at + IPV6_ADDRESS_LENGTH - 4);
}

function isAt(address: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < IPV6_ADDRESS_LENGTH; i += 1) if (address[i] !== bytes[at + i]) return false;
  return true;
}
