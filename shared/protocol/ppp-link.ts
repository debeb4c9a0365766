import { assertNever } from '../assert-never.ts';
import { ControlCode, decodeControlPacket, encodeControlPacket } from './control-packet.ts';
import { ControlProtocol, type Finish } from './control-protocol.ts';
import type { LcpNegotiation } from './lcp.ts';
import type { Negotiation } from './negotiation.ts';
import type { PppEffect, PppTimer } from './ppp-endpoint.ts';
import { PppProtocol } from './ppp-frame.ts';
import type { ProtocolError } from './protocol-error.ts';

/** RFC 1661 §3.2. `dead`: it is over; only a Terminate-Request is still answered. */
export type PppPhase = 'dead' | 'establish' | 'authenticate' | 'network' | 'terminate';

export interface PppNegotiations {
  readonly lcp: LcpNegotiation;
  readonly ipcp: Negotiation;
  readonly ipv6cp: Negotiation;
}

/** What either end decides for itself. */
export interface PppLinkRole {
  /** LCP is opened: begin to sign in. */
  lcpUp(): void;
  /** LCP is negotiated anew, whatever came after it is void. */
  lcpDown(): void;
  lcpFinished(why: Finish): void;
  ipcpUp(): void;
  ipcpDown(): void;
  ipcpFinished(why: Finish): void;
  /** IPv6 packets may travel, or may not any more, for whatever reason. It ends nothing but itself. */
  ipv6Up(): void;
  ipv6Down(): void;
  /** The link is closed: the peer asked for it, or our own request was acknowledged. Comes once. */
  closed(): void;
  /** A PAP or CHAP packet, LCP being opened. */
  authentication(protocol: number, information: Uint8Array): void;
  /** An IPCP packet came before the network phase. Return true once it may be heard. */
  earlyIpcp(): boolean;
  /** The peer cannot do a protocol that we need. */
  protocolRejected(protocol: number): void;
  echoReplied(identifier: number): void;
}

/**
 * What both ends of a PPP link have in common: LCP, IPCP and IPV6CP, rejects, phases, and the list of effects
 * that the call in hand gives back.
 */
export class PppLink<Event> {
  readonly lcp: ControlProtocol;
  readonly ipcp: ControlProtocol;
  /** Neither started nor listening: the peer is told that we have no IPv6. */
  readonly ipv6cp: ControlProtocol;
  readonly #lcpNegotiation: LcpNegotiation;
  readonly #role: PppLinkRole;
  #effects: PppEffect<Event>[] = [];
  readonly #timers = new Set<PppTimer>();
  #phase: PppPhase = 'dead';
  /** `failed` or `closed` has been said. */
  #over = false;
  #lastMalformed: ProtocolError | undefined;
  #isIpv6Up = false;

