import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { readUint16 } from '../../shared/ip/byte-order.ts';
import {
  encodeIcmpEcho,
  encodeIcmpUnreachable,
  parseIcmpEcho,
  TYPE_ECHO_REQUEST,
  UnreachableCode,
} from '../../shared/ip/icmp.ts';
import { IpProtocol, parseIpv4 } from '../../shared/ip/ipv4.ts';
import type { Ipv4Packet } from '../../shared/ip/ipv4.ts';
import { TcpServer } from '../../shared/ip/tcp-server.ts';
import type { TcpRequest, TcpServerEffect } from '../../shared/ip/tcp-server.ts';
import { encodeUdp, parseUdp } from '../../shared/ip/udp.ts';
import { RequestHeadParser } from '../../shared/protocol/http-connect.ts';
import type { HttpRequestHead } from '../../shared/protocol/http-connect.ts';
import { encodeAnswer, htmlAnswer } from '../http-message.ts';
import type { HttpAnswer } from '../http-message.ts';
import { answerDns } from './dns-responder.ts';
import type { DnsZone } from './dns-responder.ts';
import type { LanSession } from './lan.ts';

const DNS_PORT = 53;
const HTTP_PORT = 80;
const IPV4_AND_TCP_HEADERS = 40;
/** Per tunnel: one user cannot use up what others need. */
const MAXIMUM_CONNECTIONS = 32;
const MAXIMUM_REQUEST = 8192;
const IDLE_MILLISECONDS = 10_000;

/** A host in user space. All of them answer ICMP echo, and DNS from the router's zone. */
export interface LocalHost {
  /** What its Server header says. */
  readonly server: string;
  /** Its web server on port 80, asked by the user of `session`. */
  http(request: HttpRequestHead, session: LanSession): HttpAnswer;
}

/** Of hosts in user space, all but their services: `refuse` = closed, `pass` = somebody else's. */
export type OtherPorts = 'refuse' | 'pass';

/** The hosts in user space as one tunnel sees them: ICMP echo, UDP 53, TCP 80. */
export class HostStack {
  readonly #session: LanSession;
  readonly #hosts: ReadonlyMap<number, LocalHost>;
  readonly #zone: DnsZone;
  readonly #otherPorts: OtherPorts;
  readonly #tcp: TcpServer;
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #closed = false;

