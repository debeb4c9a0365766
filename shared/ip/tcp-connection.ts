import { encodeTcp, sequenceAdd, sequenceDifference, TcpFlag } from './tcp-segment.ts';
import type { TcpSegment } from './tcp-segment.ts';
import { SEGMENTS_IN_FLIGHT, TcpSender } from './tcp-sender.ts';

/** RFC 6298 §2: before a round trip was measured. Doubles with each retransmission. */
const RETRANSMISSION_MILLISECONDS = 1000;
const MAXIMUM_RETRANSMISSIONS = 5;
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

  readonly #sender: TcpSender;

  #peerInitialSequence = 0;
  /** Position that we expect next, which is what our acknowledgments say. */
  #expected = 0;
  #finReceived = false;

  constructor(options: TcpConnectionOptions) {
    this.#options = options;
    this.#sender = new TcpSender(options.maximumSegmentSize);
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

  /** Queues data; it may be given before the connection is open. Ignored after {@link finish} and after the end. */
  write(bytes: Uint8Array): readonly TcpEffect[] {
    if (this.#state !== 'closed') {
      this.#sender.write(bytes);
    }
    return this.#transmitWhenOpen();
  }

  /** Queues our FIN behind the data. */
  finish(): readonly TcpEffect[] {
    this.#sender.finish();
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
    if (!this.#sender.owes || this.#sender.retransmissions >= MAXIMUM_RETRANSMISSIONS) {
      this.#abort('timed-out');
      return this.#take(false);
    }
    this.#sender.rewind();
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
    return this.#sender.unacknowledged + this.#sender.highestSent + this.#expected;
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
    this.#sender.acknowledge(1, segment.window);
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
    if (this.#finReceived && this.#sender.finished) {
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
      this.#send(0, TcpFlag.syn | TcpFlag.ack, undefined);
    } else if (length > 0) {
      this.#sendAcknowledgment();
    }
  }

  /** False when the segment is to be dropped. */
  #receiveAcknowledgment(segment: TcpSegment): boolean {
    const position = this.#acknowledgedPosition(segment);
    const impossible = position > this.#sender.highestSent;
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
    this.#sender.acknowledge(position, segment.window);
    return true;
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
    this.#sender.peerAnnounced(segment.maximumSegmentSize, segment.window);
  }

  #acknowledgedPosition(segment: TcpSegment): number {
    return sequenceDifference(segment.acknowledgment, this.#options.initialSequence);
  }

  #transmitWhenOpen(): readonly TcpEffect[] {
    if (this.#state !== 'open') {
      return [];
    }
    const transmitted = this.#transmit(SEGMENTS_IN_FLIGHT);
    return this.#take(transmitted);
  }

  /** @returns whether anything was sent: it carried our acknowledgment */
  #transmit(segments: number): boolean {
    let sent = 0;
    for (; sent < segments && this.#state !== 'closed'; sent += 1) {
      const segment = this.#sender.next();
      if (segment === undefined) {
        break;
      }
      const flags = segment.flags | (this.#state === 'syn-sent' ? 0 : TcpFlag.ack);
      this.#send(segment.position, flags, segment.data);
    }
    return sent > 0;
  }

  #sendAcknowledgment(): void {
    this.#send(this.#sender.highestSent, TcpFlag.ack, undefined);
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
      this.#sendReset(sequenceAdd(this.#options.initialSequence, this.#sender.highestSent));
    }
    this.#close(how);
  }

  #close(how: TcpEnd): void {
    if (this.#state === 'closed') {
      return;
    }
    this.#state = 'closed';
    this.#sender.clear();
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
      const milliseconds = this.#sender.owes
        ? RETRANSMISSION_MILLISECONDS * 2 ** this.#sender.retransmissions
        : this.#options.idleMilliseconds;
      effects.unshift({ kind: 'start-timer', milliseconds });
    }
    return effects;
  }
}
