import { readUint16, writeUint16 } from './byte-order.ts';
import { internetChecksum, pseudoHeaderSum } from './checksum.ts';
import { encodeIpv4, IpProtocol } from './ipv4.ts';
import type { Ipv4Packet } from './ipv4.ts';

/*
 * UDP (RFC 768)
 *
 *  0                 2                 4                 6                 8
 *  +-----------------+-----------------+-----------------+-----------------+------
 *  |   source port   | destination port|     length      |    checksum     | data
 *  +-----------------+-----------------+-----------------+-----------------+------
 */

const HEADER_LENGTH = 8;

export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly dataStart: number;
  readonly dataEnd: number;
}

/** Undefined for other protocols, fragments, contradicting lengths and wrong checksums; 0 = no checksum. */
export function parseUdp(bytes: Uint8Array, packet: Ipv4Packet): UdpDatagram | undefined {
  const { payloadStart: start, payloadEnd: end } = packet;
  if (packet.protocol !== IpProtocol.udp || packet.fragment || end - start < HEADER_LENGTH) {
    return undefined;
  }
  const length = readUint16(bytes, start + 4);
  if (length < HEADER_LENGTH || length > end - start) {
    return undefined;
  }
  const pseudo = pseudoHeaderSum(packet.source, packet.destination, IpProtocol.udp, length);
  if (readUint16(bytes, start + 6) !== 0 && internetChecksum(bytes, start, start + length, pseudo) !== 0) {
    return undefined;
  }
  return {
    sourcePort: readUint16(bytes, start),
    destinationPort: readUint16(bytes, start + 2),
    dataStart: start + HEADER_LENGTH,
    dataEnd: start + length,
  };
}

export interface UdpFields {
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** A whole IPv4 packet. */
export function encodeUdp(fields: UdpFields, data: Uint8Array): Uint8Array {
  const datagram = new Uint8Array(HEADER_LENGTH + data.length);
  writeUint16(datagram, 0, fields.sourcePort);
  writeUint16(datagram, 2, fields.destinationPort);
  writeUint16(datagram, 4, datagram.length);
  datagram.set(data, HEADER_LENGTH);
  const pseudo = pseudoHeaderSum(fields.source, fields.destination, IpProtocol.udp, datagram.length);
  const checksum = internetChecksum(datagram, 0, datagram.length, pseudo);
  // A computed 0 goes out as its other representation, because 0 says "no checksum".
  writeUint16(datagram, 6, checksum === 0 ? 0xffff : checksum);
  return encodeIpv4({ ...fields, protocol: IpProtocol.udp }, datagram);
}
