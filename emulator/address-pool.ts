import { formatIpv4Address, parseIpv4Address } from '../shared/ip/ipv4-address.ts';

/** `start` dotted decimal, `count` addresses from there: the router's IP assignment range. */
export interface AddressRange {
  readonly start: string;
  readonly count: number;
}

/**
 * The addresses handed to clients. Static addresses may lie inside or outside the range; inside it
 * they are kept for their owners.
 */
export class AddressPool {
  #first: number;
  #count: number;
  readonly #taken = new Set<number>();
  readonly #reserved: (address: string) => boolean;
  /** Where the next search starts: a released address rests for as long as there are others. */
  #next = 0;

  /** `reserved` says which addresses of the range belong to somebody (static ones, the gateway). */
  constructor(range: AddressRange, reserved: (address: string) => boolean = () => false) {
    this.#first = parseIpv4Address(range.start) ?? 0;
    this.#count = range.count;
    this.#reserved = reserved;
  }

  /** For addresses handed out from now on; those in use stay with their clients. */
  setRange(range: AddressRange): void {
    this.#first = parseIpv4Address(range.start) ?? 0;
    this.#count = range.count;
    this.#next = 0;
  }

  /** The next free address; undefined when all are taken. */
  take(): string | undefined {
    for (let tried = 0; tried < this.#count; tried += 1) {
      const address = this.#first + ((this.#next + tried) % this.#count);
      const text = formatIpv4Address(address);
      if (!this.#taken.has(address) && !this.#reserved(text)) {
        this.#next = (this.#next + tried + 1) % this.#count;
        this.#taken.add(address);
        return text;
      }
    }
    return undefined;
  }

  /** An address that the client wishes for: given when it is in the range, free and nobody's. */
  takeWished(wished: string): string | undefined {
    const address = parseIpv4Address(wished);
    if (address === undefined || address < this.#first || address >= this.#first + this.#count) {
      return undefined;
    }
    return this.#reserved(wished) ? undefined : this.takeStatic(wished);
  }

  /** A user's own address; undefined when it is in use already. */
  takeStatic(wanted: string): string | undefined {
    const address = parseIpv4Address(wanted);
    if (address === undefined || this.#taken.has(address)) return undefined;
    this.#taken.add(address);
    return wanted;
  }

  release(address: string): void {
    const number = parseIpv4Address(address);
    if (number !== undefined) this.#taken.delete(number);
  }

  get used(): number {
    return this.#taken.size;
  }
}
