import { randomBytes, randomInt } from 'node:crypto';
import { type PacketPump, startPump } from '../../datapath/packet-pump.ts';
import type { TunDevice } from '../../datapath/tun-device.ts';
import { TunnelLink, type LinkEnd } from '../../datapath/tunnel-link.ts';
import type { TrafficCounters } from '../../shared/connection.ts';
import type { Ipv6Facts } from '../network/plan.ts';
import { Ipv6Link } from './ipv6-link.ts';
import { KeepAlive } from './keep-alive.ts';
import { packetsForUs } from './packets-for-us.ts';
import { createPppClient, type PppClient, type PppClientEvent } from './ppp-client.ts';
import { PppDriver } from './ppp-driver.ts';
import { RoundTrip } from './round-trip.ts';
import type { SessionOptions } from './session-types.ts';
import type { SignIn } from './sign-in-code.ts';
import type { TlsChannel } from './tls-channel.ts';

export type Opened = Extract<PppClientEvent, { kind: 'opened' }>;

export interface PppLineEvents {
  ppp(event: Exclude<PppClientEvent, { kind: 'echo-reply' | 'ipv6-up' | 'ipv6-down' }>): void;
  /** The router has negotiated IPv6 anew, and the address in use is not ours any more. */
  ipv6AddressLost(): void;
  /** The stream under it is gone. Not called for a line that left by itself. */
  closed(how: Exclude<LinkEnd, 'destroyed'>): void;
  /** The router has been silent for so long. */
  silent(milliseconds: number): void;
}

type PacketHandler = (bytes: Uint8Array, start: number, end: number) => void;

/** The router has this long to take our goodbye before the connection is cut. */
const GOODBYE_MILLISECONDS = 250;

/** What runs over the channel once the router has answered CONNECT: frames, PPP, keep-alive, packets. */
export class PppLine {
  readonly channel: TlsChannel;
  readonly #link: TunnelLink;
  readonly #ppp: PppClient;
  readonly #driver: PppDriver<PppClientEvent>;
  readonly #events: PppLineEvents;
  #keepAlive: KeepAlive | undefined;
  #roundTrip: RoundTrip | undefined;
  readonly #ipv6 = new Ipv6Link({ send: (packet) => this.sendPacket(packet) });
  #pump: PacketPump | undefined;
  /** The device has an address of IPv6. */
  #usesIpv6 = false;
  #onPacket: PacketHandler = () => undefined;

  /** `firstBytes`: what came behind the answer's head. */
  constructor(
    channel: TlsChannel,
    firstBytes: Uint8Array,
    signIn: SignIn,
    { advanced, credentials, ip }: SessionOptions,
    events: PppLineEvents,
  ) {
    this.channel = channel;
    this.#events = events;
    this.#ppp = createPppClient({
      userName: signIn.userName,
      password: signIn.password,
      isOneTimePassword: credentials.kind !== 'password',
      mru: advanced.mru,
      address: ip.mode === 'static' ? ip.address : undefined,
      magic: randomInt(1, 2 ** 32),
      random: (length) => randomBytes(length),
      requestDns: true,
    });
    this.#link = new TunnelLink(
      channel.socket,
      {
        control: (protocol, information) => this.#driver.receive(protocol, information),
        packet: (bytes, start, end) => {
          if (!isIpv6(bytes, start) || !this.#ipv6.receive(bytes, start, end)) {
            this.#onPacket(bytes, start, end);
          }
        },
        // Whatever comes counts as a sign of life, so this one needs no attention.
        keepAliveReply: () => undefined,
        closed: (how) => {
          if (how !== 'destroyed') events.closed(how);
        },
        drain: () => this.#pump?.drain(),
      },
      { firstBytes, framesPerRecord: advanced.framesPerRecord },
    );
    this.#driver = new PppDriver(this.#ppp, this.#link, (event) => this.#onPppEvent(event));
    channel.receive((chunk) => this.#link.push(chunk));
  }

  start(): void {
    this.#driver.start();
  }

  counters(): TrafficCounters {
    return { ...this.#link.counters };
  }

  startKeepAlive(milliseconds: number): void {
    this.#keepAlive = new KeepAlive({
      milliseconds,
      lastReceivedAt: () => this.#link.lastReceivedAt,
      now: () => performance.now(),
      ask: (n) => this.#link.sendKeepAlive(n),
      silent: (quiet) => this.#events.silent(quiet),
    });
  }

  /** Asks the router at once whether it is there; silent for `patience` milliseconds, it is not. */
  probe(patience: number): void {
    this.#keepAlive?.probe(patience);
  }

  /** What the router gives of IPv6; undefined at once where it has not offered any, else within two seconds. */
  async ipv6(): Promise<Ipv6Facts | undefined> {
    return this.#ppp.isIpv6Offered ? this.#ipv6.ask() : undefined;
  }

  /** Sends one IP packet of ours. */
  sendPacket(packet: Uint8Array): void {
    this.#link.sendPacket(packet, 0, packet.length);
  }

  /** Where the router's packets go until `carry` is called. */
  receivePackets(handler: PacketHandler): void {
    this.#onPacket = handler;
  }

  /**
   * From now on packets travel between the router and the device, those of IPv6 if it has `address6`; without a device
   * they are dropped.
   */
  carry(opened: Opened, tun: TunDevice | undefined, address6: string | undefined): void {
    const roundTrip = new RoundTrip(opened, this.#link, this.#ppp, this.#driver);
    this.#roundTrip = roundTrip;
    if (tun === undefined) {
      this.#onPacket = (bytes, start, end) => void roundTrip.receive(bytes, start, end);
      return;
    }
    this.#link.prepareForTraffic({ mtu: opened.mtu });
    const pump = startPump(tun, this.#link, opened.mtu);
    this.#pump = pump;
    this.#usesIpv6 = address6 !== undefined;
    this.#switchIpv6();
    const isForUs = packetsForUs(opened.address, address6);
    this.#onPacket = (bytes, start, end) => {
      if (isForUs(bytes, start) && !roundTrip.receive(bytes, start, end)) pump.packet(bytes, start, end);
    };
  }

  async measureRoundTrip(): Promise<number | undefined> {
    return this.#roundTrip?.measure();
  }

  /**
   * Stops everything at once, says goodbye, and resolves when the router has hung up, or has had its
   * time to. Then the connection is gone.
   */
  async leave(): Promise<void> {
    this.#keepAlive?.stop();
    this.#roundTrip?.close();
    this.#ipv6.close();
    this.#pump?.stop();
    this.#onPacket = () => undefined;
    this.#driver.close();
    this.#driver.stop();
    this.#link.sendClose();
    await this.#hungUp();
    this.#link.destroy();
  }

  #hungUp(): Promise<void> {
    const { socket } = this.channel;
    if (socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GOODBYE_MILLISECONDS);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #onPppEvent(event: PppClientEvent): void {
    switch (event.kind) {
      case 'echo-reply':
        this.#roundTrip?.echoReplied();
        return;
      case 'ipv6-up':
        if (!this.#ipv6.up(event.identifier)) this.#events.ipv6AddressLost();
        this.#switchIpv6();
        return;
      case 'ipv6-down':
        this.#ipv6.down();
        this.#switchIpv6();
        return;
      default:
        this.#events.ppp(event);
    }
  }

  #switchIpv6(): void {
    if (this.#pump !== undefined) this.#pump.carriesIpv6 = this.#usesIpv6 && this.#ipv6.isUp;
  }
}

function isIpv6(bytes: Uint8Array, start: number): boolean {
  return (bytes[start] ?? 0) >>> 4 === 6;
}
