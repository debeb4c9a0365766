import type { TunDevice } from './tun-device.ts';

/** Packets read in one turn; then the link's socket gets its turn. */
const DRAIN_LIMIT = 64;
const IPV4_HEADER_LENGTH = 20;

/** Where packets leave to: a TunnelLink. */
export interface PacketSink {
  /** False = no room, or gone: the packet is kept and offered again at `drain`. */
  sendPacket(bytes: Uint8Array, start: number, end: number): boolean;
}

export interface PacketPump {
  /** Plug into the link's handlers. */
  packet(bytes: Uint8Array, start: number, end: number): void;
  drain(): void;
  /** Packets that were not carried: no IPv4, larger than the MTU, or refused by the device. */
  readonly dropped: number;
  /** Idempotent. The device stays open. */
  stop(): void;
}

/**
 * Carries packets between a device and a link, one at a time and in order. When the link has no room, the
 * device is not read: the kernel's queue fills and its senders slow down. `mtu` in bytes, that of the link.
 */
export function startPump(tun: TunDevice, link: PacketSink, mtu: number): PacketPump {
  const pump = new SimplePump(tun, link, mtu);
  pump.start();
  return pump;
}

class SimplePump implements PacketPump {
  dropped = 0;
  readonly #tun: TunDevice;
  readonly #link: PacketSink;
  readonly #mtu: number;
  /** One byte more than a packet may have, so that a larger one is told from a full one. */
  readonly #buffer: Uint8Array;
  /** Bytes of a packet in #buffer that the link had no room for. */
  #pending = 0;
  #stopped = false;

  constructor(tun: TunDevice, link: PacketSink, mtu: number) {
    this.#tun = tun;
    this.#link = link;
    this.#mtu = mtu;
    this.#buffer = Buffer.allocUnsafeSlow(mtu + 1);
  }

  start(): void {
    this.#tun.onReadable(() => this.#readSome());
    this.#tun.resume();
  }

  packet(bytes: Uint8Array, start: number, end: number): void {
    // The device tells IPv4 from IPv6 by the first nibble: a router must not smuggle the latter in.
    if (this.#stopped || end - start < IPV4_HEADER_LENGTH || !isIpv4(bytes, start)) this.dropped += 1;
    else if (!this.#tun.write(bytes, start, end)) this.dropped += 1;
  }

  drain(): void {
    if (this.#stopped || this.#pending === 0) return;
    if (!this.#link.sendPacket(this.#buffer, 0, this.#pending)) return;
    this.#pending = 0;
    this.#tun.resume();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#tun.pause();
    this.#tun.onReadable(() => {});
  }

  #readSome(): void {
    for (let i = 0; i < DRAIN_LIMIT && !this.#stopped; i += 1) {
      const length = this.#tun.read(this.#buffer, 0, this.#buffer.length);
      if (length <= 0) return;
      if (length > this.#mtu || !isIpv4(this.#buffer, 0)) {
        this.dropped += 1;
      } else if (!this.#link.sendPacket(this.#buffer, 0, length)) {
        this.#pending = length;
        this.#tun.pause();
        return;
      }
    }
  }
}

function isIpv4(bytes: Uint8Array, start: number): boolean {
  return (bytes[start] ?? 0) >>> 4 === 4;
}
