import { endianness } from 'node:os';

/*
 * struct virtio_net_hdr (linux/virtio_net.h): stands before each packet of a device opened with IFF_VNET_HDR.
 * In the machine's byte order, which is little-endian wherever the offloads are used.
 *
 *   0      1         2                4                6                8                10
 *   +------+---------+----------------+----------------+----------------+----------------+--------
 *   |flags |gso_type | hdr_len        | gso_size       | csum_start     | csum_offset    | packet
 *   +------+---------+----------------+----------------+----------------+----------------+--------
 *
 * csum_start counts from the packet's first byte, csum_offset from there. gso_size is the payload of one segment.
 */
export const VIRTIO_HEADER_LENGTH = 10;

/** Where it stands in a buffer that begins at a multiple of 4, so that the packet behind it does too. */
export const HEADER_AT = 2;
export const PACKET_AT = HEADER_AT + VIRTIO_HEADER_LENGTH;

/** Flag: the checksum field holds the pseudo-header's sum; the rest is still to be added. */
export const NEEDS_CHECKSUM = 1;

export const GsoType = { none: 0, tcp4: 1, tcp6: 4, udp: 5 } as const;
/** Added to a TCP type: the first segment has CWR set. */
export const GSO_ECN = 0x80;

export interface VirtioFields {
  readonly flags: number;
  readonly gsoType: number;
  readonly headerLength: number;
  readonly gsoSize: number;
  readonly checksumStart: number;
  readonly checksumOffset: number;
}

export function writeVirtioHeader(target: Uint8Array, at: number, fields: VirtioFields): void {
  target[at] = fields.flags;
  target[at + 1] = fields.gsoType;
  writeLittle(target, at + 2, fields.headerLength);
  writeLittle(target, at + 4, fields.gsoSize);
  writeLittle(target, at + 6, fields.checksumStart);
  writeLittle(target, at + 8, fields.checksumOffset);
}

/** A header that says nothing: the packet is as it stands. */
export function clearVirtioHeader(target: Uint8Array, at: number): void {
  // By hand: `fill` is a call into native code, for ten bytes of each packet.
  for (let i = at; i < at + VIRTIO_HEADER_LENGTH; i += 1) target[i] = 0;
}

export function virtioFlags(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** A value of {@link GsoType}, without GSO_ECN. */
export function virtioGsoType(bytes: Uint8Array, at: number): number {
  return (bytes[at + 1] ?? 0) & ~GSO_ECN;
}

export function virtioGsoSize(bytes: Uint8Array, at: number): number {
  return readLittle(bytes, at + 4);
}

export function virtioChecksumStart(bytes: Uint8Array, at: number): number {
  return readLittle(bytes, at + 6);
}

export function virtioChecksumOffset(bytes: Uint8Array, at: number): number {
  return readLittle(bytes, at + 8);
}

/** The fast paths are written for it. */
export function isLittleEndian(): boolean {
  return endianness() === 'LE';
}

function readLittle(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function writeLittle(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}
