import { readUint16, readUint32, writeUint16, writeUint32 } from '../shared/ip/byte-order.ts';
import { IpProtocol } from '../shared/ip/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../shared/ip/ipv6.ts';
import { copyBytes } from './copy-bytes.ts';
import { Tcp, UDP_HEADER_LENGTH } from './packet-layout.ts';
import {
  GsoType,
  NEEDS_CHECKSUM,
  VIRTIO_HEADER_LENGTH,
  virtioChecksumOffset,
  virtioChecksumStart,
  virtioFlags,
  virtioGsoSize,
  virtioGsoType,
} from './virtio-header.ts';
import { WordSum, fold } from './word-sum.ts';

/**
 * Cuts what a device with offloads hands out into packets: a TCP or UDP superpacket into segments with their own
 * headers and checksums, as the kernel's own segmentation does it (RFC 9293 for the flags, RFC 768 for the zero
 * checksum); a plain packet stays one, its checksum completed. One superpacket at a time; it stays in the caller's
 * buffer, which must not change until all segments are written.
 */
export class Segmenter {
  /** Bytes of the next packet; 0 = none left. */
  nextLength = 0;
  readonly #sum = new WordSum();
  #bytes: Uint8Array = new Uint8Array(0);
  #kind: 'packet' | 'tcp' | 'udp' = 'packet';
  /** Of the superpacket's IP header, transport header, payload. */
  #start = 0;
  #transport = 0;
  #payload = 0;
  #end = 0;
  /** Where the next segment's payload begins, and how much payload a segment has. */
  #at = 0;
  #segmentSize = 0;
  #index = 0;
  #isIpv4 = true;
  /** Sums of what all segments' headers have in common. */
  #networkSum = 0;
  #transportSum = 0;
  #identification = 0;
  #sequence = 0;
  #flags = 0;
  #urgent = 0;

