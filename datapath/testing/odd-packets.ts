import fc from 'fast-check';
import { writeUint16 } from '../../shared/ip/byte-order.ts';
import { isIntact, tcpPacket } from './packets.ts';

/** Segments of several flows with everything that real networks do to them now and then. */
export interface Step {
  readonly flow: number;
  readonly size: number;
  readonly oddity: string;
  readonly at: number;
}

const ODDITIES = [
  'none',
  'none',
  'none',
  'none',
  'none',
  'none',
  'none',
  'push',
  'gap',
  'again',
  'corrupt',
  'fin',
  'syn',
  'urgent',
  'ece',
  'cwr',
  'tos',
  'ttl',
  'window',
  'acknowledgement',
  'options',
  'ip-options',
  'fragment',
  'first-fragment',
  'may-fragment',
  'zero-checksum',
  'padding',
  'truncated',
  'empty',
  'turn',
  'udp',
  'reserved',
  'extension',
  'ipv6-fragment',
  'zero-udp',
];

export const steps = fc.array(
  fc.record({
    flow: fc.nat(11),
    size: fc.oneof(fc.constantFrom(100, 100, 100, 101, 1400), fc.integer({ min: 1, max: 1400 })),
    oddity: fc.constantFrom(...ODDITIES),
    at: fc.nat(2000),
  }),
  { minLength: 1, maxLength: 120 },
);

/** A stream of segments of several flows, in order but for what the oddities do to it. */
export function makePackets(script: readonly Step[]): (Uint8Array | null)[] {
  const sequences = new Map<number, number>();
  const made: (Uint8Array | null)[] = [];
  let identification = 0;
  for (const { flow, size, oddity, at } of script) {
    if (oddity === 'turn') {
      made.push(null);
      continue;
    }
    const sequence = ((sequences.get(flow) ?? 0xffff_fc00) + (oddity === 'gap' ? 7 : 0)) >>> 0;
    if (oddity !== 'again') sequences.set(flow, (sequence + size) >>> 0);
    const payload = Uint8Array.from(
      { length: oddity === 'empty' ? 0 : size },
      (_, i) => (i * 31 + at) & 0xff,
    );
    const options = Uint8Array.of(1, 1, 8, 10, 0, 0, 0, oddity === 'options' ? at & 0xff : 7, 0, 0, 0, 9);
    const packet = tcpPacket({
      version: flow % 3 === 2 ? 6 : 4,
      flow,
      sequence,
      flags: FLAGS[oddity] ?? 0x10,
      urgent: oddity === 'urgent' ? 5 : 0,
      tos: oddity === 'tos' ? 0xb3 : 0,
      ttl: oddity === 'ttl' ? 3 : 64,
      window: oddity === 'window' ? at : 500,
      acknowledgement: oddity === 'acknowledgement' ? at : 1,
      identification: (identification += 1) & 0xffff,
      fragmentation: FRAGMENTATION[oddity] ?? (flow % 2 === 0 ? 0x4000 : 0),
      ipOptions: oddity === 'ip-options' ? Uint8Array.of(1, 1, 1, 0) : new Uint8Array(0),
      tcpOptions: options,
      payload,
    });
    made.push(spoil(packet, oddity, at));
  }
  return made;
}

const FLAGS: Readonly<Record<string, number>> = {
  push: 0x18,
  fin: 0x11,
  syn: 0x12,
  urgent: 0x30,
  ece: 0x50,
  cwr: 0x90,
};
const FRAGMENTATION: Readonly<Record<string, number>> = {
  fragment: 0x0010,
  'first-fragment': 0x2000,
  'may-fragment': 0,
};

const IPV6_NEXT_HEADER = 6;
/** Of IPv6, and so of IPv4 too. */
const BEHIND_PORTS = 44;

function spoil(packet: Uint8Array, oddity: string, at: number): Uint8Array {
  const isIpv4 = (packet[0] ?? 0) >>> 4 === 4;
  const tcp = isIpv4 ? ((packet[0] ?? 0) & 15) * 4 : 40;
  switch (oddity) {
    case 'corrupt': {
      // Anywhere but in what tells the flow, which are protocol, addresses and ports: another flow has an order of its own.
      const place = at % packet.length;
      if (place > 0 && (place < IPV6_NEXT_HEADER || place >= BEHIND_PORTS))
        packet[place] = (packet[place] ?? 0) ^ (1 + (at & 0x7f));
      return packet;
    }
    case 'zero-checksum':
      writeUint16(packet, tcp + 16, 0);
      return packet;
    case 'padding':
      return Uint8Array.of(...packet, 0, 0, 0);
    case 'truncated':
      return packet.slice(0, Math.max(isIpv4 ? 20 : 40, at % packet.length));
    case 'reserved':
      packet[tcp + 12] = (packet[tcp + 12] ?? 0) | 1;
      return packet;
    case 'extension':
      return isIpv4 ? packet : withExtension(packet, Uint8Array.of(6, 0, 1, 4, 0, 0, 0, 0), 0);
    case 'ipv6-fragment':
      return isIpv4 ? packet : withExtension(packet, Uint8Array.of(6, 0, 0, 1, 0, 0, 0, at & 0xff), 44);
    case 'zero-udp':
      packet[isIpv4 ? 9 : 6] = 17;
      writeUint16(packet, tcp + 6, 0);
      return packet;
    case 'udp':
      packet[isIpv4 ? 9 : 6] = 17;
      return packet;
    default:
      return packet;
  }
}

/** An IPv6 packet with `header` between its own and the transport's; `kind` is what the first one calls it. */
function withExtension(packet: Uint8Array, header: Uint8Array, kind: number): Uint8Array {
  const longer = Uint8Array.of(...packet.subarray(0, 40), ...header, ...packet.subarray(40));
  longer[6] = kind;
  writeUint16(longer, 4, longer.length - 40);
  return longer;
}

/** The identification of a packet that may not be fragmented means nothing (RFC 6864 §4.1). */
function withoutIdentification(packet: Uint8Array): Uint8Array {
  const copy = packet.slice();
  if ((copy[0] ?? 0) >>> 4 === 4 && isIntact(copy) && ((copy[6] ?? 0) & 0x40) !== 0) {
    writeUint16(copy, 4, 0);
    writeUint16(copy, 10, 0);
  }
  return copy;
}

/** Enough to tell flows apart, also those that cannot be joined: version and addresses. */
function flowOf(packet: Uint8Array): string {
  return (packet[0] ?? 0) >>> 4 === 6 ? `6 ${packet[23]}` : `4 ${packet[15]}`;
}

export function byFlow(packets: readonly Uint8Array[]): Record<string, Uint8Array[]> {
  const flows: Record<string, Uint8Array[]> = {};
  for (const packet of packets) (flows[flowOf(packet)] ??= []).push(withoutIdentification(packet));
  return flows;
}

export function isUdp(packet: Uint8Array): boolean {
  return packet[(packet[0] ?? 0) >>> 4 === 6 ? 6 : 9] === 17;
}
