import type { ConfigurationOption } from './options.ts';
import type { Judgement, Negotiation } from './negotiation.ts';
import type { PppAuthentication } from './ppp-endpoint.ts';

/** RFC 1661 §6; ACCM RFC 1662 §7.1. */
export const LcpOption = {
  mru: 1,
  characterMap: 2,
  authentication: 3,
  magic: 5,
  protocolFieldCompression: 7,
  addressFieldCompression: 8,
} as const;

/** RFC 1661 §6.1: what both sides take before and without negotiation. */
export const DEFAULT_MRU = 1500;
/** Below this an offered MRU is refused: IPv4 needs 68 (RFC 791), and control packets some more. */
const LEAST_MRU = 128;

/** Old firmware sends this constant as its magic number: no sign of a looped-back link. */
const CONSTANT_MAGIC = 1;

/*
 * Authentication-Protocol (RFC 1661 §6.2): the protocol's number, for CHAP followed by the algorithm
 * (RFC 1994 §3, RFC 2433 §3, RFC 2759 §3).
 */
const AUTHENTICATION_DATA: readonly (readonly [PppAuthentication, readonly number[]])[] = [
  ['PAP', [0xc0, 0x23]],
  ['CHAP', [0xc2, 0x23, 0x05]],
  ['MS-CHAP', [0xc2, 0x23, 0x80]],
  ['MS-CHAPv2', [0xc2, 0x23, 0x81]],
];

export function encodeAuthentication(authentication: PppAuthentication): ConfigurationOption {
  const entry = AUTHENTICATION_DATA.find(([name]) => name === authentication);
  return { type: LcpOption.authentication, data: Uint8Array.from(entry?.[1] ?? []) };
}

/** Undefined for a protocol or an algorithm that we do not know. */
export function decodeAuthentication(data: Uint8Array): PppAuthentication | undefined {
  const entry = AUTHENTICATION_DATA.find(
    ([, bytes]) => bytes.length === data.length && bytes.every((byte, i) => byte === data[i]),
  );
  return entry?.[0];
}

export function encodeMru(mru: number): ConfigurationOption {
  return { type: LcpOption.mru, data: Uint8Array.of(mru >>> 8, mru) };
}

export function encodeMagic(magic: number): ConfigurationOption {
  return {
    type: LcpOption.magic,
    data: Uint8Array.of(magic >>> 24, magic >>> 16, magic >>> 8, magic),
  };
}

/** Unsigned, big-endian. */
export function readNumber(data: Uint8Array): number {
  return data.reduce((sum, byte) => sum * 256 + byte, 0);
}

export interface LcpNegotiationOptions {
  /** The MRU that we ask for; undefined leaves the option out. Bytes. */
  readonly mru: number | undefined;
  readonly magic: number;
  /** What we ask the peer to sign in with, in order of preference; empty when we are the one to sign in. */
  readonly demand: readonly PppAuthentication[];
  /** What we sign in with when the peer asks us to, in order of preference. */
  readonly accept: readonly PppAuthentication[];
  /** Four random bytes, as a number, for a magic number that must be chosen again. */
  readonly newMagic: () => number;
}

/** LCP's options, for either end of the link. */
export class LcpNegotiation implements Negotiation {
  readonly #options: LcpNegotiationOptions;
  #demanded: readonly PppAuthentication[];
  #mru: number | undefined;
  #magic: number | undefined;
  #peerMru = DEFAULT_MRU;
  #accepted: PppAuthentication | undefined;
  #authenticationNaks = 0;

  constructor(options: LcpNegotiationOptions) {
    this.#options = options;
    this.#demanded = options.demand;
    this.#mru = options.mru;
    this.#magic = options.magic === 0 ? undefined : options.magic;
  }

  /** What the peer takes; its packets to us are bounded by `mru`. */
  get peerMru(): number {
    return this.#peerMru;
  }

  get mru(): number {
    return this.#mru ?? DEFAULT_MRU;
  }

  /** Zero while none is agreed (RFC 1661 §5.8). */
  get magic(): number {
    return this.#magic ?? 0;
  }

  /** How the peer signs in with us. */
  get demanded(): PppAuthentication | undefined {
    return this.#demanded[0];
  }

  /** How we sign in with the peer. */
  get accepted(): PppAuthentication | undefined {
    return this.#accepted;
  }

