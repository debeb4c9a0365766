import { randomBytes, randomInt } from 'node:crypto';
import { startPump } from '../../datapath/packet-pump.ts';
import type { TunDevice } from '../../datapath/tun-device.ts';
import { TunnelLink, type LinkEnd } from '../../datapath/tunnel-link.ts';
import type { TrafficCounters } from '../../shared/connection.ts';
import { KeepAlive } from './keep-alive.ts';
import { createPppClient, type PppClient, type PppClientEvent } from './ppp-client.ts';
import { PppDriver } from './ppp-driver.ts';
import { RoundTrip } from './round-trip.ts';
import type { SessionOptions } from './session-types.ts';
import type { SignIn } from './sign-in-code.ts';
import type { TlsChannel } from './tls-channel.ts';

export type Opened = Extract<PppClientEvent, { kind: 'opened' }>;

export interface PppLineEvents {
  /** All but `echo-reply`. */
  ppp(event: Exclude<PppClientEvent, { kind: 'echo-reply' }>): void;
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
  #onPacket: PacketHandler = () => undefined;
  #onDrain: () => void = () => undefined;

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
        packet: (bytes, start, end) => this.#onPacket(bytes, start, end),
        // Whatever comes counts as a sign of life, so this one needs no attention.
        keepAliveReply: () => undefined,
        closed: (how) => {
          if (how !== 'destroyed') events.closed(how);
        },
        drain: () => this.#onDrain(),
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

  /** Sends one IPv4 packet of ours. */
  sendPacket(packet: Uint8Array): void {
    this.#link.sendPacket(packet, 0, packet.length);
  }

  /** Where the router's packets go until `carry` is called. */
  receivePackets(handler: PacketHandler): void {
    this.#onPacket = handler;
  }

  /** From now on packets travel between the router and the device; without one they are dropped. */
  carry(opened: Opened, tun: TunDevice | undefined): void {
    const roundTrip = new RoundTrip(opened, this.#link, this.#ppp, this.#driver);
    this.#roundTrip = roundTrip;
    if (tun === undefined) {
      this.#onPacket = (bytes, start, end) => void roundTrip.receive(bytes, start, end);
      return;
    }
    this.#link.prepareForTraffic({ mtu: opened.mtu });
    const pump = startPump(tun, this.#link, opened.mtu);
    this.#stopPump = () => pump.stop();
    this.#onDrain = () => pump.drain();
    this.#onPacket = (bytes, start, end) => {
      if (!roundTrip.receive(bytes, start, end)) pump.packet(bytes, start, end);
    };
  }

  #stopPump: () => void = () => undefined;

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
    this.#stopPump();
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
    if (event.kind === 'echo-reply') this.#roundTrip?.echoReplied();
    else this.#events.ppp(event);
  }
}
