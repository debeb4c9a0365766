import { Buffer } from 'node:buffer';
import { decode, encode } from 'dns-packet';
import type { RecordType } from 'dns-packet';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  encodeIcmpEcho,
  parseIcmpEcho,
  parseIcmpUnreachable,
  UnreachableCode,
} from '../../shared/ip/icmp.ts';
import { encodeIpv4, parseIpv4 } from '../../shared/ip/ipv4.ts';
import { parseIpv4Address } from '../../shared/ip/ipv4-address.ts';
import { encodeTcp, parseTcp, TcpFlag } from '../../shared/ip/tcp-segment.ts';
import { encodeUdp, parseUdp } from '../../shared/ip/udp.ts';
import { MemoryTunnel } from '../../test/support/memory-tunnel.ts';
import { createBuiltInLan } from './built-in-lan.ts';
import { builtInLanSchema } from './lan-config.ts';
import type { SecondStep } from './lan.ts';

const GATEWAY = '192.168.240.1';
const HOST = '192.168.1.20';
const config = builtInLanSchema.parse({
  kind: 'built-in',
  hosts: [{ address: HOST, names: ['NAS.office.example'], text: 'hello' }],
  records: [{ name: 'www.office.example', address: '192.168.1.30' }],
});

const number = (address: string): number => parseIpv4Address(address) ?? 0;

function lan() {
  const built = createBuiltInLan({ gateway: GATEWAY, config });
  onTestFinished(() => built.close());
  return built;
}

function ping(from: string, to: string, sequence = 1, length = 8): Uint8Array {
  const fields = {
    source: number(from),
    destination: number(to),
    kind: 'request',
    identifier: 7,
    sequence,
  } as const;
  return encodeIcmpEcho(fields, new Uint8Array(length).fill(0x61));
}

/** What a packet says, in the words of this test. */
function said(packet: Uint8Array): unknown {
  const header = parseIpv4(packet, 0, packet.length);
  const echo = header && parseIcmpEcho(packet, header);
  const about = header && parseIcmpUnreachable(packet, header);
  if (echo !== undefined) {
    return { from: header?.source, [echo.kind]: echo.sequence };
  }
  return about === undefined ? 'other' : { from: header?.source, unreachable: about.code };
}

function owing(): SecondStep & { paid: boolean; tried: string[] } {
  return {
    paid: false,
    tried: [],
    ifno: 17,
    due() {
      return !this.paid;
    },
    submit(otp) {
      this.tried.push(otp);
      this.paid = otp === '123456';
      return this.paid;
    },
  };
}

describe('ICMP echo', () => {
  test('the router and the hosts behind it answer', () => {
    const tunnel = new MemoryTunnel(lan(), '192.168.240.10');
    tunnel.say(ping('192.168.240.10', GATEWAY, 1));
    tunnel.say(ping('192.168.240.10', HOST, 2, 1400));
    const packets = tunnel.take();
    expect(packets.map(said)).toEqual([
      { from: number(GATEWAY), reply: 1 },
      { from: number(HOST), reply: 2 },
    ]);
    expect(packets[1]).toHaveLength(1428);
  });

  test('what nobody has is unreachable', () => {
    const tunnel = new MemoryTunnel(lan(), '192.168.240.10');
    tunnel.say(ping('192.168.240.10', '192.168.1.99'));
    tunnel.say(ping('192.168.240.10', '8.8.8.8'));
    const answer = { from: number(GATEWAY), unreachable: UnreachableCode.host };
    expect(tunnel.take().map(said)).toEqual([answer, answer]);
    tunnel.say(ping('192.168.240.10', '224.0.0.1'));
    tunnel.say(ping('192.168.240.10', '255.255.255.255'));
    expect(tunnel.take()).toEqual([]);
  });

  test('a tunnel speaks for its own address only', () => {
    const both = lan();
    const tunnel = new MemoryTunnel(both, '192.168.240.10');
    const other = new MemoryTunnel(both, '192.168.240.11');
    tunnel.say(ping('192.168.240.11', GATEWAY));
    tunnel.say(ping('192.168.240.1', '192.168.240.11'));
    tunnel.say(ping('0.0.0.0', GATEWAY));
    expect([...tunnel.take(), ...other.take()]).toEqual([]);
  });
});

