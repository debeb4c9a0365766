import { formatIpv6Address, addressOf, isRoutable, linkLocalAddress } from '../../shared/ip/ipv6-address.ts';
import {
  type PrefixInformation,
  type RouterAdvertisement,
  answerNeighbourSolicitation,
  encodeRouterSolicitation,
  isNeighbourDiscovery,
  parseRouterAdvertisement,
} from '../../shared/ip/neighbour-discovery.ts';
import { sameBytes } from '../../shared/protocol/options.ts';
import type { Ipv6Facts } from '../network/plan.ts';
import { startSystemTimer, type StartTimer } from './start-timer.ts';

/** A router that has IPv6 and does not say which, in this time, gives none. */
const PATIENCE_MILLISECONDS = 2000;
/** RFC 4861 §10 has 4 s, for links that lose packets. This one does not, but a router may not be ready yet. */
const AGAIN_MILLISECONDS = 700;
/** Longer than that no address of ours could be from a prefix of another length (RFC 4862 §5.5.3 d). */
const PREFIX_LENGTH = 64;

export interface Ipv6LinkOptions {
  /** Sends one IPv6 packet into the tunnel. */
  send(packet: Uint8Array): void;
  readonly startTimer?: StartTimer;
}

/**
 * Our end of the link as a host of IPv6 (RFC 4861, RFC 4862): asks the router for its network and makes our address of
 * it, over the link itself, so that device and routes can be made when all addresses are known. Neighbour Discovery ends
 * here: a device that saw it would change its own routes by it.
 */
export class Ipv6Link {
  readonly #options: Ipv6LinkOptions;
  readonly #startTimer: StartTimer;
  /** While IPV6CP is opened: ours, 8 bytes. */
  #identifier: Uint8Array | undefined;
  #facts: Ipv6Facts | undefined;
  #address: Uint8Array | undefined;
  /** Whoever asked has made a device for the address. */
  #isInUse = false;
  #settle: (() => void) | undefined;

  constructor(options: Ipv6LinkOptions) {
    this.#options = options;
    this.#startTimer = options.startTimer ?? startSystemTimer;
  }

  /** IPV6CP is opened. False = the address that `ask` gave was made of another identifier. */
  up(identifier: Uint8Array): boolean {
    this.#identifier = identifier;
    const isSame = this.#address !== undefined && sameBytes(this.#address.subarray(8), identifier);
    if (this.#isInUse) return isSame;
    if (!isSame) {
      this.#facts = undefined;
      this.#address = undefined;
      this.#solicit();
    }
    return true;
  }

  down(): void {
    this.#identifier = undefined;
  }

  get isUp(): boolean {
    return this.#identifier !== undefined;
  }

  /** What the router gives; undefined when it has given nothing in two seconds. */
  async ask(): Promise<Ipv6Facts | undefined> {
    if (this.#facts === undefined) await this.#wait();
    const facts = this.isUp ? this.#facts : undefined;
    this.#isInUse = facts !== undefined;
    return facts;
  }

  /** Looks at an IPv6 packet from the router. True: not for the device. */
  receive(bytes: Uint8Array, start: number, end: number): boolean {
    const identifier = this.#identifier;
    if (identifier === undefined) return true;
    if (!isNeighbourDiscovery(bytes, start)) return false;
    const advertisement = this.#facts === undefined && parseRouterAdvertisement(bytes, start, end);
    if (advertisement) this.#take(advertisement, identifier);
    const ours = [linkLocalAddress(identifier), ...(this.#address === undefined ? [] : [this.#address])];
    const answer = answerNeighbourSolicitation(bytes, start, end, ours);
    if (answer !== undefined) this.#options.send(answer);
    return true;
  }

  /** Ends `ask` as unanswered. Idempotent. */
  close(): void {
    this.down();
    this.#settle?.();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      let stopAgain: () => void = () => undefined;
      const again = (): void => {
        this.#solicit();
        stopAgain = this.#startTimer(AGAIN_MILLISECONDS, again);
      };
      const stopPatience = this.#startTimer(PATIENCE_MILLISECONDS, () => this.#settle?.());
      this.#settle = () => {
        this.#settle = undefined;
        stopPatience();
        stopAgain();
        resolve();
      };
      again();
    });
  }

  #solicit(): void {
    if (this.#identifier === undefined) return;
    this.#options.send(encodeRouterSolicitation(linkLocalAddress(this.#identifier)));
  }

  #take(advertisement: RouterAdvertisement, identifier: Uint8Array): void {
    const option = advertisement.prefixes.find((prefix) => isUsable(prefix));
    if (option === undefined) return;
    this.#address = addressOf(option.prefix, identifier);
    this.#facts = {
      address: formatIpv6Address(this.#address),
      network: `${formatIpv6Address(addressOf(option.prefix, new Uint8Array(8)))}/${PREFIX_LENGTH}`,
      isDefaultRouter: advertisement.routerLifetime > 0,
    };
    this.#settle?.();
  }
}

/** RFC 4862 §5.5.3. */
function isUsable(option: PrefixInformation): boolean {
  return (
    option.autonomous &&
    option.prefixLength === PREFIX_LENGTH &&
    option.preferredLifetime > 0 &&
    option.preferredLifetime <= option.validLifetime &&
    isRoutable(option.prefix, 0)
  );
}
