import {
  IPV6_ADDRESS_LENGTH,
  addressOf,
  formatIpv6Address,
  parseIpv6Address,
} from '../shared/ip/ipv6-address.ts';

/** The network of which dial-in clients have their IPv6 addresses: a prefix of 64 bits, the router's own being ::1 in it. */
export class Ipv6Network {
  /** Its first address. */
  readonly prefix: Uint8Array;
  /** The router's own. */
  readonly router: Uint8Array;
  readonly #taken = new Set<string>();

  /** `cidr` as the configuration has checked it. */
  constructor(cidr: string) {
    const [address = ''] = cidr.split('/');
    this.prefix = addressOf(
      parseIpv6Address(address) ?? new Uint8Array(IPV6_ADDRESS_LENGTH),
      new Uint8Array(8),
    );
    this.router = addressOf(this.prefix, Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1));
    this.#taken.add(formatIpv6Address(this.router));
  }

  /** Whether a client may have that interface identifier: it is neither the router's nor another client's. */
  isFree(identifier: Uint8Array): boolean {
    return !this.#taken.has(formatIpv6Address(addressOf(this.prefix, identifier)));
  }

  /** The client's address; undefined when another client has it. */
  take(identifier: Uint8Array): Uint8Array | undefined {
    const address = addressOf(this.prefix, identifier);
    const text = formatIpv6Address(address);
    if (this.#taken.has(text)) return undefined;
    this.#taken.add(text);
    return address;
  }

  release(address: Uint8Array): void {
    this.#taken.delete(formatIpv6Address(address));
  }
}
