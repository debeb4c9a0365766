import type { TrafficCounters } from '../shared/connection.ts';
import { parseIpv4Address } from '../shared/ip/ipv4-address.ts';
import { type ConnectionRow, formatUpTime } from './connection-management.ts';
import type { DialInUser } from './dial-in-user.ts';
import type { LanPort, LanSession } from './lan/lan.ts';
import { TotpSecondStep } from './second-step.ts';
import type { SessionParts } from './session-parts.ts';
import { TunnelIpv6 } from './tunnel-ipv6.ts';
import { TrafficWatch } from './traffic-watch.ts';

export interface UpTunnelOptions {
  readonly vpn: number;
  readonly user: DialInUser;
  /** Inside the tunnel. */
  readonly address: string;
  readonly mtu: number;
  readonly remoteAddress: string;
  /** For example "TLS_AES_256_GCM_SHA384". */
  readonly cipher: string;
  /** The link's live numbers. */
  readonly counters: TrafficCounters;
  /** False = the link has no room. */
  readonly sendPacket: (bytes: Uint8Array, start: number, end: number) => boolean;
}

/** Interface identifiers of the two ends of the link, 8 bytes: the router's and the client's. */
export interface LinkIdentifiers {
  readonly identifier: Uint8Array;
  readonly peerIdentifier: Uint8Array;
}

const IPV4_HEADER_LENGTH = 20;
const SOURCE = 12;
const DESTINATION = 16;

/** A tunnel that has its address: its packets between client and LAN, its row, its idleness. */
export class UpTunnel {
  readonly user: DialInUser;
  readonly #options: UpTunnelOptions;
  readonly #gateway: number;
  readonly #since: number;
  readonly #traffic: TrafficWatch;
  readonly #secondStep: TotpSecondStep;
  readonly #port: LanPort | undefined;
  readonly #parts: SessionParts;
  #ipv6: TunnelIpv6 | undefined;
  #attached = true;

  constructor(parts: SessionParts, options: UpTunnelOptions) {
    const now = parts.clock();
    this.user = options.user;
    this.#parts = parts;
    this.#options = options;
    this.#gateway = parseIpv4Address(parts.config.ppp.gateway) ?? 0;
    this.#since = now;
    this.#traffic = new TrafficWatch(options.counters, now);
    this.#secondStep = new TotpSecondStep(options.vpn, {
      userName: options.user.userName,
      secret: options.user.totp?.secret,
      address: options.remoteAddress,
      rules: parts.totp,
      bruteForce: parts.bruteForce,
      syslog: parts.syslog,
    });
    this.#port = parts.lan?.attach({
      ...this.#session,
      address: options.address,
      send: (bytes, start, end) => this.#send(bytes, start, end),
    });
  }

  get #session(): Pick<LanSession, 'mtu' | 'secondStep'> {
    return { mtu: this.#options.mtu, secondStep: this.#secondStep };
  }

  /** IPV6CP is opened. */
  ipv6Up(identifiers: LinkIdentifiers): void {
    const { ipv6, lan } = this.#parts;
    if (ipv6 === undefined) return;
    this.ipv6Down();
    this.#ipv6 = TunnelIpv6.open({
      ...identifiers,
      network: ipv6,
      lan,
      session: { ...this.#session, send: (bytes, start, end) => this.#send6(bytes, start, end) },
    });
  }

  ipv6Down(): void {
    this.#ipv6?.close();
    this.#ipv6 = undefined;
  }

  /** From the client. */
  receive(bytes: Uint8Array, start: number, end: number): void {
    if ((bytes[start] ?? 0) >>> 4 === 6) {
      this.#ipv6?.receive(bytes, start, end);
      return;
    }
    if (this.#port === undefined || end - start < IPV4_HEADER_LENGTH) return;
    if (this.#secondStep.due() && addressAt(bytes, start + DESTINATION) !== this.#gateway) return;
    this.#port.receive(bytes, start, end);
  }

  /** The link has room again. */
  drained(): void {
    this.#port?.drained();
    this.#ipv6?.drained();
  }

  detach(): void {
    this.#attached = false;
    this.#port?.detach();
    this.ipv6Down();
  }

  /** True = idle for the user's idle timeout. */
  isIdle(now: number): boolean {
    this.#traffic.sample(now);
    const timeout = this.user.idleTimeoutSeconds * 1000;
    return timeout > 0 && this.#traffic.idleFor(now) >= timeout;
  }

  row(now: number): ConnectionRow {
    const { vpn, address, remoteAddress, cipher, counters } = this.#options;
    const upTimeSeconds = Math.max(0, (now - this.#since) / 1000);
    return {
      vpn,
      userIndex: this.user.index,
      userName: this.user.userName,
      type: `SSL Tunnel ${cipher}`,
      remoteAddress,
      virtualNetwork: this.#ipv6 === undefined ? `${address}/32` : `${address}/32, ${this.#ipv6.address}/128`,
      txPackets: counters.sentPackets,
      txBytes: counters.sentBytes,
      txRate: this.#traffic.txRate,
      rxPackets: counters.receivedPackets,
      rxBytes: counters.receivedBytes,
      rxRate: this.#traffic.rxRate,
      upTimeSeconds,
      upTime: formatUpTime(upTimeSeconds),
      authenticated: !this.#secondStep.due(),
    };
  }

  #send(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#attached) return false;
    // dropped as a router drops: taken, and gone
    const length = end - start;
    if (length > this.#options.mtu || length < IPV4_HEADER_LENGTH) return true;
    if (this.#secondStep.due() && addressAt(bytes, start + SOURCE) !== this.#gateway) return true;
    return this.#options.sendPacket(bytes, start, end);
  }

  #send6(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#attached && this.#options.sendPacket(bytes, start, end);
  }
}

/** The address, big-endian, at `at` in an IPv4 header. */
function addressAt(bytes: Uint8Array, at: number): number {
  const upper = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const lower = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  return upper * 65_536 + lower;
}
