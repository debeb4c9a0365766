import { parseIcmpUnreachable } from '../../shared/ip/icmp.ts';
import { IpProtocol, parseIpv4 } from '../../shared/ip/ipv4.ts';
import type { Ipv4Packet } from '../../shared/ip/ipv4.ts';
import { parseIpv4Address } from '../../shared/ip/ipv4-address.ts';
import { TcpClient } from '../../shared/ip/tcp-client.ts';
import type { TcpClientEffect } from '../../shared/ip/tcp-client.ts';
import { ResponseHeadParser } from '../../shared/protocol/http-connect.ts';
import type { HttpResponseHead } from '../../shared/protocol/http-connect.ts';
import { protocolError } from '../../shared/protocol/protocol-error.ts';
import type { ProtocolError } from '../../shared/protocol/protocol-error.ts';
import { startSystemTimer } from './start-timer.ts';
import type { StartTimer } from './start-timer.ts';

const HTTP_PORT = 80;
const CHECK_MILLISECONDS = 2000;
const SUBMIT_MILLISECONDS = 10_000;
/** A router's front page may follow the head that we want; nobody's page needs more before it is cut off. */
const MAXIMUM_RESPONSE = 65_536;
const IPV4_AND_TCP_HEADERS = 40;
/** RFC 6335 §6 */
const FIRST_DYNAMIC_PORT = 49_152;
const LOCATION = /vpnmfa\.htm\?(?:[^#]*&)?ifno=(\d{1,9})(?:[&#]|$)/;
const CODE = /^\d{1,16}$/;

export interface SecondStepOptions {
  /** Ours and the router's inside the tunnel, dotted decimal. */
  readonly address: string;
  readonly gateway: string;
  readonly mtu: number;
  /** Sends one IPv4 packet into the tunnel. */
  send(packet: Uint8Array): void;
  /** Unpredictable unsigned 32-bit number. */
  random32(): number;
  readonly startTimer?: StartTimer;
}

/** `interfaceNumber` is the router's `ifno` for this tunnel: it goes back with the code. */
export type SecondStepCheck =
  | { readonly kind: 'due'; readonly interfaceNumber: number }
  | { readonly kind: 'none-due'; readonly because: 'other-answer' | 'refused' | 'no-answer' };

export type SecondStepAnswer =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'rejected' }
  | { readonly kind: 'no-answer' }
  | ProtocolError;

type Exchange =
  | { readonly kind: 'head'; readonly head: HttpResponseHead }
  | { readonly kind: 'refused' }
  | { readonly kind: 'no-answer' }
  | { readonly kind: 'malformed'; readonly error: ProtocolError };

interface Running {
  readonly client: TcpClient;
  readonly port: number;
  readonly parser: ResponseHeadParser;
  settle: ((outcome: Exchange) => void) | undefined;
  stopDeadline: () => void;
  stopTimer: () => void;
}

/**
 * TOTP's second step (protocol.md §4): plain HTTP to the router's address inside the tunnel.
 *
 * It runs over a TCP of its own in user space, straight onto the link, after IPCP and *before* a device exists.
 * So nothing of the user's traffic enters the tunnel before the code was accepted (the router would drop it, and
 * programs would find a network that answers nothing), and "Test connection" can do it without any privilege.
 *
 * Feed it every packet that arrives meanwhile, and call {@link close} when the step is over.
 */
export class SecondStep {
  readonly #options: SecondStepOptions;
  readonly #startTimer: StartTimer;
  readonly #address: number;
  readonly #gateway: number;
  #running: Running | undefined;

  constructor(options: SecondStepOptions) {
    this.#options = options;
    this.#startTimer = options.startTimer ?? startSystemTimer;
    // Both come from IPCP, where they were numbers.
    this.#address = parseIpv4Address(options.address) ?? 0;
    this.#gateway = parseIpv4Address(options.gateway) ?? 0;
  }

  /** Asks the router whether a code is due. Takes 2 s at most, which is "no answer": none due. */
  async check(): Promise<SecondStepCheck> {
    const outcome = await this.#exchange('/', CHECK_MILLISECONDS);
    if (outcome.kind === 'refused' || outcome.kind === 'no-answer') {
      return { kind: 'none-due', because: outcome.kind };
    }
    const interfaceNumber = outcome.kind === 'head' ? redirectedInterface(outcome.head) : undefined;
    return interfaceNumber === undefined
      ? { kind: 'none-due', because: 'other-answer' }
      : { kind: 'due', interfaceNumber };
  }

  /**
   * Hands a code in. Blanks in it are dropped; what is no number is `rejected` without being sent. After
   * `no-answer` (10 s) nobody knows whether the router took it: do not send the same code again.
   */
  async submit(interfaceNumber: number, code: string): Promise<SecondStepAnswer> {
    const digits = code.replaceAll(/\s/g, '');
    if (!CODE.test(digits)) {
      return { kind: 'rejected' };
    }
    const target = `/vpnmfa.cgi?act=0&ifno=${interfaceNumber}&otp=${digits}&sec=`;
    const outcome = await this.#exchange(target, SUBMIT_MILLISECONDS);
    if (outcome.kind === 'head') {
      return judgeSubmission(outcome.head.status);
    }
    return outcome.kind === 'malformed' ? outcome.error : { kind: 'no-answer' };
  }

  /**
   * Takes one packet from the tunnel, in place.
   *
   * @returns whether it belonged to the second step
   */
  receive(bytes: Uint8Array, start: number, end: number): boolean {
    const running = this.#running;
    const packet = running === undefined ? undefined : parseIpv4(bytes, start, end);
    if (running === undefined || packet === undefined || packet.destination !== this.#address) {
      return false;
    }
    if (this.#saysUnreachable(running, bytes, packet)) {
      this.#settle(running, { kind: 'refused' });
      return true;
    }
    if (packet.protocol !== IpProtocol.tcp || packet.source !== this.#gateway) {
      return false;
    }
    this.#carryOut(running, running.client.receive(bytes, packet));
    return true;
  }

  /** Ends what is under way, as `no-answer`. Idempotent; the object may be used again. */
  close(): void {
    const running = this.#running;
    if (running === undefined) {
      return;
    }
    this.#carryOut(running, running.client.abort());
    running.stopTimer();
    this.#settle(running, { kind: 'no-answer' });
    this.#running = undefined;
  }

  #exchange(target: string, milliseconds: number): Promise<Exchange> {
    this.close();
    return new Promise((resolve) => {
      const running = this.#makeRunning(target, resolve);
      this.#running = running;
      running.stopDeadline = this.#startTimer(milliseconds, () => {
        this.#settle(running, { kind: 'no-answer' });
        this.close();
      });
      this.#carryOut(running, running.client.start());
    });
  }

  #makeRunning(target: string, settle: (outcome: Exchange) => void): Running {
    const { gateway, mtu } = this.#options;
    const port = FIRST_DYNAMIC_PORT + (this.#options.random32() % (65_536 - FIRST_DYNAMIC_PORT));
    const client = new TcpClient(
      {
        source: this.#address,
        sourcePort: port,
        destination: this.#gateway,
        destinationPort: HTTP_PORT,
        initialSequence: this.#options.random32(),
        maximumSegmentSize: Math.max(1, mtu - IPV4_AND_TCP_HEADERS),
        maximumReceive: MAXIMUM_RESPONSE,
        idleMilliseconds: SUBMIT_MILLISECONDS,
      },
      asciiBytes(`GET ${target} HTTP/1.0\r\nHost: ${gateway}\r\n\r\n`),
    );
    const nothing = (): void => {};
    return {
      client,
      port,
      parser: new ResponseHeadParser(),
      settle,
      stopDeadline: nothing,
      stopTimer: nothing,
    };
  }

  #carryOut(running: Running, effects: readonly TcpClientEffect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          this.#options.send(effect.packet);
          break;
        case 'start-timer':
          running.stopTimer();
          running.stopTimer = this.#startTimer(effect.milliseconds, () => {
            this.#carryOut(running, running.client.timeout());
          });
          break;
        case 'stop-timer':
          running.stopTimer();
          break;
        case 'data':
          this.#takeData(running, effect.bytes);
          break;
        case 'ended':
          this.#settle(running, {
            kind: 'malformed',
            error: protocolError('http-malformed', 'The answer to the second step ended inside its head.'),
          });
          break;
        case 'failed':
          this.#settle(running, { kind: effect.failure === 'refused' ? 'refused' : 'no-answer' });
          break;
      }
    }
  }

  /** The head is all that counts: a router that keeps the connection open must not hold the sign-in up. */
  #takeData(running: Running, bytes: Uint8Array): void {
    if (running.settle === undefined) {
      return;
    }
    const progress = running.parser.push(bytes);
    if (!progress.ok) {
      this.#settle(running, { kind: 'malformed', error: progress.error });
    } else if (progress.value.done) {
      this.#settle(running, { kind: 'head', head: progress.value.head });
    }
  }

  #settle(running: Running, outcome: Exchange): void {
    running.stopDeadline();
    const { settle } = running;
    running.settle = undefined;
    settle?.(outcome);
  }

  #saysUnreachable(running: Running, bytes: Uint8Array, packet: Ipv4Packet): boolean {
    const about = parseIcmpUnreachable(bytes, packet);
    return (
      about?.protocol === IpProtocol.tcp &&
      about.destination === this.#gateway &&
      about.sourcePort === running.port &&
      about.destinationPort === HTTP_PORT
    );
  }
}

function redirectedInterface(head: HttpResponseHead): number | undefined {
  const number = head.status === 302 ? LOCATION.exec(head.headers.get('location') ?? '')?.[1] : undefined;
  return number === undefined ? undefined : Number(number);
}

function judgeSubmission(status: number): SecondStepAnswer {
  if (status === 200) {
    return { kind: 'accepted' };
  }
  if (status === 201) {
    return { kind: 'rejected' };
  }
  return protocolError('negotiation-failed', `The second step was answered with HTTP status ${status}.`);
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
