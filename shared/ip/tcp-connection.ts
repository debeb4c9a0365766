import {
  DEFAULT_MAXIMUM_SEGMENT_SIZE,
  encodeTcp,
  sequenceAdd,
  sequenceDifference,
  TcpFlag,
} from './tcp-segment.ts';
import type { TcpSegment } from './tcp-segment.ts';

/** RFC 6298 §2: before a round trip was measured. Doubles with each retransmission. */
const RETRANSMISSION_MILLISECONDS = 1000;
const MAXIMUM_RETRANSMISSIONS = 5;
/** RFC 6928: what may be under way at first. We never need more. */
const SEGMENTS_IN_FLIGHT = 10;
const RECEIVE_WINDOW = 16_384;

/** How a connection ended. `refused` = RST to our SYN; `too-long` = more data than we are willing to take. */
export type TcpEnd = 'finished' | 'refused' | 'reset' | 'timed-out' | 'too-long';

/** What is to be carried out, in order. There is one timer; starting it again replaces it. */
export type TcpEffect =
  /** A whole IPv4 packet. */
  | { readonly kind: 'send'; readonly packet: Uint8Array }
  | { readonly kind: 'start-timer'; readonly milliseconds: number }
  | { readonly kind: 'stop-timer' }
  /** The next bytes of the stream: a copy, may be kept. */
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  /** The peer's FIN: no more data comes. */
  | { readonly kind: 'finished' }
  /** Exactly once, and the last effect of a connection. */
  | { readonly kind: 'closed'; readonly how: TcpEnd };

export interface TcpConnectionOptions {
  /** Ours. */
  readonly source: number;
  readonly sourcePort: number;
  readonly destination: number;
  readonly destinationPort: number;
  /** Unpredictable 32-bit number (RFC 6528). */
  readonly initialSequence: number;
  /** What we take and the most that we send: the tunnel's MTU less 40. */
  readonly maximumSegmentSize: number;
  /** Bytes that we are willing to receive on this connection. */
  readonly maximumReceive: number;
  /** Silence with nothing under way after which the connection is given up. */
  readonly idleMilliseconds: number;
}

/**
 * One end of one TCP connection (RFC 9293), pure: packets and expired timers go in, effects come out.
 * Made for short exchanges over a link that hardly ever loses anything: what comes out of order is dropped
 * and acknowledged again, loss is repaired by the timer alone, there is no congestion control beyond a fixed
 * window, and no TIME-WAIT: a FIN repeated after the end finds no connection and is answered by RST.
 *
 * Positions in both directions are counted from the SYN, which is position 0: data begins at 1.
 */
export class TcpConnection {
  #state: 'new' | 'syn-sent' | 'syn-received' | 'open' | 'closed' = 'new';
  readonly #options: TcpConnectionOptions;
  #effects: TcpEffect[] = [];

  #outgoing = new Uint8Array(0);
  /** A FIN follows the outgoing data. */
  #finishing = false;
  #unacknowledged = 0;
  #next = 0;
  #highestSent = 0;
  #sendWindow = 1;
  #segmentSize: number;
  #retransmissions = 0;

  #peerInitialSequence = 0;
  /** Position that we expect next, which is what our acknowledgments say. */
  #expected = 0;
  #finReceived = false;

  constructor(options: TcpConnectionOptions) {
    this.#options = options;
    this.#segmentSize = Math.min(DEFAULT_MAXIMUM_SEGMENT_SIZE, options.maximumSegmentSize);
  }

  get closed(): boolean {
    return this.#state === 'closed';
  }

  /** Active open: sends a SYN. */
  open(): readonly TcpEffect[] {
    if (this.#state === 'new') {
      this.#state = 'syn-sent';
      this.#transmit(1);
    }
    return this.#take(true);
  }

  /** Passive open: answers the SYN that made this connection. */
  accept(syn: TcpSegment): readonly TcpEffect[] {
    if (this.#state === 'new') {
      this.#state = 'syn-received';
      this.#synchronise(syn);
      this.#transmit(1);
    }
    return this.#take(true);
  }

