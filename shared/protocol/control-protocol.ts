import { assertNever } from '../assert-never.ts';
import {
  type AutomatonAction,
  type AutomatonEvent,
  type AutomatonState,
  restartTimerRuns,
  transition,
} from './automaton.ts';
import {
  CONTROL_HEADER_LENGTH,
  ControlCode,
  type ControlPacket,
  decodeControlPacket,
  encodeControlPacket,
} from './control-packet.ts';
import { type Negotiation, refusalOf } from './negotiation.ts';
import { decodeOptions, encodeOptions, sameBytes } from './options.ts';
import { PppProtocol } from './ppp-frame.ts';
import type { ProtocolError } from './protocol-error.ts';

/** RFC 1661 §4.6. */
export const RESTART_MILLISECONDS = 3000;
export const MAX_CONFIGURE = 10;
export const MAX_TERMINATE = 2;
/**
 * Naks and Rejects that we answer by a new request before we give up. The RFC has no such bound, but
 * each of them restarts its own counter, so a peer that always refuses would keep us busy for ever.
 */
export const MAX_REFUSALS = 20;

/** Why a control protocol came to its end. */
export type Finish = 'no-answer' | 'not-converging' | 'rejected' | 'terminated';

export interface ControlProtocolPorts {
  send(packet: Uint8Array): void;
  startTimer(milliseconds: number): void;
  stopTimer(): void;
  /** This-layer-up and -down. */
  up(): void;
  down(): void;
  finished(why: Finish): void;
  /** The peer sent a Terminate-Request; it has been acknowledged. */
  terminated(): void;
  /** A packet was dropped because it cannot be read (RFC 1661 §5: silently). */
  malformed(error: ProtocolError): void;
  /** Bytes of information that the peer takes. */
  peerMru(): number;
  /** Present for LCP alone, whose codes go to 11. */
  readonly lcp?: {
    magic(): number;
    protocolRejected(protocol: number): void;
    echoReplied(identifier: number): void;
  };
}

/**
 * One control protocol: the automaton, its restart timer and counters, its packets. It neither throws
 * nor keeps more than its last request, whatever is received.
 */
export class ControlProtocol {
  readonly #negotiation: Negotiation;
  readonly #ports: ControlProtocolPorts;
  #state: AutomatonState = 'initial';
  #restartCounter = 0;
  #failures = 0;
  #refusals = 0;
  /** Of the next request of ours. */
  #identifier = 0;
  #requestIdentifier = 0;
  #requestData: Uint8Array = new Uint8Array(0);
  /** The last request has no answer yet: a second answer to it, after a retransmission, is dropped. */
  #outstanding = false;
  #timerRunning = false;
  /** What the packet in hand is to be answered with. */
  #answer: { readonly code: number; readonly data: Uint8Array } | undefined;
  #received: ControlPacket | undefined;
  /** Why the layer will be finished, once tlf comes. */
  #why: Finish = 'terminated';
  #silent = false;

  constructor(negotiation: Negotiation, ports: ControlProtocolPorts) {
    this.#negotiation = negotiation;
    this.#ports = ports;
  }

  get state(): AutomatonState {
    return this.#state;
  }

  /** The layer below is there. Together: sends the first Configure-Request. */
  start(): void {
    this.#apply('Open');
    this.#apply('Up');
  }

  /**
   * The layer below is there, and the peer is to begin: RFC 1661 §4.1's passive opening, which waits in Stopped. A
   * peer that never asks hears nothing of us.
   */
  listen(): void {
    this.down();
    this.#state = 'stopped';
  }

  /** The layer below is gone; no port hears of it. Starting afterwards begins afresh. */
  down(): void {
    this.#silent = true;
    this.#apply('Down');
    this.#apply('Close');
    this.#silent = false;
    this.#outstanding = false;
    this.#failures = 0;
    this.#refusals = 0;
  }

  close(): void {
    this.#why = 'terminated';
    this.#apply('Close');
  }

