import { Icmpv6Unreachable, encodeIcmpv6Unreachable, icmpv6EchoReply } from '../shared/ip/icmpv6.ts';
import { IPV6_DESTINATION, isIpv6 } from '../shared/ip/ipv6.ts';
import { addressAt, formatIpv6Address, linkLocalAddress } from '../shared/ip/ipv6-address.ts';
import {
  answerNeighbourSolicitation,
  encodeRouterAdvertisement,
  isNeighbourDiscovery,
  isRouterSolicitation,
} from '../shared/ip/neighbour-discovery.ts';
import { sameBytes } from '../shared/protocol/options.ts';
import type { Ipv6Network } from './ipv6-network.ts';
import type { Lan, LanPort, LanSession } from './lan/lan.ts';

/** RFC 4861 §6.2.1's default: three times the longest pause between two advertisements. */
const ROUTER_LIFETIME = 1800;
/** RFC 4861 §6.2.1: 30 and 7 days. */
const VALID_LIFETIME = 2_592_000;
const PREFERRED_LIFETIME = 604_800;

export interface TunnelIpv6Options {
  readonly network: Ipv6Network;
  readonly lan: Lan | undefined;
  /** Of both ends of the link, 8 bytes. */
  readonly identifier: Uint8Array;
  readonly peerIdentifier: Uint8Array;
  readonly session: Omit<LanSession, 'address'>;
}

/**
 * IPv6 of one tunnel, from IPV6CP's opening to its end: tells the client the network to make its address of, answers
 * for the router's end of the link, and carries the rest between client and LAN.
 */
export class TunnelIpv6 {
  /** The client's. */
  readonly address: string;
  readonly #options: TunnelIpv6Options;
  readonly #addressBytes: Uint8Array;
  readonly #linkLocal: Uint8Array;
  readonly #port: LanPort | undefined;

  private constructor(options: TunnelIpv6Options, address: Uint8Array) {
    this.#options = options;
    this.#addressBytes = address;
    this.address = formatIpv6Address(address);
    this.#linkLocal = linkLocalAddress(options.identifier);
    const { secondStep, mtu, send } = options.session;
    this.#port = options.lan?.attachIpv6?.({ address: this.address, secondStep, mtu, send });
    this.#advertise();
  }

  /** Undefined when another client has the address. */
  static open(options: TunnelIpv6Options): TunnelIpv6 | undefined {
    const address = options.network.take(options.peerIdentifier);
    return address && new TunnelIpv6(options, address);
  }

  /** One packet from the client; valid during the call. */
  receive(bytes: Uint8Array, start: number, end: number): void {
    if (!isIpv6(bytes, start, end)) return;
    if (isNeighbourDiscovery(bytes, start)) this.#discover(bytes, start, end);
    else if (this.#port === undefined) this.#receiveAlone(bytes, start, end);
    else this.#port.receive(bytes, start, end);
  }

  /** The tunnel has room again. */
  drained(): void {
    this.#port?.drained();
  }

  close(): void {
    this.#port?.detach();
    this.#options.network.release(this.#addressBytes);
  }

  /** The LAN has no IPv6: there is the router, and nothing behind it. */
  #receiveAlone(bytes: Uint8Array, start: number, end: number): void {
    const { router } = this.#options.network;
    const isOurs = sameBytes(addressAt(bytes, start + IPV6_DESTINATION), router);
    this.#answer(
      isOurs
        ? icmpv6EchoReply(bytes, start, end)
        : encodeIcmpv6Unreachable(router, Icmpv6Unreachable.noRoute, bytes, start, end),
    );
  }

  #discover(bytes: Uint8Array, start: number, end: number): void {
    if (isRouterSolicitation(bytes, start, end)) this.#advertise();
    const ours = [this.#linkLocal, this.#options.network.router];
    this.#answer(answerNeighbourSolicitation(bytes, start, end, ours));
  }

  #advertise(): void {
    const prefix = {
      prefix: this.#options.network.prefix,
      prefixLength: 64,
      onLink: true,
      autonomous: true,
      validLifetime: VALID_LIFETIME,
      preferredLifetime: PREFERRED_LIFETIME,
    };
    this.#answer(
      encodeRouterAdvertisement(this.#linkLocal, { routerLifetime: ROUTER_LIFETIME, prefixes: [prefix] }),
    );
  }

  #answer(packet: Uint8Array | undefined): void {
    if (packet !== undefined) this.#options.session.send(packet, 0, packet.length);
  }
}
