import { readUint16, readUint32, writeUint16 } from '../shared/ip/byte-order.ts';
import { IpProtocol } from '../shared/ip/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../shared/ip/ipv6.ts';
import { copyBytes } from './copy-bytes.ts';
import { Tcp } from './packet-layout.ts';
import { GsoType, HEADER_AT, PACKET_AT, clearVirtioHeader, writeVirtioHeader } from './virtio-header.ts';
import { WordSum, fold } from './word-sum.ts';

/** Takes bytes[start..end), a virtio header and a packet. */
export type WritePacket = (bytes: Uint8Array, start: number, end: number) => void;

/*
 * One buffer for all: what comes out of it needs one address only.
 *
 *   0         64 KiB    …                                     per slot: 2 unused, virtio header (10), packet
 *   +---------+---------+---------+---------+---------+       so that the packet is aligned to 4
 *   | slot 0  | slot 1  | …       | slot 7  | single  |
 *   +---------+---------+---------+---------+---------+
 */
const SLOT_COUNT = 8;
const SLOT_LENGTH = 65_552;
const SINGLE = SLOT_COUNT * SLOT_LENGTH;
const MAXIMUM_PACKET = 65_535;
const IPV4_LENGTH = 20;
const DO_NOT_FRAGMENT = 0x4000;
const ACCEPTED_FLAGS = Tcp.ACK | Tcp.PSH;

/** A superpacket being made. Offsets count from the packet's first byte. */
interface Slot {
  readonly base: number;
  /** 0 = empty. */
  length: number;
  segments: number;
  /** Payload of each segment but the last. */
  segmentSize: number;
  transport: number;
  payload: number;
  nextSequence: number;
  nextIdentification: number;
  order: number;
}

/**
 * Puts consecutive TCP segments of a flow together, as generic receive offload does it, so that the kernel takes up
 * to 64 KiB in one call. Only segments whose checksums were found right are joined, because the joint one is
 * calculated anew: a damaged packet is passed on as it is, for its receiver to throw away. Everything else passes at
 * once; the order within a flow is kept.
 *
 * The superpacket cut up again gives the packets that came in, but for the identification of IPv4 packets that may
 * not be fragmented (RFC 6864 §4.1: it has no meaning there).
 */
export class Coalescer {
  readonly #write: WritePacket;
  readonly #sumOfReceived = new WordSum();
  readonly #sumOfHeld = new WordSum();
  readonly #buffer = Buffer.allocUnsafeSlow((SLOT_COUNT + 1) * SLOT_LENGTH);
  readonly #slots: readonly Slot[];
  #held = 0;
  #order = 0;
  // The packet in hand.
  #bytes: Uint8Array = this.#buffer;
  #start = 0;
  #end = 0;
  #transport = 0;
  #payload = 0;

