import { UnreachableCode, encodeIcmpUnreachable } from '../shared/ip/icmp.ts';
import { encodePacketTooBig } from '../shared/ip/icmpv6.ts';
import { ipv4Destination } from '../shared/ip/ipv4.ts';
import { fragmentIpv4 } from '../shared/ip/ipv4-fragment.ts';
import { IPV6_DESTINATION, isIpv6 } from '../shared/ip/ipv6.ts';
import { addressAt, isMulticast } from '../shared/ip/ipv6-address.ts';
import { clampMss } from './mss-clamp.ts';
import type { TunDevice } from './tun-device.ts';
import { TunReader } from './tun-reader.ts';
import { TunWriter } from './tun-writer.ts';

/** Reads in one turn; then the link's socket gets its turn. */
const DRAIN_LIMIT = 64;
const IPV4_HEADER_LENGTH = 20;

/** Where packets leave to: a TunnelLink. */
export interface PacketSink {
  /**
   * Where in `packetSpace` a packet of `length` bytes may be written, valid until `commitPacket`, which must follow at
   * once. -1 = no room, or gone: the packet is kept and offered again at `drain`.
   */
  reservePacket(length: number): number;
  readonly packetSpace: Uint8Array;
  commitPacket(): void;
  /** Sends what was committed: nothing of it leaves before. */
  flushPackets(): void;
  /** As one step: copies the packet bytes[start..end). It leaves at the end of this turn of the event loop. */
  sendPacket(bytes: Uint8Array, start: number, end: number): boolean;
}

export interface PacketPump {
  /** Plug into the link's handlers. */
  packet(bytes: Uint8Array, start: number, end: number): void;
  drain(): void;
  /** Whether the link takes IPv6 at this moment; at first it does not. Without it, such packets are dropped. */
  carriesIpv6: boolean;
  /** Packets that were not carried: of no kind that the link takes, larger than the MTU, or refused by the device. */
  readonly dropped: number;
  /** Idempotent. The device stays open. */
  stop(): void;
}

/**
 * Carries packets between a device and a link, in order. Superpackets are cut up right where the link wants the
 * packets. When the link has no room, the device is not read: the kernel's queue fills and its senders slow down.
 * `mtu` in bytes, that of the link.
 */
export function startPump(tun: TunDevice, link: PacketSink, mtu: number): PacketPump {
  const pump = new TunPump(tun, link, mtu);
  pump.start();
  return pump;
}

class TunPump implements PacketPump {
  carriesIpv6 = false;
  readonly #tun: TunDevice;
  readonly #link: PacketSink;
  readonly #mtu: number;
  readonly #reader: TunReader;
  readonly #writer: TunWriter;
  #dropped = 0;
  #stopped = false;
  /** The last turn brought one packet, or none. */
  #comesAlone = false;

  constructor(tun: TunDevice, link: PacketSink, mtu: number) {
    this.#tun = tun;
    this.#link = link;
    this.#mtu = mtu;
    this.#reader = new TunReader(tun);
    this.#writer = new TunWriter(tun);
  }

  get dropped(): number {
    return this.#dropped + this.#writer.dropped;
  }

  start(): void {
    this.#tun.onReadable(() => this.#readSome());
    this.#tun.resume();
  }

  packet(bytes: Uint8Array, start: number, end: number): void {
    if (this.#stopped || !this.#takes(bytes, start, end)) {
      this.#dropped += 1;
      return;
    }
    clampMss(bytes, start, end, this.#mtu);
    this.#writer.write(bytes, start, end);
  }

  drain(): void {
    if (this.#stopped || !this.#sendPackets()) return;
    this.#tun.resume();
    // It is readable more likely than not: one turn of the loop less.
    this.#readSome();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#writer.stop();
    this.#tun.pause();
    this.#tun.onReadable(() => {});
  }

  #readSome(): void {
    let reads = 0;
    while (reads < DRAIN_LIMIT && !this.#stopped && this.#reader.read()) {
      reads += 1;
      if (!this.#sendRead()) {
        this.#tun.pause();
        break;
      }
      // No other packet is to be expected behind it: it need not wait until the kernel has said so.
      if (this.#comesAlone) this.#link.flushPackets();
    }
    this.#comesAlone = reads <= 1;
    if (!this.#stopped) this.#link.flushPackets();
  }

  /** False = the link has no room for all of it. */
  #sendRead(): boolean {
    const reader = this.#reader;
    if (!this.#mayLeave() || !reader.cut(this.#mtu)) {
      this.#dropped += 1;
      return true;
    }
    if (reader.packets.nextLength > this.#mtu) {
      this.#refuseTooLong();
      return true;
    }
    return this.#sendPackets();
  }

  /** From the router: the device tells IPv4 from IPv6 by the first nibble, so none may be smuggled in. */
  #takes(bytes: Uint8Array, start: number, end: number): boolean {
    if (ipVersion(bytes, start) === 4) return end - start >= IPV4_HEADER_LENGTH;
    return this.carriesIpv6 && isIpv6(bytes, start, end);
  }

  /** A superpacket's length says nothing. */
  #mayLeave(): boolean {
    const { bytes, start } = this.#reader;
    const version = ipVersion(bytes, start);
    return version === 4 || (version === 6 && this.carriesIpv6);
  }

  /** False = the link has no room for the next one. */
  #sendPackets(): boolean {
    const { packets } = this.#reader;
    const link = this.#link;
    while (packets.nextLength > 0) {
      const length = packets.nextLength;
      const at = link.reservePacket(length);
      if (at < 0) return false;
      const space = link.packetSpace;
      packets.writeNext(space, at);
      clampMss(space, at, at + length, this.#mtu);
      link.commitPacket();
    }
    return true;
  }

  /** Cut into fragments, or its sender is told the size that fits (RFC 1191 §4, RFC 4443 §3.2). */
  #refuseTooLong(): void {
    const { bytes, start, end, packets } = this.#reader;
    packets.clear();
    if (ipVersion(bytes, start) === 6) {
      this.#dropped += 1;
      this.#answer(packetTooBig(bytes, start, end, this.#mtu));
      return;
    }
    const fragments = fragmentIpv4(bytes, start, end, this.#mtu);
    if (fragments !== undefined) {
      for (const fragment of fragments) this.#sendFragment(fragment);
      return;
    }
    this.#dropped += 1;
    // In the name of where it was to go: an address of our own would be thrown away as forged.
    const from = ipv4Destination(bytes, start);
    const code = UnreachableCode.fragmentationNeeded;
    this.#answer(encodeIcmpUnreachable(from, code, bytes, start, end, this.#mtu));
  }

  #answer(packet: Uint8Array | undefined): void {
    if (packet !== undefined) this.#writer.write(packet, 0, packet.length);
  }

  #sendFragment(fragment: Uint8Array): void {
    if (!this.#link.sendPacket(fragment, 0, fragment.length)) this.#dropped += 1;
  }
}

function ipVersion(bytes: Uint8Array, start: number): number {
  return (bytes[start] ?? 0) >>> 4;
}

function packetTooBig(bytes: Uint8Array, start: number, end: number, mtu: number): Uint8Array | undefined {
  // No packet comes from a group.
  if (isMulticast(bytes, start + IPV6_DESTINATION)) return undefined;
  return encodePacketTooBig(addressAt(bytes, start + IPV6_DESTINATION), bytes, start, end, mtu);
}