  /** @param hosts by address */
  constructor(
    session: LanSession,
    hosts: ReadonlyMap<number, LocalHost>,
    zone: DnsZone,
    otherPorts: OtherPorts,
  ) {
    this.#session = session;
    this.#hosts = hosts;
    this.#zone = zone;
    this.#otherPorts = otherPorts;
    this.#tcp = new TcpServer({
      maximumConnections: MAXIMUM_CONNECTIONS,
      maximumSegmentSize: Math.max(1, session.mtu - IPV4_AND_TCP_HEADERS),
      maximumRequest: MAXIMUM_REQUEST,
      idleMilliseconds: IDLE_MILLISECONDS,
      initialSequence: () => randomBytes(4).readUInt32BE(),
      listens: (_, port) => port === HTTP_PORT,
      respond: (request) => this.#respond(request),
    });
  }

  /**
   * One packet to one of the hosts. Valid during the call only.
   *
   * @returns false when it is for none of our services and other ports are to be passed on
   */
  receive(bytes: Uint8Array, start: number, end: number): boolean {
    const packet = this.#closed ? undefined : parseIpv4(bytes, start, end);
    if (packet === undefined || !this.#hosts.has(packet.destination)) {
      return true;
    }
    if (this.#otherPorts === 'pass' && !isForService(bytes, packet)) {
      return false;
    }
    // Nothing here needs reassembly: echo, DNS and HTTP requests of any sane size come whole.
    if (!packet.fragment) {
      this.#receiveWhole(bytes, packet, end);
    }
    return true;
  }

  #receiveWhole(bytes: Uint8Array, packet: Ipv4Packet, end: number): void {
    switch (packet.protocol) {
      case IpProtocol.icmp:
        this.#receiveIcmp(bytes, packet);
        break;
      case IpProtocol.udp:
        this.#receiveUdp(bytes, packet, end);
        break;
      case IpProtocol.tcp:
        this.#carryOut(this.#tcp.receive(bytes, packet));
        break;
      default:
        this.#refuse(packet.destination, UnreachableCode.protocol, bytes, packet.start, end);
    }
  }

  /** Ends all connections without a word. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) {
      clearTimeout(timer);
    }
    this.#timers.clear();
  }

  #receiveIcmp(bytes: Uint8Array, packet: Ipv4Packet): void {
    const echo = parseIcmpEcho(bytes, packet);
    if (echo?.kind !== 'request') {
      return;
    }
    const { identifier, sequence } = echo;
    const fields = { source: packet.destination, destination: packet.source, identifier, sequence };
    this.#send(encodeIcmpEcho({ ...fields, kind: 'reply' }, bytes.subarray(echo.dataStart, echo.dataEnd)));
  }

  #receiveUdp(bytes: Uint8Array, packet: Ipv4Packet, end: number): void {
    const datagram = parseUdp(bytes, packet);
    if (datagram === undefined) {
      return;
    }
    if (datagram.destinationPort !== DNS_PORT) {
      this.#refuse(packet.destination, UnreachableCode.port, bytes, packet.start, end);
      return;
    }
    const answer = answerDns(bytes.subarray(datagram.dataStart, datagram.dataEnd), this.#zone);
    if (answer !== undefined) {
      const { source, destination } = packet;
      const fields = { source: destination, destination: source, sourcePort: DNS_PORT };
      this.#send(encodeUdp({ ...fields, destinationPort: datagram.sourcePort }, answer));
    }
  }

  #refuse(source: number, code: number, bytes: Uint8Array, start: number, end: number): void {
    const packet = encodeIcmpUnreachable(source, code, bytes, start, end);
    if (packet !== undefined) {
      this.#send(packet);
    }
  }

  #respond(request: TcpRequest): Uint8Array | undefined {
    const host = this.#hosts.get(request.address);
    if (host === undefined || (!holdsWholeHead(request.bytes) && !request.finished)) {
      return undefined;
    }
    const progress = new RequestHeadParser().push(request.bytes);
    const options = { server: host.server, date: undefined };
    if (!progress.ok || !progress.value.done) {
      return encodeAnswer(htmlAnswer(400, '<h1>Bad Request</h1>\n'), options);
    }
    const { head } = progress.value;
    if (head.method !== 'GET' && head.method !== 'HEAD') {
      return encodeAnswer(htmlAnswer(501, '<h1>Not Implemented</h1>\n'), options);
    }
    const answer = host.http(head, this.#session);
    return encodeAnswer(answer, { ...options, withoutBody: head.method === 'HEAD' });
  }

  #carryOut(effects: readonly TcpServerEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') {
        this.#send(effect.packet);
        continue;
      }
      const { connection } = effect;
      clearTimeout(this.#timers.get(connection));
      this.#timers.delete(connection);
      // A write may have ended the session meanwhile: no timer may outlive it.
      if (effect.kind === 'start-timer' && !this.#closed) {
        const run = (): void => {
          this.#timers.delete(connection);
          this.#carryOut(this.#tcp.timeout(connection));
        };
        this.#timers.set(connection, setTimeout(run, effect.milliseconds));
      }
    }
  }

  /** A full tunnel loses the packet, as a router's full queue does: whoever needs it asks again. */
  #send(packet: Uint8Array): void {
    this.#session.send(packet, 0, packet.length);
  }
}

/** Decides without looking closer: whether the rest is right is the service's business. */
function isForService(bytes: Uint8Array, packet: Ipv4Packet): boolean {
  const { protocol, payloadStart, fragment } = packet;
  const port = readUint16(bytes, payloadStart + 2);
  return (
    !fragment &&
    ((protocol === IpProtocol.icmp && bytes[payloadStart] === TYPE_ECHO_REQUEST) ||
      (protocol === IpProtocol.udp && port === DNS_PORT) ||
      (protocol === IpProtocol.tcp && port === HTTP_PORT))
  );
}

function holdsWholeHead(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return text.includes('\r\n\r\n') || text.includes('\n\n');
}
