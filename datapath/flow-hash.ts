import { readUint16, readUint32 } from '../shared/ip/byte-order.ts';
import { IpProtocol } from '../shared/ip/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../shared/ip/ipv6.ts';

/** Makes the numbers unpredictable for whoever would want to fall into another's queue. */
const SALT = Math.floor(Math.random() * 0x7fff_ffff);
const FRAGMENT = 0x3fff;

/** A number for the flow (addresses, protocol, ports) that the packet bytes[start..end) belongs to: 31 bits. */
export function flowHash(bytes: Uint8Array, start: number, end: number): number {
  let hash = SALT;
  let ports = -1;
  let protocol = 0;
  if ((bytes[start] ?? 0) >>> 4 === 6) {
    for (let at = start + 8; at < start + IPV6_HEADER_LENGTH; at += 4)
      hash = mix(hash, readUint32(bytes, at));
    protocol = bytes[start + 6] ?? 0;
    ports = start + IPV6_HEADER_LENGTH;
  } else {
    hash = mix(mix(hash, readUint32(bytes, start + 12)), readUint32(bytes, start + 16));
    protocol = bytes[start + 9] ?? 0;
    // The ports are in the first fragment only; fragments of a datagram stay together without them.
    if ((readUint16(bytes, start + 6) & FRAGMENT) === 0) ports = start + ((bytes[start] ?? 0) & 0x0f) * 4;
  }
  hash = mix(hash, protocol);
  const hasPorts = protocol === IpProtocol.tcp || protocol === IpProtocol.udp;
  if (hasPorts && ports >= 0 && ports + 4 <= end) hash = mix(hash, readUint32(bytes, ports));
  return (hash ^ (hash >>> 15)) & 0x7fff_ffff;
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e37_79b1);
  return mixed ^ (mixed >>> 13);
}
