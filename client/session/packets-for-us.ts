import { readUint32 } from '../../shared/ip/byte-order.ts';
import { ipv4Destination } from '../../shared/ip/ipv4.ts';
import { parseIpv4Address } from '../../shared/ip/ipv4-address.ts';
import { IPV6_DESTINATION } from '../../shared/ip/ipv6.ts';
import { parseIpv6Address } from '../../shared/ip/ipv6-address.ts';

/** Whether the packet at `start` is for this machine's end of the tunnel. */
export type IsForUs = (bytes: Uint8Array, start: number) => boolean;

/**
 * A tunnel has one host at this end. A packet for anybody else would be forwarded where this machine forwards (for containers
 * or virtual machines, as a rule), into networks that the router is not to reach; and one for another address of
 * this machine would be taken for a neighbour's. Per packet, so on numbers.
 */
export function packetsForUs(address: string, address6: string | undefined): IsForUs {
  const ours = parseIpv4Address(address) ?? 0;
  const ours6 = address6 === undefined ? undefined : parseIpv6Address(address6);
  const words = ours6 === undefined ? undefined : [0, 4, 8, 12].map((at) => readUint32(ours6, at));
  return (bytes, start) => {
    if ((bytes[start] ?? 0) >>> 4 !== 6) return ipv4Destination(bytes, start) === ours;
    const at = start + IPV6_DESTINATION;
    // The end of it differs most.
    return (
      words !== undefined &&
      readUint32(bytes, at + 12) === words[3] &&
      readUint32(bytes, at + 8) === words[2] &&
      readUint32(bytes, at + 4) === words[1] &&
      readUint32(bytes, at) === words[0]
    );
  };
}