describe('between tunnels', () => {
  test('packets go by address, and to nobody after the tunnel is gone', () => {
    const both = lan();
    const one = new MemoryTunnel(both, '192.168.240.10');
    const two = new MemoryTunnel(both, '192.168.240.11');
    const packet = ping('192.168.240.10', '192.168.240.11');
    one.say(packet);
    expect(two.take()).toEqual([packet]);
    two.port.detach();
    two.port.detach();
    one.say(packet);
    two.say(ping('192.168.240.11', GATEWAY));
    expect(two.take()).toEqual([]);
    expect(one.take().map(said)).toEqual([{ from: number(GATEWAY), unreachable: UnreachableCode.host }]);
  });

  test('padding behind the packet is not carried on', () => {
    const both = lan();
    const one = new MemoryTunnel(both, '192.168.240.10');
    const two = new MemoryTunnel(both, '192.168.240.11');
    const packet = ping('192.168.240.10', '192.168.240.11');
    one.say(Buffer.concat([packet, Buffer.from('padding')]));
    expect(two.take()).toEqual([packet]);
  });

  test('a later tunnel with the same address has it; the earlier one ending takes nothing away', () => {
    const all = lan();
    const one = new MemoryTunnel(all, '192.168.240.10');
    const earlier = new MemoryTunnel(all, '192.168.240.11');
    const later = new MemoryTunnel(all, '192.168.240.11');
    earlier.port.detach();
    one.say(ping('192.168.240.10', '192.168.240.11'));
    expect([earlier.take().length, later.take().length]).toEqual([0, 1]);
  });

  test('too long for the other tunnel: cut up, or the sender is told', () => {
    const both = lan();
    const one = new MemoryTunnel(both, '192.168.240.10');
    const two = new MemoryTunnel(both, '192.168.240.11', { mtu: 600 });
    const packet = ping('192.168.240.10', '192.168.240.11', 1, 1000);
    one.say(packet);
    expect(two.take()).toEqual([]);
    expect(one.take().map(said)).toEqual([
      { from: number(GATEWAY), unreachable: UnreachableCode.fragmentationNeeded },
    ]);
    packet[6] = 0; // Don't Fragment off; the checksum is right again in the fragments
    one.say(packet);
    const fragments = two.take();
    expect(fragments.map(({ length }) => length)).toEqual([596, 452]);
    const headers = fragments.map((fragment) => parseIpv4(fragment, 0, fragment.length));
    expect(headers.map((header) => header?.fragmentOffset)).toEqual([0, 576]);
    expect(Buffer.concat(fragments.map((fragment) => fragment.subarray(20)))).toEqual(
      Buffer.from(packet.subarray(20)),
    );
  });
});

describe('DNS', () => {
  function ask(type: RecordType, name: string, to = GATEWAY, flags = 0) {
    const tunnel = new MemoryTunnel(lan(), '192.168.240.10');
    const query = encode({ type: 'query', id: 99, flags, questions: [{ type, name, class: 'IN' }] });
    const fields = {
      source: number('192.168.240.10'),
      destination: number(to),
      sourcePort: 5000,
      destinationPort: 53,
    };
    tunnel.say(encodeUdp(fields, query));
    const packet = tunnel.take()[0] ?? new Uint8Array(0);
    const header = parseIpv4(packet, 0, packet.length);
    const datagram = header && parseUdp(packet, header);
    expect(datagram).toMatchObject({ sourcePort: 53, destinationPort: 5000 });
    const answer = decode(Buffer.from(packet.subarray(datagram?.dataStart, datagram?.dataEnd)));
    const data = (answer.answers ?? []).map((one) => ('data' in one ? one.data : undefined));
    return { id: answer.id, code: (answer.flags ?? 0) & 15, data, name: answer.questions?.[0]?.name };
  }

  test.each([
    ['A', 'nas.office.example', 0, [HOST]],
    ['A', 'nAs.Office.EXAMPLE', 0, [HOST]],
    ['A', 'www.office.example', 0, ['192.168.1.30']],
    ['AAAA', 'nas.office.example', 0, []],
    ['PTR', '20.1.168.192.in-addr.arpa', 0, ['nas.office.example']],
    ['PTR', '21.1.168.192.in-addr.arpa', 3, []],
    ['A', 'none.office.example', 3, []],
    ['A', 'office.example', 3, []],
    ['A', 'example.com', 5, []],
  ] as const)('%s %s: code %i', (type, name, code, data) => {
    expect(ask(type, name)).toEqual({ id: 99, code, data, name });
  });

  test('hosts answer too; other operations are not implemented', () => {
    expect(ask('A', 'nas.office.example', HOST).data).toEqual([HOST]);
    expect(ask('A', 'nas.office.example', GATEWAY, 0x2800).code).toBe(4);
  });

  test('any bytes: no exception, and no answer to an answer', () => {
    const tunnel = new MemoryTunnel(lan(), '192.168.240.10');
    const fields = {
      source: number('192.168.240.10'),
      destination: number(GATEWAY),
      sourcePort: 53,
      destinationPort: 53,
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        tunnel.say(encodeUdp(fields, bytes));
        const answers = tunnel.take();
        const isQuery = bytes.length >= 12 && ((bytes[2] ?? 0) & 0x80) === 0;
        expect(answers.length).toBeLessThanOrEqual(isQuery ? 1 : 0);
      }),
    );
  });
});

