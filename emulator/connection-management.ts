/** The router's "Connection Management" page: a row per tunnel. */
export interface ConnectionRow {
  /** The row's number, and the tunnel's interface number (`ifno`). `drop` takes it. */
  readonly vpn: number;
  /** Index in the table of dial-in users. */
  readonly userIndex: number;
  readonly userName: string;
  /** For example "SSL Tunnel TLS_AES_128_GCM_SHA256". */
  readonly type: string;
  readonly remoteAddress: string;
  /** The client's address inside the tunnel, as a network: "192.168.240.10/32". */
  readonly virtualNetwork: string;
  /** Tx = from the router to the client. */
  readonly txPackets: number;
  readonly txBytes: number;
  /** Bits per second over the last second or so. */
  readonly txRate: number;
  readonly rxPackets: number;
  readonly rxBytes: number;
  readonly rxRate: number;
  readonly upTimeSeconds: number;
  /** The router's form: "0:01:02". */
  readonly upTime: string;
  /** False while the second step is due: nothing but the router can be reached. */
  readonly authenticated: boolean;
}

/** Hours are not folded into days. */
export function formatUpTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** A rate in bits per second out of a counter of bytes that is looked at now and then. */
export class RateMeter {
  #bytes = 0;
  #at: number;
  #rate = 0;

  /** `now` in milliseconds, as in `sample`. */
  constructor(now: number) {
    this.#at = now;
  }

  /** Call it with the counter's value, at least a little time apart. */
  sample(bytes: number, now: number): void {
    const elapsed = now - this.#at;
    if (elapsed <= 0) return;
    this.#rate = ((bytes - this.#bytes) * 8000) / elapsed;
    this.#bytes = bytes;
    this.#at = now;
  }

  get bitsPerSecond(): number {
    return Math.round(this.#rate);
  }
}

/** The lowest number that is free, from 1 to a limit: row and interface numbers. */
export class Slots {
  readonly #taken: boolean[] = [];
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get left(): number {
    return this.#limit - this.#used;
  }

  take(): number | undefined {
    if (this.left <= 0) return undefined;
    const free = this.#taken.indexOf(false);
    const index = free < 0 ? this.#taken.length : free;
    this.#taken[index] = true;
    this.#used += 1;
    return index + 1;
  }

  release(slot: number): void {
    if (this.#taken[slot - 1] !== true) return;
    this.#taken[slot - 1] = false;
    this.#used -= 1;
  }
}