  /** Queues data; it may be given before the connection is open. Ignored after {@link finish}. */
  write(bytes: Uint8Array): readonly TcpEffect[] {
    if (this.#finishing || this.#state === 'closed') {
      return [];
    }
    const joined = new Uint8Array(this.#outgoing.length + bytes.length);
    joined.set(this.#outgoing);
    joined.set(bytes, this.#outgoing.length);
    this.#outgoing = joined;
    return this.#transmitWhenOpen();
  }

  /** Queues our FIN behind the data. */
  finish(): readonly TcpEffect[] {
    if (this.#finishing || this.#state === 'closed') {
      return [];
    }
    this.#finishing = true;
    return this.#transmitWhenOpen();
  }

  /** Ends at once, with an RST where the peer knows of the connection. */
  abort(how: TcpEnd = 'reset'): readonly TcpEffect[] {
    this.#abort(how);
    return this.#take(false);
  }

  timeout(): readonly TcpEffect[] {
    if (this.#state === 'closed' || this.#state === 'new') {
      return [];
    }
    if (!this.#owesTransmission() || this.#retransmissions >= MAXIMUM_RETRANSMISSIONS) {
      this.#abort('timed-out');
      return this.#take(false);
    }
    this.#retransmissions += 1;
    this.#next = this.#unacknowledged;
    this.#transmit(1);
    return this.#take(true);
  }

  /** A segment of this connection, with the bytes that it was parsed from. */
  receive(bytes: Uint8Array, segment: TcpSegment): readonly TcpEffect[] {
    if (this.#state === 'closed' || this.#state === 'new') {
      return [];
    }
    const before = this.#progress();
    if (this.#state === 'syn-sent') {
      this.#receiveInSynSent(segment);
    } else {
      this.#receiveSynchronised(bytes, segment);
    }
    return this.#take(this.#progress() > before);
  }

  /** Grows whenever the peer's segment brought either direction on; a repeated one must not hold our timer back. */
  #progress(): number {
    return this.#unacknowledged + this.#highestSent + this.#expected;
  }

  /** RFC 9293 §3.10.7.3 */
  #receiveInSynSent(segment: TcpSegment): void {
    const { flags } = segment;
    const acknowledged = (flags & TcpFlag.ack) !== 0;
    if (acknowledged && this.#acknowledgedPosition(segment) !== 1) {
      if ((flags & TcpFlag.rst) === 0) {
        this.#sendReset(segment.acknowledgment);
      }
      return;
    }
    if ((flags & TcpFlag.rst) !== 0) {
      if (acknowledged) {
        this.#close('refused');
      }
      return;
    }
    // A SYN without ACK would be a simultaneous open, which no server does.
    if (!acknowledged || (flags & TcpFlag.syn) === 0) {
      return;
    }
    this.#synchronise(segment);
    this.#state = 'open';
    this.#acknowledge(segment);
    this.#next = Math.max(this.#next, this.#unacknowledged);
    if (!this.#transmit(SEGMENTS_IN_FLIGHT)) {
      this.#sendAcknowledgment();
    }
  }

  /** RFC 9293 §3.10.7.4 */
  #receiveSynchronised(bytes: Uint8Array, segment: TcpSegment): void {
    const { flags, dataStart, dataEnd } = segment;
    const offset = sequenceDifference(
      segment.sequence,
      sequenceAdd(this.#peerInitialSequence, this.#expected),
    );
    const length =
      dataEnd - dataStart + ((flags & TcpFlag.syn) === 0 ? 0 : 1) + ((flags & TcpFlag.fin) === 0 ? 0 : 1);
    const inWindow = offset < RECEIVE_WINDOW && (length === 0 ? offset >= 0 : offset + length > 0);
    if ((flags & TcpFlag.rst) !== 0) {
      this.#receiveReset(offset, inWindow);
      return;
    }
    if (!inWindow || (flags & TcpFlag.syn) !== 0) {
      this.#answerRepeated(segment, length);
      return;
    }
    if ((flags & TcpFlag.ack) === 0 || !this.#receiveAcknowledgment(segment)) {
      return;
    }
    const took = this.#receiveData(bytes, segment, offset);
    const transmitted = this.#transmit(SEGMENTS_IN_FLIGHT);
    if (length > 0 && !transmitted && this.#state !== 'closed') {
      this.#sendAcknowledgment();
    }
    if (took === 'finished') {
      this.#effects.push({ kind: 'finished' });
    }
    if (this.#finReceived && this.#finishAcknowledged()) {
      this.#close('finished');
    }
  }

  /** Only an RST at exactly the expected position counts; one elsewhere in the window is challenged (RFC 5961 §3). */
  #receiveReset(offset: number, inWindow: boolean): void {
    if (offset === 0) {
      this.#close('reset');
    } else if (inWindow) {
      this.#sendAcknowledgment();
    }
  }