describe('closed doors', () => {
  test('UDP and TCP ports without a service, and other protocols', () => {
    const tunnel = new MemoryTunnel(lan(), '192.168.240.10');
    const ends = { source: number('192.168.240.10'), destination: number(HOST) };
    tunnel.say(encodeUdp({ ...ends, sourcePort: 5000, destinationPort: 5001 }, new Uint8Array(9)));
    tunnel.say(encodeIpv4({ ...ends, protocol: 132 }, new Uint8Array(12)));
    expect(tunnel.take().map(said)).toEqual([
      { from: number(HOST), unreachable: UnreachableCode.port },
      { from: number(HOST), unreachable: UnreachableCode.protocol },
    ]);
    const syn = {
      sourcePort: 5000,
      destinationPort: 443,
      sequence: 1,
      acknowledgment: 0,
      flags: TcpFlag.syn,
      window: 100,
    };
    tunnel.say(encodeTcp({ ...ends, ...syn }));
    const reset = tunnel.take()[0] ?? new Uint8Array(0);
    const header = parseIpv4(reset, 0, reset.length);
    expect(header && parseTcp(reset, header)?.flags).toBe(TcpFlag.rst | TcpFlag.ack);
  });

  test('a full tunnel loses packets and nothing else', () => {
    const tunnel = new MemoryTunnel(lan(), '192.168.240.10');
    tunnel.open = false;
    tunnel.say(ping('192.168.240.10', GATEWAY, 1));
    tunnel.port.drained();
    tunnel.open = true;
    tunnel.say(ping('192.168.240.10', GATEWAY, 2));
    expect(tunnel.take().map(said)).toEqual([{ from: number(GATEWAY), reply: 2 }]);
  });

  test('while the second step is due only the router answers, and nothing arrives from elsewhere', () => {
    const both = lan();
    const secondStep = owing();
    const tunnel = new MemoryTunnel(both, '192.168.240.10', { secondStep });
    const other = new MemoryTunnel(both, '192.168.240.11');
    tunnel.say(ping('192.168.240.10', HOST, 1));
    tunnel.say(ping('192.168.240.10', '192.168.240.11', 2));
    tunnel.say(ping('192.168.240.10', '8.8.8.8', 3));
    other.say(ping('192.168.240.11', '192.168.240.10', 4));
    tunnel.say(ping('192.168.240.10', GATEWAY, 5));
    expect(tunnel.take().map(said)).toEqual([{ from: number(GATEWAY), reply: 5 }]);
    expect(other.take()).toEqual([]);
    secondStep.paid = true;
    tunnel.say(ping('192.168.240.10', HOST, 6));
    expect(tunnel.take().map(said)).toEqual([{ from: number(HOST), reply: 6 }]);
  });

  test('any packet: no exception', () => {
    const tunnel = new MemoryTunnel(lan(), '192.168.240.10');
    fc.assert(
      fc.property(
        fc.constantFrom(1, 6, 17, 47),
        fc.constantFrom(GATEWAY, HOST, '192.168.240.10', '10.0.0.1'),
        fc.uint8Array({ maxLength: 80 }),
        fc.uint8Array({ maxLength: 40 }),
        (protocol, to, payload, raw) => {
          tunnel.say(raw);
          const ends = { source: number('192.168.240.10'), destination: number(to), protocol };
          tunnel.say(encodeIpv4(ends, payload));
          expect(tunnel.take().length).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