  timeout(): void {
    if (!this.#timerRunning) return;
    this.#timerRunning = false;
    const closing = this.#state === 'closing' || this.#state === 'stopping';
    this.#why = closing ? 'terminated' : 'no-answer';
    this.#apply(this.#restartCounter > 0 ? 'TO+' : 'TO-');
  }

  /** A packet outside negotiation, for example an Echo-Request. Returns its identifier. */
  sendOwn(code: number, data: Uint8Array): number {
    const identifier = this.#takeIdentifier();
    this.#send(code, identifier, data);
    return identifier;
  }

  receive(information: Uint8Array): void {
    const decoded = decodeControlPacket(information);
    if (!decoded.ok) {
      this.#ports.malformed(decoded.error);
      return;
    }
    const packet = decoded.value;
    this.#received = packet;
    switch (packet.code) {
      case ControlCode.configureRequest:
        this.#receiveRequest(packet);
        break;
      case ControlCode.configureAck:
        this.#receiveAck(packet);
        break;
      case ControlCode.configureNak:
      case ControlCode.configureReject:
        this.#receiveRefusal(packet);
        break;
      case ControlCode.terminateRequest:
        this.#why = 'terminated';
        this.#apply('RTR');
        if (this.#state !== 'initial' && this.#state !== 'starting') this.#ports.terminated();
        break;
      case ControlCode.terminateAck:
        this.#why = 'terminated';
        this.#apply('RTA');
        break;
      case ControlCode.codeReject:
        this.#receiveCodeReject(packet);
        break;
      default:
        if (!this.#receiveLcpOnly(packet)) this.#apply('RUC');
    }
    this.#received = undefined;
    this.#answer = undefined;
  }

  #receiveRequest(packet: ControlPacket): void {
    const decoded = decodeOptions(packet.data);
    if (!decoded.ok) {
      this.#ports.malformed(decoded.error);
      return;
    }
    if (!this.#negotiates()) {
      this.#apply('RCR+');
      return;
    }
    const options = decoded.value;
    const refusal = refusalOf(options, this.#negotiation.judge(options), this.#failures);
    if (refusal === undefined) {
      this.#failures = 0;
      this.#answer = { code: ControlCode.configureAck, data: packet.data };
      this.#negotiation.accept(options);
      this.#apply('RCR+');
    } else {
      if (refusal.code === ControlCode.configureNak) this.#failures += 1;
      this.#answer = { code: refusal.code, data: encodeOptions(refusal.options) };
      this.#apply('RCR-');
    }
  }

  /** Whether a Configure-Request is judged in this state, rather than ignored or answered by Terminate-Ack. */
  #negotiates(): boolean {
    switch (this.#state) {
      case 'initial':
      case 'starting':
      case 'closed':
      case 'closing':
      case 'stopping':
        return false;
      default:
        return true;
    }
  }

  #receiveAck(packet: ControlPacket): void {
    // RFC 1661 §5.2: the identifier and the options must be those of our last request.
    if (!this.#answersRequest(packet) || !sameBytes(packet.data, this.#requestData)) return;
    this.#outstanding = false;
    if (this.#negotiates() && this.#negotiation.acknowledged() === 'ask-again') {
      this.#apply('RCN');
      return;
    }
    this.#apply('RCA');
  }

  #receiveRefusal(packet: ControlPacket): void {
    if (!this.#answersRequest(packet)) return;
    const decoded = decodeOptions(packet.data);
    if (!decoded.ok) {
      this.#ports.malformed(decoded.error);
      return;
    }
    this.#outstanding = false;
    if (this.#negotiates()) {
      this.#refusals += 1;
      const how = packet.code === ControlCode.configureNak ? 'nak' : 'reject';
      if (this.#refusals > MAX_REFUSALS || this.#negotiation.refused(how, decoded.value) === 'give-up') {
        this.#ports.finished('not-converging');
        return;
      }
    }
    this.#apply('RCN');
  }

  #answersRequest(packet: ControlPacket): boolean {
    return this.#outstanding && packet.identifier === this.#requestIdentifier;
  }

  #receiveCodeReject(packet: ControlPacket): void {
    const rejected = packet.data[0];
    if (rejected === undefined) return;
    // Without the seven basic codes no negotiation is possible.
    const fatal = rejected >= ControlCode.configureRequest && rejected <= ControlCode.codeReject;
    if (fatal) this.#receiveFatalReject();
    else this.#apply('RXJ+');
  }