  /**
   * Segments that take up sequence space are acknowledged again: ours was lost. Empty ones are not answered, so
   * that two confused ends cannot keep each other busy.
   */
  #answerRepeated(segment: TcpSegment, length: number): void {
    const repeatedSyn = (segment.flags & TcpFlag.syn) !== 0 && segment.sequence === this.#peerInitialSequence;
    if (this.#state === 'syn-received' && repeatedSyn) {
      this.#next = 0;
      this.#transmit(1);
    } else if (length > 0) {
      this.#sendAcknowledgment();
    }
  }

  /** False when the segment is to be dropped. */
  #receiveAcknowledgment(segment: TcpSegment): boolean {
    const position = this.#acknowledgedPosition(segment);
    const impossible = position > this.#highestSent;
    if (this.#state === 'syn-received') {
      if (impossible || position < 1) {
        this.#sendReset(segment.acknowledgment);
        return false;
      }
      this.#state = 'open';
    }
    if (impossible) {
      this.#sendAcknowledgment();
      return false;
    }
    if (position >= this.#unacknowledged) {
      this.#acknowledge(segment);
    }
    return true;
  }

  #acknowledge(segment: TcpSegment): void {
    const position = this.#acknowledgedPosition(segment);
    if (position > this.#unacknowledged) {
      this.#unacknowledged = position;
      this.#retransmissions = 0;
    }
    this.#next = Math.max(this.#next, position);
    this.#sendWindow = segment.window;
  }

  #receiveData(bytes: Uint8Array, segment: TcpSegment, offset: number): 'nothing' | 'data' | 'finished' {
    // Behind a gap, or behind the peer's own FIN: dropped. Data that we have already is skipped.
    if (offset > 0 || this.#finReceived) {
      return 'nothing';
    }
    const from = Math.min(segment.dataStart - offset, segment.dataEnd);
    const count = Math.min(segment.dataEnd - from, RECEIVE_WINDOW);
    if (this.#expected - 1 + count > this.#options.maximumReceive) {
      this.#abort('too-long');
      return 'nothing';
    }
    if (count > 0) {
      this.#expected += count;
      // Not slice(): of a Buffer that is no copy.
      const copy = new Uint8Array(bytes.subarray(from, from + count));
      this.#effects.push({ kind: 'data', bytes: copy });
    }
    if ((segment.flags & TcpFlag.fin) !== 0 && from + count === segment.dataEnd) {
      this.#expected += 1;
      this.#finReceived = true;
      return 'finished';
    }
    return 'data';
  }

  #synchronise(segment: TcpSegment): void {
    this.#peerInitialSequence = segment.sequence;
    this.#expected = 1;
    this.#sendWindow = segment.window;
    this.#segmentSize = Math.max(
      1,
      Math.min(segment.maximumSegmentSize ?? DEFAULT_MAXIMUM_SEGMENT_SIZE, this.#options.maximumSegmentSize),
    );
  }

  #acknowledgedPosition(segment: TcpSegment): number {
    return sequenceDifference(segment.acknowledgment, this.#options.initialSequence);
  }

  /** One past the last position that we ever send. */
  #lastPosition(): number {
    return 1 + this.#outgoing.length + (this.#finishing ? 1 : 0);
  }

  #owesTransmission(): boolean {
    return this.#unacknowledged < this.#lastPosition();
  }

  #finishAcknowledged(): boolean {
    return this.#finishing && !this.#owesTransmission();
  }

  #transmitWhenOpen(): readonly TcpEffect[] {
    if (this.#state !== 'open') {
      return [];
    }
    const transmitted = this.#transmit(SEGMENTS_IN_FLIGHT);
    return this.#take(transmitted);
  }

  /**
   * Sends what the peer's window has room for, `segments` at most. With nothing under way one byte goes out even
   * into a closed window: it is the window probe (RFC 9293 §3.8.6.1).
   *
   * @returns whether anything was sent: it carried our acknowledgment
   */
  #transmit(segments: number): boolean {
    const wasNext = this.#next;
    if (this.#state === 'closed') {
      return false;
    }
    if (this.#next === 0) {
      this.#sendSyn();
      return true;
    }
    const room = Math.min(this.#sendWindow, SEGMENTS_IN_FLIGHT * this.#segmentSize);
    const edge = this.#unacknowledged + Math.max(room, 1);
    for (let sent = 0; sent < segments && this.#next < Math.min(edge, this.#lastPosition()); sent += 1) {
      this.#sendSegmentAt(this.#next, edge);
    }
    return this.#next > wasNext;
  }

  #sendSyn(): void {
    const passive = this.#state === 'syn-received';
    this.#send(0, TcpFlag.syn | (passive ? TcpFlag.ack : 0), undefined);
    this.#advance(1);
  }

  #sendSegmentAt(position: number, edge: number): void {
    const from = position - 1;
    const count = Math.min(this.#segmentSize, this.#outgoing.length - from, edge - position);
    const isLast = this.#finishing && from + count === this.#outgoing.length;
    this.#send(
      position,
      TcpFlag.ack | (count > 0 ? TcpFlag.psh : 0) | (isLast ? TcpFlag.fin : 0),
      this.#outgoing.subarray(from, from + count),
    );
    this.#advance(position + count + (isLast ? 1 : 0));
  }

  #advance(next: number): void {
    this.#next = next;
    this.#highestSent = Math.max(this.#highestSent, next);
  }

  #sendAcknowledgment(): void {
    this.#send(this.#highestSent, TcpFlag.ack, undefined);
  }

  #send(position: number, flags: number, data: Uint8Array | undefined): void {
    const { source, sourcePort, destination, destinationPort, initialSequence, maximumSegmentSize } =
      this.#options;
    const acknowledges = (flags & TcpFlag.ack) !== 0;
    const fields = {
      source,
      sourcePort,
      destination,
      destinationPort,
      sequence: sequenceAdd(initialSequence, position),
      acknowledgment: acknowledges ? sequenceAdd(this.#peerInitialSequence, this.#expected) : 0,
      flags,
      window: RECEIVE_WINDOW,
    };
    const packet =
      (flags & TcpFlag.syn) === 0 ? encodeTcp(fields, data) : encodeTcp({ ...fields, maximumSegmentSize });
    this.#effects.push({ kind: 'send', packet });
  }

  #sendReset(sequence: number): void {
    const { source, sourcePort, destination, destinationPort } = this.#options;
    const flags = TcpFlag.rst;
    const fields = { source, sourcePort, destination, destinationPort, sequence, acknowledgment: 0, flags };
    this.#effects.push({ kind: 'send', packet: encodeTcp({ ...fields, window: 0 }) });
  }

  #abort(how: TcpEnd): void {
    if (this.#state === 'open' || this.#state === 'syn-received') {
      this.#sendReset(sequenceAdd(this.#options.initialSequence, this.#highestSent));
    }
    this.#close(how);
  }

  #close(how: TcpEnd): void {
    if (this.#state === 'closed') {
      return;
    }
    this.#state = 'closed';
    this.#outgoing = new Uint8Array(0);
    this.#effects.push({ kind: 'stop-timer' }, { kind: 'closed', how });
  }

  /**
   * Hands out the effects of one input; one that moved the connection on starts its timer anew. That stands
   * first, because what the caller does about the effects behind it may start the timer for another reason.
   */
  #take(progressed: boolean): readonly TcpEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    if (progressed && this.#state !== 'closed' && this.#state !== 'new') {
      const milliseconds = this.#owesTransmission()
        ? RETRANSMISSION_MILLISECONDS * 2 ** this.#retransmissions
        : this.#options.idleMilliseconds;
      effects.unshift({ kind: 'start-timer', milliseconds });
    }
    return effects;
  }
}
