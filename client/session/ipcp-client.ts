import type { Judgement, Negotiation } from '../../shared/protocol/negotiation.ts';
import { IpcpOption, UNSPECIFIED, decodeAddress, encodeAddressOption } from '../../shared/protocol/ipcp.ts';
import type { ConfigurationOption } from '../../shared/protocol/options.ts';

export type NoAddressReason = 'pool-exhausted' | 'static-refused' | 'unusable';

export interface IpcpClientOptions {
  /** Dotted decimal; undefined asks the router for one. */
  readonly address: string | undefined;
  /** `primary`: the first server only, as DrayTek's mobile client asks. */
  readonly requestDns: boolean | 'primary';
  readonly requestNetmask: boolean;
}

/** What the client asks of IPCP, and what it grants the router: its address, and nothing else. */
export class IpcpClientNegotiation implements Negotiation {
  readonly #options: IpcpClientOptions;
  #address = UNSPECIFIED;
  /** Answers so far; a type that is not here is not asked for. */
  #wishes = new Map<number, string>();
  #peerAddress: string | undefined;
  #askedForPeerAddress = false;
  #addressRejected = false;

  constructor(options: IpcpClientOptions) {
    this.#options = options;
    this.reset();
  }

  /** Everything is to be negotiated anew. */
  reset(): void {
    const { address, requestDns, requestNetmask } = this.#options;
    this.#address = address ?? UNSPECIFIED;
    this.#wishes = new Map();
    if (requestDns !== false) this.#wishes.set(IpcpOption.primaryDns, UNSPECIFIED);
    if (requestDns === true) this.#wishes.set(IpcpOption.secondaryDns, UNSPECIFIED);
    if (requestNetmask) this.#wishes.set(IpcpOption.netmask, UNSPECIFIED);
    this.#peerAddress = undefined;
    this.#askedForPeerAddress = false;
    this.#addressRejected = false;
  }

  get address(): string {
    return this.#address;
  }

  /** The router's address inside the tunnel. */
  get peerAddress(): string | undefined {
    return this.#peerAddress;
  }

  get netmask(): string | undefined {
    return this.#answer(IpcpOption.netmask);
  }

  get dns(): string[] {
    const servers = [this.#answer(IpcpOption.primaryDns), this.#answer(IpcpOption.secondaryDns)];
    return [...new Set(servers.filter((server) => server !== undefined))];
  }

  /** Why there is no address, once the negotiation has failed. */
  get noAddressReason(): NoAddressReason {
    if (this.#options.address !== undefined) return 'static-refused';
    return this.#addressRejected ? 'pool-exhausted' : 'unusable';
  }

  #answer(type: number): string | undefined {
    const value = this.#wishes.get(type);
    return value === UNSPECIFIED ? undefined : value;
  }

  request(): readonly ConfigurationOption[] {
    return [
      encodeAddressOption(IpcpOption.address, this.#address),
      ...Array.from(this.#wishes, ([type, value]) => encodeAddressOption(type, value)),
    ];
  }

  judge(options: readonly ConfigurationOption[]): Judgement {
    const reject = options.filter((option) => !isAddressOfItsOwn(option));
    const named = options.some((option) => option.type === IpcpOption.address);
    const append: ConfigurationOption[] = [];
    // RFC 1332 §3.3: a Nak with an address of zero asks the peer to name its own. Once is enough.
    if (reject.length === 0 && !named && !this.#askedForPeerAddress) {
      this.#askedForPeerAddress = true;
      append.push(encodeAddressOption(IpcpOption.address, UNSPECIFIED));
    }
    return { reject, nak: [], append };
  }

  accept(options: readonly ConfigurationOption[]): void {
    const option = options.find(({ type }) => type === IpcpOption.address);
    this.#peerAddress = option === undefined ? undefined : decodeAddress(option.data);
  }

  acknowledged(): 'agreed' {
    return 'agreed';
  }

  refused(how: 'nak' | 'reject', options: readonly ConfigurationOption[]): 'ask-again' | 'give-up' {
    for (const { type, data } of options) {
      if (how === 'reject') {
        if (type === IpcpOption.address) {
          this.#addressRejected = true;
          return 'give-up';
        }
        this.#wishes.delete(type);
      } else if (this.#takeNak(type, decodeAddress(data)) === 'give-up') {
        return 'give-up';
      }
    }
    return 'ask-again';
  }

  #takeNak(type: number, value: string | undefined): 'ask-again' | 'give-up' {
    if (value === undefined) return 'ask-again';
    switch (type) {
      case IpcpOption.address:
        // Zero: the router has none yet, its DHCP server is being asked. We ask again.
        if (value === UNSPECIFIED || value === this.#address) return 'ask-again';
        if (this.#options.address !== undefined) return 'give-up';
        this.#address = value;
        return 'ask-again';
      case IpcpOption.netmask:
      case IpcpOption.primaryDns:
      case IpcpOption.secondaryDns:
        // A router without a second server may say so by zero.
        if (value === UNSPECIFIED) this.#wishes.delete(type);
        else this.#wishes.set(type, value);
        return 'ask-again';
      default:
        return 'ask-again';
    }
  }
}

/** An address that the router names as its own: not zero, which would ask us for one. */
function isAddressOfItsOwn({ type, data }: ConfigurationOption): boolean {
  if (type !== IpcpOption.address) return false;
  const address = decodeAddress(data);
  return address !== undefined && address !== UNSPECIFIED;
}