  /** Said at once: the automaton would wait for the peer to agree to the end. */
  #receiveFatalReject(): void {
    const alive = this.#negotiates() && this.#state !== 'stopped';
    this.#why = alive ? 'rejected' : 'terminated';
    this.#apply('RXJ-');
    if (alive) this.#ports.finished('rejected');
  }

  /** LCP's own codes. False when the code is not known here. */
  #receiveLcpOnly(packet: ControlPacket): boolean {
    const lcp = this.#ports.lcp;
    if (lcp === undefined) return false;
    switch (packet.code) {
      case ControlCode.protocolReject: {
        const [high, low] = packet.data;
        // RFC 1661 §5.7: elsewhere than in Opened it is discarded.
        if (this.#state !== 'opened' || high === undefined || low === undefined) return true;
        const protocol = (high << 8) | low;
        if (protocol === PppProtocol.lcp) {
          this.#receiveFatalReject();
          return true;
        }
        this.#apply('RXJ+');
        lcp.protocolRejected(protocol);
        return true;
      }
      case ControlCode.echoRequest: {
        const data = new Uint8Array(Math.max(packet.data.length, 4));
        data.set(packet.data);
        writeMagic(data, lcp.magic());
        this.#answer = { code: ControlCode.echoReply, data };
        this.#apply('RXR');
        return true;
      }
      case ControlCode.echoReply:
        if (this.#state === 'opened') lcp.echoReplied(packet.identifier);
        return true;
      case ControlCode.discardRequest:
        return true;
      default:
        return false;
    }
  }

  #apply(event: AutomatonEvent): void {
    const change = transition(this.#state, event);
    if (change === undefined) return;
    this.#state = change.next;
    if (this.#timerRunning && !restartTimerRuns(change.next)) {
      this.#timerRunning = false;
      this.#ports.stopTimer();
    }
    for (const action of change.actions) this.#act(action, event, change.actions);
  }

  #act(action: AutomatonAction, event: AutomatonEvent, together: readonly AutomatonAction[]): void {
    switch (action) {
      case 'tlu':
        this.#refusals = 0;
        this.#ports.up();
        break;
      case 'tld':
        if (!this.#silent) this.#ports.down();
        break;
      case 'tls':
        break;
      case 'tlf':
        if (!this.#silent) this.#ports.finished(this.#why);
        break;
      case 'irc':
        this.#restartCounter = together.includes('str') ? MAX_TERMINATE : MAX_CONFIGURE;
        break;
      case 'zrc':
        this.#restartCounter = 0;
        this.#startTimer();
        break;
      case 'scr':
        this.#sendRequest(event === 'TO+');
        break;
      case 'sca':
      case 'scn':
      case 'ser':
        this.#sendAnswer();
        break;
      case 'str':
        this.#restartCounter -= 1;
        this.#send(ControlCode.terminateRequest, this.#takeIdentifier());
        this.#startTimer();
        break;
      case 'sta':
        this.#send(ControlCode.terminateAck, this.#received?.identifier ?? this.#takeIdentifier());
        break;
      case 'scj':
        this.#sendCodeReject();
        break;
      default:
        assertNever(action);
    }
  }

  /** A retransmission keeps its identifier (RFC 1661 §5.1 allows it), so that a late answer still counts. */
  #sendRequest(again: boolean): void {
    this.#restartCounter -= 1;
    const data = encodeOptions(this.#negotiation.request());
    if (!again || !sameBytes(data, this.#requestData)) this.#requestIdentifier = this.#takeIdentifier();
    this.#requestData = data;
    this.#outstanding = true;
    this.#send(ControlCode.configureRequest, this.#requestIdentifier, this.#requestData);
    this.#startTimer();
  }

  #sendAnswer(): void {
    if (this.#answer === undefined || this.#received === undefined) return;
    this.#send(this.#answer.code, this.#received.identifier, this.#answer.data);
  }

  #sendCodeReject(): void {
    if (this.#received === undefined) return;
    const { code, identifier, data } = this.#received;
    this.#send(ControlCode.codeReject, this.#takeIdentifier(), encodeControlPacket(code, identifier, data));
  }

  /** Cut to the peer's MRU, as RFC 1661 §5.6 has it; only copies of what it sent can be that long. */
  #send(code: number, identifier: number, data: Uint8Array = new Uint8Array(0)): void {
    const room = Math.min(this.#ports.peerMru(), LARGEST_PACKET) - CONTROL_HEADER_LENGTH;
    this.#ports.send(encodeControlPacket(code, identifier, data.subarray(0, room)));
  }

  #startTimer(): void {
    this.#timerRunning = true;
    this.#ports.startTimer(RESTART_MILLISECONDS);
  }

  #takeIdentifier(): number {
    const identifier = this.#identifier;
    this.#identifier = (identifier + 1) & 0xff;
    return identifier;
  }
}

/** A frame carries no more, whatever the peer would take. */
const LARGEST_PACKET = 1500;

function writeMagic(target: Uint8Array, magic: number): void {
  new DataView(target.buffer, target.byteOffset).setUint32(0, magic);
}
