import { readUint16, writeUint16, writeUint32 } from '../../shared/ip/byte-order.ts';
import { checksumPart, internetChecksum } from '../../shared/ip/checksum.ts';
import { IpProtocol } from '../../shared/ip/ipv4.ts';

/** Packets for tests, made field by field and without the code that they test. */
export interface TcpFields {
  readonly version: 4 | 6;
  /** Last byte of the source address: one for each flow. */
  readonly flow: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly window: number;
  readonly urgent: number;
  readonly identification: number;
  /** The upper bits of the IPv4 header's word at 6. */
  readonly fragmentation: number;
  readonly tos: number;
  readonly ttl: number;
  /** Multiples of 4 bytes. */
  readonly ipOptions: Uint8Array;
  readonly tcpOptions: Uint8Array;
  readonly payload: Uint8Array;
}

export const PLAIN_TCP: TcpFields = {
  version: 4,
  flow: 1,
  sequence: 0,
  acknowledgement: 0x01020304,
  flags: 0x10,
  window: 500,
  urgent: 0,
  identification: 0,
  fragmentation: 0x4000,
  tos: 0,
  ttl: 64,
  ipOptions: new Uint8Array(0),
  tcpOptions: new Uint8Array(0),
  payload: new Uint8Array(0),
};

export function tcpPacket(fields: Partial<TcpFields>): Uint8Array {
  const all = { ...PLAIN_TCP, ...fields };
  const network = all.version === 4 ? 20 + all.ipOptions.length : 40;
  const transport = 20 + all.tcpOptions.length;
  const packet = new Uint8Array(network + transport + all.payload.length);
  if (all.version === 4) writeIpv4(packet, all, network);
  else writeIpv6(packet, all);
  writeUint16(packet, network, 443);
  writeUint16(packet, network + 2, 50_000);
  writeUint32(packet, network + 4, all.sequence);
  writeUint32(packet, network + 8, all.acknowledgement);
  packet[network + 12] = (transport / 4) << 4;
  packet[network + 13] = all.flags;
  writeUint16(packet, network + 14, all.window);
  writeUint16(packet, network + 18, all.urgent);
  packet.set(all.tcpOptions, network + 20);
  packet.set(all.payload, network + transport);
  writeUint16(packet, network + 16, transportChecksum(packet));
  return packet;
}

function writeIpv4(packet: Uint8Array, fields: TcpFields, headerLength: number): void {
  packet[0] = 0x40 | (headerLength / 4);
  packet[1] = fields.tos;
  writeUint16(packet, 2, packet.length);
  writeUint16(packet, 4, fields.identification);
  writeUint16(packet, 6, fields.fragmentation);
  packet[8] = fields.ttl;
  packet[9] = IpProtocol.tcp;
  packet.set([10, 0, 0, fields.flow, 10, 0, 1, 1], 12);
  packet.set(fields.ipOptions, 20);
  writeUint16(packet, 10, internetChecksum(packet, 0, headerLength));
}

function writeIpv6(packet: Uint8Array, fields: TcpFields): void {
  packet.set([0x60, fields.tos & 0xf0, 0, 0], 0);
  writeUint16(packet, 4, packet.length - 40);
  packet[6] = IpProtocol.tcp;
  packet[7] = fields.ttl;
  packet.set([0x20, 1, 0x0d, 0xb8], 8);
  packet[23] = fields.flow;
  packet.set([0x20, 1, 0x0d, 0xb8], 24);
  packet[39] = 99;
}

/** Where the transport header begins. */
export function transportStart(packet: Uint8Array): number {
  return (packet[0] ?? 0) >>> 4 === 4 ? ((packet[0] ?? 0) & 0x0f) * 4 : 40;
}

/** What belongs into the checksum field of the TCP or UDP header; 0 when it is there already. */
export function transportChecksum(packet: Uint8Array): number {
  const start = transportStart(packet);
  const isIpv4 = (packet[0] ?? 0) >>> 4 === 4;
  const addresses = checksumPart(packet, isIpv4 ? 12 : 8, isIpv4 ? 20 : 40);
  const protocol = packet[isIpv4 ? 9 : 6] ?? 0;
  return internetChecksum(packet, start, packet.length, addresses + protocol + packet.length - start);
}

export function isIntact(packet: Uint8Array): boolean {
  const isIpv4 = (packet[0] ?? 0) >>> 4 === 4;
  if (isIpv4 && internetChecksum(packet, 0, transportStart(packet)) !== 0) return false;
  const declared = isIpv4 ? readUint16(packet, 2) : readUint16(packet, 4) + 40;
  return declared === packet.length && transportChecksum(packet) === 0;
}

/** A superpacket as the kernel hands it out: lengths of the whole, the pseudo-header's sum for a checksum. */
export function superpacket(packet: Uint8Array, gsoType: number, gsoSize: number): Uint8Array {
  const start = transportStart(packet);
  const isIpv4 = (packet[0] ?? 0) >>> 4 === 4;
  const protocol = packet[isIpv4 ? 9 : 6] ?? 0;
  const offset = protocol === IpProtocol.tcp ? 16 : 6;
  const addresses = checksumPart(packet, isIpv4 ? 12 : 8, isIpv4 ? 20 : 40);
  const whole = new Uint8Array(10 + packet.length);
  whole.set(packet, 10);
  const length = packet.length - start;
  writeUint16(
    whole,
    10 + start + offset,
    ~internetChecksum(new Uint8Array(0), 0, 0, addresses + protocol + length),
  );
  whole.set([1, gsoType, start + 20, 0, gsoSize & 0xff, gsoSize >>> 8, start, 0, offset, 0], 0);
  return whole;
}