  request(): readonly ConfigurationOption[] {
    const options: ConfigurationOption[] = [];
    if (this.#mru !== undefined) options.push(encodeMru(this.#mru));
    if (this.demanded !== undefined) options.push(encodeAuthentication(this.demanded));
    if (this.#magic !== undefined) options.push(encodeMagic(this.#magic));
    return options;
  }

  judge(options: readonly ConfigurationOption[]): Judgement {
    const reject: ConfigurationOption[] = [];
    const nak: ConfigurationOption[] = [];
    for (const option of options) {
      const verdict = this.#judgeOne(option);
      if (verdict === 'reject') reject.push(option);
      else if (verdict !== 'accept') nak.push(verdict);
    }
    return { reject, nak, append: [] };
  }

  #judgeOne({ type, data }: ConfigurationOption): 'accept' | 'reject' | ConfigurationOption {
    switch (type) {
      case LcpOption.mru:
        if (data.length !== 2) return 'reject';
        return readNumber(data) < LEAST_MRU ? encodeMru(DEFAULT_MRU) : 'accept';
      case LcpOption.authentication:
        return this.#judgeAuthentication(data);
      case LcpOption.magic:
        if (data.length !== 4) return 'reject';
        return this.#isForbiddenMagic(readNumber(data)) ? encodeMagic(this.#newMagic()) : 'accept';
      case LcpOption.characterMap:
        // Means nothing on a link without asynchronous framing; taking it costs nothing.
        return data.length === 4 ? 'accept' : 'reject';
      case LcpOption.protocolFieldCompression:
      case LcpOption.addressFieldCompression:
        return data.length === 0 ? 'accept' : 'reject';
      default:
        return 'reject';
    }
  }

  #judgeAuthentication(data: Uint8Array): 'accept' | 'reject' | ConfigurationOption {
    const { accept } = this.#options;
    const asked = decodeAuthentication(data);
    if (asked !== undefined && accept.includes(asked)) return 'accept';
    const suggestion = accept[this.#authenticationNaks % Math.max(accept.length, 1)];
    if (suggestion === undefined) return 'reject';
    this.#authenticationNaks += 1;
    return encodeAuthentication(suggestion);
  }

  /** Zero is illegal, our own says that the link is looped back (RFC 1661 §6.4). */
  #isForbiddenMagic(magic: number): boolean {
    return magic === 0 || (magic === this.#magic && magic !== CONSTANT_MAGIC);
  }

  /** Neither zero nor the constant of old firmware. */
  #newMagic(): number {
    return Math.max(this.#options.newMagic(), CONSTANT_MAGIC + 1);
  }

  accept(options: readonly ConfigurationOption[]): void {
    this.#peerMru = DEFAULT_MRU;
    this.#accepted = undefined;
    for (const { type, data } of options) {
      if (type === LcpOption.mru) this.#peerMru = readNumber(data);
      if (type === LcpOption.authentication) this.#accepted = decodeAuthentication(data);
    }
  }

  acknowledged(): 'agreed' {
    return 'agreed';
  }

  refused(how: 'nak' | 'reject', options: readonly ConfigurationOption[]): 'ask-again' | 'give-up' {
    for (const { type, data } of options) {
      if (type === LcpOption.mru) this.#mru = how === 'reject' ? undefined : this.#otherMru(data);
      if (type === LcpOption.magic && this.#magic !== undefined) {
        this.#magic = how === 'reject' ? undefined : this.#newMagic();
      }
      if (type === LcpOption.authentication && this.#demanded.length > 0) {
        this.#demanded = how === 'reject' ? [] : this.#otherDemand(decodeAuthentication(data));
        // Nobody is let in unasked.
        if (this.#demanded.length === 0) return 'give-up';
      }
    }
    return 'ask-again';
  }

  /** A smaller one, as the peer wishes; never a larger one than we asked for, nor one that IP cannot live with. */
  #otherMru(data: Uint8Array): number | undefined {
    if (this.#mru === undefined || data.length !== 2) return this.#mru;
    const wished = readNumber(data);
    return wished >= LEAST_MRU ? Math.min(wished, this.#options.mru ?? DEFAULT_MRU) : this.#mru;
  }

  /** What is left to ask for: the peer's wish first if it is one of ours, else the next in order. */
  #otherDemand(wished: PppAuthentication | undefined): readonly PppAuthentication[] {
    const left = this.#demanded.slice(1);
    if (wished === undefined || !left.includes(wished)) return left;
    return [wished, ...left.filter((one) => one !== wished)];
  }
}
