import type { Judgement, Negotiation } from '../shared/protocol/negotiation.ts';
import {
  IpcpOption,
  UNSPECIFIED,
  decodeAddress,
  encodeAddressOption,
  encodeVanJacobson,
} from '../shared/protocol/ipcp.ts';
import type { ConfigurationOption } from '../shared/protocol/options.ts';

export interface IpcpServerOptions {
  readonly gateway: string;
  /** The first two are what IPCP can tell. */
  readonly dns: readonly string[];
  /** Told to a client that asks by option 1; undefined rejects the option. */
  readonly netmask: string | undefined;
  /** Ask for header compression first, in a request of its own. */
  readonly askVanJacobsonFirst: boolean;
  /** Answer the first request for an address by 0.0.0.0, as if DHCP had none yet. */
  readonly lateNak: boolean;
  /** An address for the peer, who may wish for one; undefined when none is left. Asked once. */
  readonly assignAddress: (wished: string | undefined) => string | undefined;
}

/** What a router asks of IPCP, and what it tells the client. */
export class IpcpServerNegotiation implements Negotiation {
  readonly #options: IpcpServerOptions;
  #askCompression = false;
  #askAddress = true;
  #late = false;
  #asked = false;
  #assigned: string | undefined;
  #granted: string | undefined;

  constructor(options: IpcpServerOptions) {
    this.#options = options;
    this.reset();
  }

  /** Everything is to be negotiated anew; an address that was assigned stays. */
  reset(): void {
    this.#askCompression = this.#options.askVanJacobsonFirst;
    this.#askAddress = true;
    this.#late = this.#options.lateNak;
    this.#granted = undefined;
  }

  /** The address that the client has acknowledged. */
  get granted(): string | undefined {
    return this.#granted;
  }

  /** A client wanted an address and there was none. */
  get exhausted(): boolean {
    return this.#asked && this.#assigned === undefined;
  }

  request(): readonly ConfigurationOption[] {
    if (this.#askCompression) return [encodeVanJacobson()];
    return this.#askAddress ? [encodeAddressOption(IpcpOption.address, this.#options.gateway)] : [];
  }

  judge(options: readonly ConfigurationOption[]): Judgement {
    const reject: ConfigurationOption[] = [];
    const nak: ConfigurationOption[] = [];
    for (const option of options) {
      const wanted = this.#wanted(option);
      if (wanted === undefined) reject.push(option);
      else if (wanted !== decodeAddress(option.data)) nak.push(encodeAddressOption(option.type, wanted));
    }
    const named = options.some(({ type }) => type === IpcpOption.address);
    const append =
      !named && this.#assigned !== undefined ? [encodeAddressOption(IpcpOption.address, this.#assigned)] : [];
    // Late once: an address of zero, which asks the client to ask again.
    if (this.#late && reject.length === 0) {
      const at = nak.findIndex(({ type }) => type === IpcpOption.address);
      if (at >= 0) {
        this.#late = false;
        nak[at] = encodeAddressOption(IpcpOption.address, UNSPECIFIED);
      }
    }
    return { reject, nak, append };
  }

  /** The value that an option ought to have; undefined for one that we reject. */
  #wanted({ type, data }: ConfigurationOption): string | undefined {
    const value = decodeAddress(data);
    if (value === undefined) return undefined;
    switch (type) {
      case IpcpOption.address:
        return this.#assign(value === UNSPECIFIED ? undefined : value);
      case IpcpOption.primaryDns:
        return this.#options.dns[0];
      case IpcpOption.secondaryDns:
        return this.#options.dns[1];
      case IpcpOption.netmask:
        return this.#options.netmask;
      default:
        return undefined;
    }
  }

  #assign(wished: string | undefined): string | undefined {
    if (!this.#asked) {
      this.#asked = true;
      this.#assigned = this.#options.assignAddress(wished);
      // There is nothing to wait for when the wish is granted.
      if (wished !== undefined && this.#assigned === wished) this.#late = false;
    }
    return this.#assigned;
  }

  accept(options: readonly ConfigurationOption[]): void {
    const option = options.find(({ type }) => type === IpcpOption.address);
    this.#granted = option === undefined ? undefined : decodeAddress(option.data);
  }

  /** A client that takes header compression does not get it: our next request names the address alone. */
  acknowledged(): 'agreed' | 'ask-again' {
    if (!this.#askCompression) return 'agreed';
    this.#askCompression = false;
    return 'ask-again';
  }

  refused(how: 'nak' | 'reject', options: readonly ConfigurationOption[]): 'ask-again' {
    for (const { type } of options) {
      if (type === IpcpOption.compression) this.#askCompression = false;
      if (type === IpcpOption.address && how === 'reject') this.#askAddress = false;
    }
    return 'ask-again';
  }
}
