import { encodeIcmpEcho, parseIcmpEcho } from '../../shared/ip/icmp.ts';
import { IpProtocol, parseIpv4 } from '../../shared/ip/ipv4.ts';
import { parseIpv4Address } from '../../shared/ip/ipv4-address.ts';
import { startSystemTimer } from './start-timer.ts';
import type { StartTimer } from './start-timer.ts';

/** As much as `ping` sends; the cookie stands at its front. */
const DATA_LENGTH = 56;
const COOKIE_LENGTH = 16;
const PACKET_LENGTH = 20 + 8 + DATA_LENGTH;
const MAXIMUM_UNANSWERED = 8;

export interface TunnelPingOptions {
  /** Ours and the router's inside the tunnel, dotted decimal. */
  readonly address: string;
  readonly gateway: string;
  /** Sends one IPv4 packet into the tunnel; false = there is no room for it. */
  send(packet: Uint8Array): boolean;
  /** Monotonic milliseconds. */
  now(): number;
  random(length: number): Uint8Array;
  readonly startTimer?: StartTimer;
}

interface Unanswered {
  readonly sentAt: number;
  readonly stopTimer: () => void;
  readonly resolve: (milliseconds: number | undefined) => void;
}

/**
 * ICMP echo to the router through the tunnel, made and read in user space: it needs no device and no privilege.
 * The requests carry a random cookie, so that the replies are told from those to the user's own `ping` and are not
 * handed to the device.
 */
export class TunnelPing {
  readonly #options: TunnelPingOptions;
  readonly #startTimer: StartTimer;
  readonly #address: number;
  readonly #gateway: number;
  readonly #identifier: number;
  readonly #data: Uint8Array;
  readonly #unanswered = new Map<number, Unanswered>();
  #sequence = 0;

  constructor(options: TunnelPingOptions) {
    this.#options = options;
    this.#startTimer = options.startTimer ?? startSystemTimer;
    this.#address = parseIpv4Address(options.address) ?? 0;
    this.#gateway = parseIpv4Address(options.gateway) ?? 0;
    const cookie = options.random(COOKIE_LENGTH);
    this.#data = new Uint8Array(DATA_LENGTH);
    this.#data.set(cookie);
    this.#identifier = ((cookie[0] ?? 0) << 8) | (cookie[1] ?? 0);
  }

  /** One round trip in milliseconds; undefined when no reply came in time, or too many are under way. */
  measure(timeoutMilliseconds: number): Promise<number | undefined> {
    if (this.#unanswered.size >= MAXIMUM_UNANSWERED) {
      return Promise.resolve(undefined);
    }
    return new Promise((resolve) => {
      this.#sequence = (this.#sequence + 1) & 0xffff;
      const sequence = this.#sequence;
      this.#settle(sequence, undefined);
      this.#unanswered.set(sequence, {
        sentAt: this.#options.now(),
        stopTimer: this.#startTimer(timeoutMilliseconds, () => {
          this.#settle(sequence, undefined);
        }),
        resolve,
      });
      if (!this.#options.send(this.#encodeRequest(sequence))) {
        this.#settle(sequence, undefined);
      }
    });
  }

  /**
   * Looks at one packet from the tunnel, in place; a packet of other length or protocol costs two comparisons.
   *
   * @returns true for a reply to one of our requests, late ones too: it is not for the device
   */
  receive(bytes: Uint8Array, start: number, end: number): boolean {
    if (end - start !== PACKET_LENGTH || bytes[start + 9] !== IpProtocol.icmp) {
      return false;
    }
    const packet = parseIpv4(bytes, start, end);
    const echo = packet && parseIcmpEcho(bytes, packet);
    if (
      packet?.source !== this.#gateway ||
      packet.destination !== this.#address ||
      echo?.kind !== 'reply' ||
      echo.identifier !== this.#identifier ||
      echo.dataEnd - echo.dataStart !== DATA_LENGTH ||
      !this.#data.every((byte, index) => byte === bytes[echo.dataStart + index])
    ) {
      return false;
    }
    const sentAt = this.#unanswered.get(echo.sequence)?.sentAt;
    this.#settle(echo.sequence, sentAt === undefined ? undefined : this.#options.now() - sentAt);
    return true;
  }

  /** Ends what is under way as unanswered. Idempotent. */
  close(): void {
    for (const sequence of this.#unanswered.keys()) {
      this.#settle(sequence, undefined);
    }
  }

  #encodeRequest(sequence: number): Uint8Array {
    const fields = { source: this.#address, destination: this.#gateway, identifier: this.#identifier };
    return encodeIcmpEcho({ ...fields, kind: 'request', sequence }, this.#data);
  }

  #settle(sequence: number, milliseconds: number | undefined): void {
    const unanswered = this.#unanswered.get(sequence);
    this.#unanswered.delete(sequence);
    unanswered?.stopTimer();
    unanswered?.resolve(milliseconds);
  }
}