  constructor(write: WritePacket) {
    this.#write = write;
    this.#slots = Array.from({ length: SLOT_COUNT }, (_, index) => emptySlot(index * SLOT_LENGTH));
    clearVirtioHeader(this.#buffer, SINGLE + HEADER_AT);
  }

  /** Whether something waits for {@link flush}. */
  get holds(): boolean {
    return this.#held > 0;
  }

  /** Takes the packet bytes[start..end); copied where it must wait. */
  push(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    const kind = this.#classify();
    if (kind === 'other' || end - start > MAXIMUM_PACKET) {
      this.#writeSingle();
      return;
    }
    if (kind === 'unknown-flow') {
      this.flush();
      this.#writeSingle();
      return;
    }
    const slot = this.#held > 0 ? this.#find() : undefined;
    if (kind === 'tcp' || !this.#isIntact()) {
      if (slot !== undefined) this.#release(slot);
      this.#writeSingle();
      return;
    }
    if (slot !== undefined && this.#continues(slot)) {
      this.#append(slot);
      return;
    }
    if (slot !== undefined) this.#release(slot);
    if (this.#flags() === ACCEPTED_FLAGS) this.#writeSingle();
    else this.#hold();
  }

  /** Writes all that waits, in the order in which it began. */
  flush(): void {
    while (this.#held > 0) this.#release(this.#oldest());
  }

  /**
   * `joinable`: a TCP segment with payload and nothing special, its checksum not yet looked at; `tcp`: of a known
   * flow, but to be passed on alone; `unknown-flow`: TCP, but its flow cannot be told; `other`: of no flow that may wait.
   */
  #classify(): 'joinable' | 'tcp' | 'unknown-flow' | 'other' {
    const version = (this.#bytes[this.#start] ?? 0) >>> 4;
    if (version === 4) return this.#classifyIpv4();
    return version === 6 ? this.#classifyIpv6() : 'other';
  }

  #classifyIpv4(): 'joinable' | 'tcp' | 'unknown-flow' | 'other' {
    const bytes = this.#bytes;
    const start = this.#start;
    const length = this.#end - start;
    if (length < IPV4_LENGTH || bytes[start + 9] !== IpProtocol.tcp) return 'other';
    // Options, fragments, padding: rare, and nothing that could be put together again.
    if (bytes[start] !== 0x45 || (readUint16(bytes, start + 6) & ~DO_NOT_FRAGMENT) !== 0)
      return 'unknown-flow';
    if (readUint16(bytes, start + 2) !== length) return 'unknown-flow';
    return this.#classifyTcp(IPV4_LENGTH);
  }

  #classifyIpv6(): 'joinable' | 'tcp' | 'unknown-flow' | 'other' {
    const length = this.#end - this.#start;
    if (length < IPV6_HEADER_LENGTH) return 'other';
    const next = this.#bytes[this.#start + 6] ?? 0;
    if (next !== IpProtocol.tcp) {
      // Behind an extension header there may be anything; behind these there is none.
      return next === IpProtocol.udp || next === 58 ? 'other' : 'unknown-flow';
    }
    if (readUint16(this.#bytes, this.#start + 4) !== length - IPV6_HEADER_LENGTH) return 'unknown-flow';
    return this.#classifyTcp(IPV6_HEADER_LENGTH);
  }

  #classifyTcp(transport: number): 'joinable' | 'tcp' | 'unknown-flow' {
    const at = this.#start + transport;
    if (this.#end - at < Tcp.headerLength) return 'unknown-flow';
    const offset = this.#bytes[at + Tcp.dataOffset] ?? 0;
    const payload = transport + (offset >>> 4) * 4;
    this.#transport = transport;
    this.#payload = payload;
    const flags = this.#flags();
    const plain =
      (flags === Tcp.ACK || flags === ACCEPTED_FLAGS) &&
      (offset & 0x0f) === 0 &&
      readUint16(this.#bytes, at + Tcp.urgent) === 0;
    return plain && payload >= transport + Tcp.headerLength && this.#end - this.#start > payload
      ? 'joinable'
      : 'tcp';
  }

  #flags(): number {
    return this.#bytes[this.#start + this.#transport + Tcp.flags] ?? 0;
  }

  /** Whether the checksums say that the packet is what its sender made. */
  #isIntact(): boolean {
    const bytes = this.#bytes;
    const start = this.#start;
    const tcp = start + this.#transport;
    if (this.#transport === IPV4_LENGTH) {
      if (this.#sumOfReceived.of(bytes, start, tcp) !== 0xffff) return false;
      return (
        fold(
          this.#sumOfReceived.of(bytes, start + 12, tcp) +
            IpProtocol.tcp +
            (this.#end - tcp) +
            this.#sumOfReceived.of(bytes, tcp, this.#end),
        ) === 0xffff
      );
    }
    // The addresses stand right before the TCP header.
    const sum = this.#sumOfReceived.of(bytes, start + 8, this.#end) + IpProtocol.tcp + (this.#end - tcp);
    return fold(sum) === 0xffff;
  }

  #find(): Slot | undefined {
    for (const slot of this.#slots) {
      if (slot.length > 0 && slot.transport === this.#transport && this.#isSameFlow(slot)) return slot;
    }
    return undefined;
  }

  /** Addresses and ports: they follow each other, for neither header has options before them. */
  #isSameFlow(slot: Slot): boolean {
    const from = this.#transport === IPV4_LENGTH ? 12 : 8;
    const to = this.#transport + 4;
    return this.#isSame(slot, from, to);
  }

  #isSame(slot: Slot, from: number, to: number): boolean {
    const held = this.#buffer;
    const heldAt = slot.base + PACKET_AT;
    const received = this.#bytes;
    const receivedAt = this.#start;
    for (let i = from; i < to; i += 1) {
      if (held[heldAt + i] !== received[receivedAt + i]) return false;
    }
    return true;
  }

  #continues(slot: Slot): boolean {
    const bytes = this.#bytes;
    const tcp = this.#start + this.#transport;
    const size = this.#end - this.#start - this.#payload;
    if (
      readUint32(bytes, tcp + Tcp.sequence) !== slot.nextSequence ||
      this.#payload !== slot.payload ||
      size > slot.segmentSize ||
      slot.length + size > MAXIMUM_PACKET
    )
      return false;
    return (
      this.#continuesNetwork(slot) &&
      this.#isSame(slot, this.#transport + Tcp.acknowledgement, this.#transport + Tcp.flags) &&
      this.#isSame(slot, this.#transport + Tcp.window, this.#transport + Tcp.checksum) &&
      this.#isSame(slot, this.#transport + Tcp.headerLength, this.#payload)
    );
  }

  /** All but the length and, in IPv4, what follows from it. */
  #continuesNetwork(slot: Slot): boolean {
    if (this.#transport !== IPV4_LENGTH) return this.#isSame(slot, 0, 4) && this.#isSame(slot, 6, 8);
    const fragmentation = readUint16(this.#bytes, this.#start + 6);
    return (
      this.#isSame(slot, 0, 2) &&
      this.#isSame(slot, 6, 10) &&
      ((fragmentation & DO_NOT_FRAGMENT) !== 0 ||
        readUint16(this.#bytes, this.#start + 4) === slot.nextIdentification)
    );
  }

  #hold(): void {
    if (this.#held === SLOT_COUNT) this.#release(this.#oldest());
    for (const slot of this.#slots) {
      if (slot.length > 0) continue;
      copyBytes(this.#bytes, this.#start, this.#end, this.#buffer, slot.base + PACKET_AT);
      slot.length = this.#end - this.#start;
      slot.segments = 1;
      slot.transport = this.#transport;
      slot.payload = this.#payload;
      slot.segmentSize = slot.length - this.#payload;
      this.#expectNext(slot, slot.segmentSize);
      slot.order = this.#order++;
      this.#held += 1;
      return;
    }
  }

  #append(slot: Slot): void {
    const size = this.#end - this.#start - this.#payload;
    const target = slot.base + PACKET_AT + slot.length;
    copyBytes(this.#bytes, this.#start + this.#payload, this.#end, this.#buffer, target);
    slot.length += size;
    slot.segments += 1;
    this.#expectNext(slot, size);
    const flags = this.#flags();
    this.#buffer[slot.base + PACKET_AT + slot.transport + Tcp.flags] = flags;
    // A pushed segment ends a sender's burst, a shorter one must be the last.
    const isLast = flags !== Tcp.ACK || size < slot.segmentSize;
    if (isLast || slot.length + slot.segmentSize > MAXIMUM_PACKET) this.#release(slot);
  }

  #expectNext(slot: Slot, size: number): void {
    const tcp = this.#start + this.#transport;
    slot.nextSequence = (readUint32(this.#bytes, tcp + Tcp.sequence) + size) >>> 0;
    slot.nextIdentification = (readUint16(this.#bytes, this.#start + 4) + 1) & 0xffff;
  }

  #oldest(): Slot {
    let oldest: Slot | undefined;
    for (const slot of this.#slots) {
      if (slot.length > 0 && (oldest === undefined || slot.order < oldest.order)) oldest = slot;
    }
    if (oldest === undefined) throw new Error('no packet waits');
    return oldest;
  }

  #release(slot: Slot): void {
    const header = slot.base + HEADER_AT;
    if (slot.segments === 1) clearVirtioHeader(this.#buffer, header);
    else this.#completeSuperpacket(slot);
    const end = slot.base + PACKET_AT + slot.length;
    slot.length = 0;
    this.#held -= 1;
    this.#write(this.#buffer, header, end);
  }

  #completeSuperpacket(slot: Slot): void {
    const buffer = this.#buffer;
    const packet = slot.base + PACKET_AT;
    const tcp = packet + slot.transport;
    const isIpv4 = slot.transport === IPV4_LENGTH;
    if (isIpv4) {
      writeUint16(buffer, packet + 2, slot.length);
      writeUint16(buffer, packet + 10, 0);
      writeUint16(buffer, packet + 10, ~this.#sumOfHeld.of(buffer, packet, tcp));
    } else {
      writeUint16(buffer, packet + 4, slot.length - IPV6_HEADER_LENGTH);
    }
    const addresses = this.#sumOfHeld.of(buffer, packet + (isIpv4 ? 12 : 8), tcp);
    writeUint16(buffer, tcp + Tcp.checksum, fold(addresses + IpProtocol.tcp + slot.length - slot.transport));
    writeVirtioHeader(buffer, slot.base + HEADER_AT, {
      flags: 1,
      gsoType: isIpv4 ? GsoType.tcp4 : GsoType.tcp6,
      headerLength: slot.payload,
      gsoSize: slot.segmentSize,
      checksumStart: slot.transport,
      checksumOffset: Tcp.checksum,
    });
  }

  #writeSingle(): void {
    const length = this.#end - this.#start;
    if (length > MAXIMUM_PACKET) return;
    copyBytes(this.#bytes, this.#start, this.#end, this.#buffer, SINGLE + PACKET_AT);
    this.#write(this.#buffer, SINGLE + HEADER_AT, SINGLE + PACKET_AT + length);
  }
}

function emptySlot(base: number): Slot {
  return {
    base,
    length: 0,
    segments: 0,
    segmentSize: 0,
    transport: 0,
    payload: 0,
    nextSequence: 0,
    nextIdentification: 0,
    order: 0,
  };
}