  /**
   * Takes up bytes[start..end), which begins with a virtio header. TCP segments are made no longer than `mtu` bytes
   * whatever size the sender asked for; other packets keep theirs. False = headers that contradict each other:
   * nothing is left to be written.
   */
  load(bytes: Uint8Array, start: number, end: number, mtu: number): boolean {
    this.nextLength = 0;
    this.#bytes = bytes;
    this.#start = start + VIRTIO_HEADER_LENGTH;
    this.#end = end;
    if (end - this.#start < 20) return false;
    this.#isIpv4 = (bytes[this.#start] ?? 0) >>> 4 === 4;
    switch (virtioGsoType(bytes, start)) {
      case GsoType.none:
        return this.#loadPacket(start);
      case GsoType.tcp4:
        return this.#isIpv4 && this.#loadTcp(start, mtu);
      case GsoType.tcp6:
        return !this.#isIpv4 && this.#loadTcp(start, mtu);
      case GsoType.udp:
        return this.#loadUdp(start);
      default:
        return false;
    }
  }

  /** Forgets what is left. */
  clear(): void {
    this.nextLength = 0;
  }

  /** Writes the next packet, `nextLength` bytes, to target[at…). */
  writeNext(target: Uint8Array, at: number): void {
    switch (this.#kind) {
      case 'packet':
        copyBytes(this.#bytes, this.#start, this.#end, target, at);
        this.nextLength = 0;
        return;
      case 'tcp':
        this.#writeTcp(target, at);
        return;
      case 'udp':
        this.#writeUdp(target, at);
        return;
    }
  }

  #loadPacket(header: number): boolean {
    this.#kind = 'packet';
    if ((virtioFlags(this.#bytes, header) & NEEDS_CHECKSUM) !== 0) {
      const from = this.#start + virtioChecksumStart(this.#bytes, header);
      const offset = virtioChecksumOffset(this.#bytes, header);
      if (from + offset + 2 > this.#end) return false;
      // The field holds the pseudo-header's sum, so it is part of what is added.
      const checksum = ~this.#sum.of(this.#bytes, from, this.#end) & 0xffff;
      const isUdp = offset === 6;
      writeUint16(this.#bytes, from + offset, isUdp && checksum === 0 ? 0xffff : checksum);
    }
    this.nextLength = this.#end - this.#start;
    return true;
  }

  #loadTcp(header: number, mtu: number): boolean {
    const bytes = this.#bytes;
    if (!this.#loadNetwork(header, IpProtocol.tcp)) return false;
    const transport = this.#transport;
    if (this.#end - transport < Tcp.headerLength) return false;
    const headerLength = ((bytes[transport + Tcp.dataOffset] ?? 0) >>> 4) * 4;
    this.#payload = transport + headerLength;
    if (headerLength < Tcp.headerLength || this.#payload >= this.#end) return false;
    const most = mtu - (this.#payload - this.#start);
    this.#segmentSize = Math.min(virtioGsoSize(bytes, header), most);
    if (this.#segmentSize <= 0) return false;
    this.#kind = 'tcp';
    this.#sequence = readUint32(bytes, transport + Tcp.sequence);
    this.#flags = bytes[transport + Tcp.flags] ?? 0;
    this.#urgent = readUint16(bytes, transport + Tcp.urgent);
    // Left out: sequence, flags, checksum, urgent pointer.
    this.#transportSum =
      this.#addressSum() +
      IpProtocol.tcp +
      this.#sum.of(bytes, transport, transport + Tcp.sequence) +
      this.#sum.of(bytes, transport + Tcp.acknowledgement, transport + Tcp.dataOffset) +
      ((bytes[transport + Tcp.dataOffset] ?? 0) << 8) +
      readUint16(bytes, transport + Tcp.window) +
      this.#sum.of(bytes, transport + Tcp.headerLength, this.#payload);
    this.#begin();
    return true;
  }

  #loadUdp(header: number): boolean {
    if (!this.#loadNetwork(header, IpProtocol.udp)) return false;
    this.#payload = this.#transport + UDP_HEADER_LENGTH;
    this.#segmentSize = virtioGsoSize(this.#bytes, header);
    if (this.#payload >= this.#end || this.#segmentSize === 0) return false;
    this.#kind = 'udp';
    this.#transportSum = this.#addressSum() + IpProtocol.udp + readUint32Halves(this.#bytes, this.#transport);
    this.#begin();
    return true;
  }

  /** The kernel says where the transport header is: behind options and extension headers. */
  #loadNetwork(header: number, protocol: number): boolean {
    const bytes = this.#bytes;
    const start = this.#start;
    const length = virtioChecksumStart(bytes, header);
    this.#transport = start + length;
    if (this.#transport >= this.#end) return false;
    if (!this.#isIpv4) return (bytes[start] ?? 0) >>> 4 === 6 && length >= IPV6_HEADER_LENGTH;
    if (length < 20 || length !== ((bytes[start] ?? 0) & 0x0f) * 4 || bytes[start + 9] !== protocol)
      return false;
    this.#identification = readUint16(bytes, start + 4);
    // Left out: total length, identification, checksum.
    this.#networkSum =
      readUint16(bytes, start) +
      this.#sum.of(bytes, start + 6, start + 10) +
      this.#sum.of(bytes, start + 12, this.#transport);
    return true;
  }

  #addressSum(): number {
    const from = this.#start + (this.#isIpv4 ? 12 : 8);
    return this.#sum.of(this.#bytes, from, from + (this.#isIpv4 ? 8 : 32));
  }

  #begin(): void {
    this.#index = 0;
    this.#at = this.#payload;
    this.#measureNext();
  }

  #measureNext(): void {
    const left = this.#end - this.#at;
    this.nextLength = left <= 0 ? 0 : this.#payload - this.#start + Math.min(left, this.#segmentSize);
  }

  #writeTcp(target: Uint8Array, at: number): void {
    const stop = this.#copySegment(target, at);
    const tcp = at + this.#transport - this.#start;
    const offset = this.#at - this.#payload;
    const sequence = (this.#sequence + offset) >>> 0;
    let flags = this.#flags;
    if (stop < this.#end) flags &= ~(Tcp.FIN | Tcp.PSH);
    if (this.#index > 0) flags &= ~Tcp.CWR;
    let urgent = this.#urgent;
    if (offset > 0 && (flags & Tcp.URG) !== 0) {
      // It counts from the segment's own first byte.
      urgent = Math.max(0, urgent - offset);
      if (urgent === 0) flags &= ~Tcp.URG;
    }
    writeUint32(target, tcp + Tcp.sequence, sequence);
    target[tcp + Tcp.flags] = flags;
    writeUint16(target, tcp + Tcp.urgent, urgent);
    const length = this.#payload - this.#transport + stop - this.#at;
    const sum =
      this.#transportSum +
      length +
      (sequence >>> 16) +
      (sequence & 0xffff) +
      flags +
      urgent +
      this.#sum.of(this.#bytes, this.#at, stop);
    writeUint16(target, tcp + Tcp.checksum, ~fold(sum));
    this.#advance(stop);
  }

  #writeUdp(target: Uint8Array, at: number): void {
    const stop = this.#copySegment(target, at);
    const udp = at + this.#transport - this.#start;
    const length = UDP_HEADER_LENGTH + stop - this.#at;
    writeUint16(target, udp + 4, length);
    const sum = this.#transportSum + 2 * length + this.#sum.of(this.#bytes, this.#at, stop);
    const checksum = ~fold(sum) & 0xffff;
    writeUint16(target, udp + 6, checksum === 0 ? 0xffff : checksum);
    this.#advance(stop);
  }

  /** Headers and payload, the network header mended. Returns where the segment's payload ends in the superpacket. */
  #copySegment(target: Uint8Array, at: number): number {
    const stop = Math.min(this.#end, this.#at + this.#segmentSize);
    copyBytes(this.#bytes, this.#start, this.#payload, target, at);
    copyBytes(this.#bytes, this.#at, stop, target, at + this.#payload - this.#start);
    const length = this.#payload - this.#start + stop - this.#at;
    if (!this.#isIpv4) {
      writeUint16(target, at + 4, length - IPV6_HEADER_LENGTH);
      return stop;
    }
    const identification = (this.#identification + this.#index) & 0xffff;
    writeUint16(target, at + 2, length);
    writeUint16(target, at + 4, identification);
    writeUint16(target, at + 10, ~fold(this.#networkSum + length + identification));
    return stop;
  }

  #advance(stop: number): void {
    this.#at = stop;
    this.#index += 1;
    this.#measureNext();
  }
}

function readUint32Halves(bytes: Uint8Array, at: number): number {
  return readUint16(bytes, at) + readUint16(bytes, at + 2);
}