  constructor(negotiations: PppNegotiations, role: PppLinkRole) {
    const lcpNegotiation = negotiations.lcp;
    this.#lcpNegotiation = lcpNegotiation;
    this.#role = role;
    const malformed = (error: ProtocolError): void => {
      this.#lastMalformed = error;
    };
    this.lcp = new ControlProtocol(lcpNegotiation, {
      ...this.#timerPorts(PppProtocol.lcp, 'lcp'),
      malformed,
      up: () => role.lcpUp(),
      down: () => {
        this.#leaveNetwork();
        if (this.#phase !== 'terminate') role.lcpDown();
      },
      finished: (why) => role.lcpFinished(why),
      terminated: () => this.reportClosed(),
      lcp: {
        magic: () => lcpNegotiation.magic,
        protocolRejected: (protocol) => this.#protocolRejected(protocol),
        echoReplied: (identifier) => role.echoReplied(identifier),
      },
    });
    this.ipcp = new ControlProtocol(negotiations.ipcp, {
      ...this.#timerPorts(PppProtocol.ipcp, 'ipcp'),
      malformed,
      up: () => role.ipcpUp(),
      down: () => role.ipcpDown(),
      finished: (why) => role.ipcpFinished(why),
      terminated: () => {},
    });
    this.ipv6cp = new ControlProtocol(negotiations.ipv6cp, {
      ...this.#timerPorts(PppProtocol.ipv6cp, 'ipv6cp'),
      malformed,
      up: () => {
        this.#isIpv6Up = true;
        role.ipv6Up();
      },
      down: () => this.#ipv6Down(),
      finished: (why) => {
        // Else it waits for the peer's next request.
        if (why === 'not-converging') this.#leaveIpv6();
        else this.#ipv6Down();
      },
      terminated: () => {},
    });
  }

  /** Nothing more will be said. */
  get over(): boolean {
    return this.#over;
  }

  get phase(): PppPhase {
    return this.#phase;
  }

  set phase(phase: PppPhase) {
    this.#phase = phase;
  }

  /** The last packet that could not be read: a better reason than silence when nothing else came. */
  get lastMalformed(): ProtocolError | undefined {
    return this.#lastMalformed;
  }

  /** Runs `work` and gives back the effects it caused. */
  collect(work: () => void): readonly PppEffect<Event>[] {
    work();
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  event(event: Event): void {
    this.#effects.push({ kind: 'event', event });
  }

  send(protocol: number, information: Uint8Array): void {
    this.#effects.push({ kind: 'send', protocol, information });
  }

  startTimer(timer: PppTimer, milliseconds: number): void {
    this.#timers.add(timer);
    this.#effects.push({ kind: 'start-timer', timer, milliseconds });
  }

  stopTimer(timer: PppTimer): void {
    if (this.#timers.delete(timer)) this.#effects.push({ kind: 'stop-timer', timer });
  }

  /** To the layer that asked for the timer. One that was stopped meanwhile does nothing. */
  timeout(timer: PppTimer, authentication: { timeout(): void }): void {
    if (!this.#timers.delete(timer)) return;
    switch (timer) {
      case 'lcp':
        this.lcp.timeout();
        break;
      case 'authentication':
        authentication.timeout();
        break;
      case 'ipcp':
        this.ipcp.timeout();
        break;
      case 'ipv6cp':
        this.ipv6cp.timeout();
        break;
      default:
        assertNever(timer);
    }
  }

  /** Ends everything at once: one Terminate-Request if the peer may still listen, and no timer left. */
  abandon(): void {
    this.#over = true;
    const listening = this.#phase !== 'dead';
    this.#phase = 'dead';
    if (listening) this.lcp.sendOwn(ControlCode.terminateRequest, new Uint8Array(0));
    this.#stopAllTimers();
  }

  /** Ends the link in order: LCP Terminate-Request, and a while to wait for its acknowledgement. */
  close(): void {
    if (this.#over || this.#phase === 'terminate') return;
    if (this.#phase === 'dead') {
      this.reportClosed();
      return;
    }
    this.#phase = 'terminate';
    this.#leaveNetwork();
    this.lcp.close();
  }

  /** The link is closed, by the peer or by us. Says so once, and never after a failure. */
  reportClosed(): void {
    if (this.#over) return;
    this.#over = true;
    this.#phase = 'dead';
    this.#stopAllTimers();
    this.#role.closed();
  }

  #leaveNetwork(): void {
    this.ipcp.down();
    this.stopTimer('ipcp');
    this.stopTimer('authentication');
    this.#leaveIpv6();
  }

  #leaveIpv6(): void {
    this.ipv6cp.down();
    this.stopTimer('ipv6cp');
    this.#ipv6Down();
  }

  #ipv6Down(): void {
    if (!this.#isIpv6Up) return;
    this.#isIpv6Up = false;
    if (!this.#over) this.#role.ipv6Down();
  }

  #stopAllTimers(): void {
    for (const timer of this.#timers) this.stopTimer(timer);
  }

  receive(protocol: number, information: Uint8Array): void {
    if (this.#phase === 'dead') {
      this.#receiveDead(protocol, information);
      return;
    }
    if (protocol === PppProtocol.lcp) {
      this.lcp.receive(information);
      return;
    }
    // RFC 1661 §3.4: until LCP is opened all else is silently discarded.
    if (this.lcp.state !== 'opened') return;
    switch (protocol) {
      case PppProtocol.pap:
      case PppProtocol.chap:
        this.#role.authentication(protocol, information);
        break;
      case PppProtocol.ipcp:
        if (this.#phase === 'network' || this.#role.earlyIpcp()) this.ipcp.receive(information);
        break;
      case PppProtocol.ipv6cp:
        this.#receiveIpv6cp(information);
        break;
      case PppProtocol.ccp:
        this.#receiveCcp(information);
        break;
      default:
        this.#rejectProtocol(protocol, information);
    }
  }

  noteMalformed(error: ProtocolError): void {
    this.#lastMalformed = error;
  }

  #receiveIpv6cp(information: Uint8Array): void {
    // RFC 1661 §3.5: before that it is silently discarded.
    if (this.#phase !== 'network') return;
    if (this.ipv6cp.state === 'initial') this.#rejectProtocol(PppProtocol.ipv6cp, information);
    else this.ipv6cp.receive(information);
  }

  #receiveDead(protocol: number, information: Uint8Array): void {
    if (protocol !== PppProtocol.lcp) return;
    const packet = decodeControlPacket(information);
    if (!packet.ok || packet.value.code !== ControlCode.terminateRequest) return;
    this.send(PppProtocol.lcp, encodeControlPacket(ControlCode.terminateAck, packet.value.identifier));
  }

  /** Every compression is refused (RFC 1962): we have none, and the tunnel is TLS. */
  #receiveCcp(information: Uint8Array): void {
    const packet = decodeControlPacket(information);
    if (!packet.ok) {
      this.#lastMalformed = packet.error;
      return;
    }
    const { code, identifier, data } = packet.value;
    if (code === ControlCode.configureRequest && data.length > 0) {
      this.send(PppProtocol.ccp, encodeControlPacket(ControlCode.configureReject, identifier, data));
    } else if (code === ControlCode.configureRequest) {
      this.#rejectProtocol(PppProtocol.ccp, information);
    } else if (code === ControlCode.terminateRequest) {
      this.send(PppProtocol.ccp, encodeControlPacket(ControlCode.terminateAck, identifier));
    }
  }

  /** RFC 1661 §5.7: the protocol's number and a copy of what came, cut to the peer's MRU. */
  #rejectProtocol(protocol: number, information: Uint8Array): void {
    const data = new Uint8Array(2 + information.length);
    data[0] = protocol >>> 8;
    data[1] = protocol;
    data.set(information, 2);
    this.lcp.sendOwn(ControlCode.protocolReject, data);
  }

  #protocolRejected(protocol: number): void {
    switch (protocol) {
      case PppProtocol.pap:
      case PppProtocol.chap:
      case PppProtocol.ipcp:
      case PppProtocol.ipv4:
        this.#role.protocolRejected(protocol);
        break;
      case PppProtocol.ipv6cp:
      case PppProtocol.ipv6:
        this.#leaveIpv6();
        break;
      default:
        // LCP itself ends through the automaton; CCP is no loss.
        break;
    }
  }

  #timerPorts(protocol: number, timer: PppTimer) {
    return {
      send: (packet: Uint8Array): void => this.send(protocol, packet),
      startTimer: (milliseconds: number): void => this.startTimer(timer, milliseconds),
      stopTimer: (): void => this.stopTimer(timer),
      peerMru: (): number => this.#lcpNegotiation.peerMru,
    };
  }
}
