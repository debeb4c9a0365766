import { Buffer } from 'node:buffer';
import { AUTHORITATIVE_ANSWER, RECURSION_DESIRED, TRUNCATED_RESPONSE, decode, encode } from 'dns-packet';
import type { Answer, DecodedPacket, Packet, Question } from 'dns-packet';

/** RFC 1035 §4.1.1 */
const ResponseCode = { noError: 0, nameError: 3, notImplemented: 4, refused: 5 } as const;
const OPCODE_MASK = 0x7800;
/** RFC 1035 §4.2.1: what fits into a datagram. We do no EDNS, and a query's OPT is left unanswered (RFC 6891 §7). */
const MAXIMUM_DATAGRAM = 512;
const TIME_TO_LIVE = 60;
const REVERSE_SUFFIX = '.in-addr.arpa';

/** The names that the router's DNS knows by itself. It asks nobody else. */
export class DnsZone {
  readonly #addresses = new Map<string, string[]>();
  readonly #names = new Map<string, string[]>();
  readonly #domains = new Set<string>();

  /** @param address dotted decimal */
  add(name: string, address: string): void {
    const lower = name.toLowerCase();
    append(this.#addresses, lower, address);
    append(this.#names, reverseName(address), lower);
    this.#domains.add(domainOf(lower));
  }

  addresses(name: string): readonly string[] | undefined {
    return this.#addresses.get(name);
  }

  names(reversed: string): readonly string[] | undefined {
    return this.#names.get(reversed);
  }

  /** Whether we are the one to say that a name does not exist: another name of its domain does. */
  speaksFor(name: string): boolean {
    return name.endsWith(REVERSE_SUFFIX) || this.#domains.has(domainOf(name)) || this.#domains.has(name);
  }
}

/**
 * The answer to one DNS query over UDP (RFC 1035): A and PTR from the zone, an empty answer for other types of a
 * known name, NXDOMAIN for unknown names of a known domain, REFUSED for the rest of the world.
 *
 * @returns undefined for what is no query: it gets no answer, so that answers cannot be made to bounce
 */
export function answerDns(query: Uint8Array, zone: DnsZone): Uint8Array | undefined {
  try {
    const packet = decode(Buffer.from(query));
    const question = packet.questions?.[0];
    if (packet.type !== 'query' || packet.questions?.length !== 1 || question === undefined) {
      return undefined;
    }
    return encodeResponse(packet, question, zone);
  } catch {
    // dns-packet throws for what it cannot read, and for names that it read but cannot write.
    return undefined;
  }
}

function encodeResponse(packet: DecodedPacket, question: Question, zone: DnsZone): Uint8Array {
  const { code, answers } = lookUp(packet, question, zone);
  const flags = code | (code === ResponseCode.refused ? 0 : AUTHORITATIVE_ANSWER);
  const recursion = packet.flag_rd ? RECURSION_DESIRED : 0;
  const response: Packet = { type: 'response', id: packet.id ?? 0, questions: [question] };
  const whole = encode({ ...response, flags: flags | recursion, answers });
  return whole.length <= MAXIMUM_DATAGRAM
    ? whole
    : encode({ ...response, flags: flags | recursion | TRUNCATED_RESPONSE, answers: [] });
}

interface Lookup {
  readonly code: number;
  readonly answers: Answer[];
}

function lookUp(packet: DecodedPacket, question: Question, zone: DnsZone): Lookup {
  const name = question.name.toLowerCase();
  if (((packet.flags ?? 0) & OPCODE_MASK) !== 0) {
    return { code: ResponseCode.notImplemented, answers: [] };
  }
  if (question.class !== 'IN' && question.class !== 'ANY') {
    return { code: ResponseCode.refused, answers: [] };
  }
  const addresses = zone.addresses(name);
  const names = zone.names(name);
  if (addresses === undefined && names === undefined) {
    const ours = zone.speaksFor(name);
    return { code: ours ? ResponseCode.nameError : ResponseCode.refused, answers: [] };
  }
  // The name goes back as it was asked, letter case included: some resolvers check that.
  const answer = (type: 'A' | 'PTR', data: string): Answer => ({
    type,
    name: question.name,
    ttl: TIME_TO_LIVE,
    class: 'IN',
    data,
  });
  const answers = [
    ...(question.type === 'A' ? (addresses ?? []).map((data) => answer('A', data)) : []),
    ...(question.type === 'PTR' ? (names ?? []).map((data) => answer('PTR', data)) : []),
  ];
  return { code: ResponseCode.noError, answers };
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) {
    map.set(key, [value]);
  } else if (!list.includes(value)) {
    list.push(value);
  }
}

/** All behind the first dot; a name without one is alone in a domain of its own. */
function domainOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

function reverseName(address: string): string {
  return address.split('.').reverse().join('.') + REVERSE_SUFFIX;
}
