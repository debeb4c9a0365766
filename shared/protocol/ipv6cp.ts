import { INTERFACE_IDENTIFIER_LENGTH } from '../ip/ipv6-address.ts';
import type { Judgement, Negotiation } from './negotiation.ts';
import { type ConfigurationOption, sameBytes } from './options.ts';

/** RFC 5072 §4. Compression (option 2, RFC 5172) is rejected like anything else. */
export const Ipv6cpOption = { interfaceIdentifier: 1 } as const;

/** RFC 4291 §2.5.1: clear for an identifier that is unique on its own link and no further. */
const UNIVERSAL_BIT = 0x02;

export interface Ipv6cpOptions {
  /** Cryptographically random bytes. */
  readonly random: (length: number) => Uint8Array;
  /** Whether the peer may have this identifier; a router has several peers in one network. Default: yes. */
  readonly isFree?: (identifier: Uint8Array) => boolean;
}

/**
 * IPV6CP's options (RFC 5072 §4.1), for either end of the link: an identifier of 64 bits for each, zero in neither and
 * different from each other.
 */
export class Ipv6cpNegotiation implements Negotiation {
  readonly #options: Ipv6cpOptions;
  #identifier: Uint8Array;
  #peerIdentifier: Uint8Array | undefined;
  /** What we suggested last. */
  #suggested: Uint8Array | undefined;
  #hasAppended = false;

  constructor(options: Ipv6cpOptions) {
    this.#options = options;
    this.#identifier = this.#choose();
  }

  /** Everything is to be negotiated anew; our identifier stays, so that an address made of it does. */
  reset(): void {
    this.#peerIdentifier = undefined;
    this.#suggested = undefined;
    this.#hasAppended = false;
  }

  /** Ours: agreed on once IPV6CP is opened. */
  get identifier(): Uint8Array {
    return this.#identifier;
  }

  /** Undefined for a peer that names none. */
  get peerIdentifier(): Uint8Array | undefined {
    return this.#peerIdentifier;
  }

  request(): readonly ConfigurationOption[] {
    return [{ type: Ipv6cpOption.interfaceIdentifier, data: this.#identifier }];
  }

  judge(options: readonly ConfigurationOption[]): Judgement {
    const named = options.find((option) => isIdentifier(option));
    const reject = options.filter((option) => option !== named);
    if (named !== undefined) {
      return { reject, nak: this.#mayHave(named.data) ? [] : [this.#suggest()], append: [] };
    }
    // Asked for once: who does not name one then knows nothing of the option.
    const append = reject.length > 0 || this.#hasAppended ? [] : [this.#suggest()];
    if (append.length > 0) this.#hasAppended = true;
    return { reject, nak: [], append };
  }

  accept(options: readonly ConfigurationOption[]): void {
    const named = options.find((option) => isIdentifier(option));
    this.#peerIdentifier = named && new Uint8Array(named.data);
  }

  acknowledged(): 'agreed' {
    return 'agreed';
  }

  refused(how: 'nak' | 'reject', options: readonly ConfigurationOption[]): 'ask-again' | 'give-up' {
    const named = options.find((option) => isIdentifier(option));
    if (named === undefined) return 'ask-again';
    // Without one there is no address.
    if (how === 'reject') return 'give-up';
    const wanted = new Uint8Array(named.data);
    const isEcho = this.#suggested !== undefined && sameBytes(wanted, this.#suggested);
    const isTaken = this.#peerIdentifier !== undefined && sameBytes(wanted, this.#peerIdentifier);
    // Both ends suggest the same: whoever took it would meet the other again.
    this.#identifier = isZero(wanted) || isEcho || isTaken ? this.#choose() : wanted;
    return 'ask-again';
  }

  #mayHave(identifier: Uint8Array): boolean {
    if (isZero(identifier) || sameBytes(identifier, this.#identifier)) return false;
    // It has it already: a request that is sent once more must not cost it its address.
    if (this.#peerIdentifier !== undefined && sameBytes(identifier, this.#peerIdentifier)) return true;
    return this.#options.isFree?.(identifier) ?? true;
  }

  #suggest(): ConfigurationOption {
    this.#suggested = this.#choose();
    if (sameBytes(this.#suggested, this.#identifier)) this.#suggested[6] = ~(this.#suggested[6] ?? 0);
    return { type: Ipv6cpOption.interfaceIdentifier, data: this.#suggested };
  }

  #choose(): Uint8Array {
    const identifier = new Uint8Array(this.#options.random(INTERFACE_IDENTIFIER_LENGTH));
    identifier[0] = (identifier[0] ?? 0) & ~UNIVERSAL_BIT;
    // Neither zero nor what is reserved for anycast (RFC 5453).
    identifier[7] = ((identifier[7] ?? 0) & 0x7f) | 1;
    return identifier;
  }
}

function isIdentifier({ type, data }: ConfigurationOption): boolean {
  return type === Ipv6cpOption.interfaceIdentifier && data.length === INTERFACE_IDENTIFIER_LENGTH;
}

function isZero(identifier: Uint8Array): boolean {
  return identifier.every((byte) => byte === 0);
}
