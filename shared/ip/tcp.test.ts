import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIpv4 } from './ipv4.ts';
import { TcpClient } from './tcp-client.ts';
import type { TcpClientEffect } from './tcp-client.ts';
import type { TcpConnectionOptions } from './tcp-connection.ts';
import { encodeTcp, parseTcp, TcpFlag } from './tcp-segment.ts';
import type { TcpFields, TcpSegment } from './tcp-segment.ts';
import { TcpServer } from './tcp-server.ts';
import type { TcpServerOptions } from './tcp-server.ts';

const CLIENT = 0xc0a8f079;
const SERVER = 0xc0a8f001;
const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

const clientOptions: TcpConnectionOptions = {
  source: CLIENT,
  sourcePort: 40001,
  destination: SERVER,
  destinationPort: 80,
  initialSequence: 0xffffff00, // wraps within the first exchange
  maximumSegmentSize: 1400,
  maximumReceive: 100_000,
  idleMilliseconds: 10_000,
};

function serverOptions(response: Uint8Array, requestLength: number): TcpServerOptions {
  return {
    maximumConnections: 4,
    maximumSegmentSize: 1400,
    maximumRequest: 20_000,
    idleMilliseconds: 10_000,
    initialSequence: () => 0xfffffff0,
    listens: (_, port) => port === 80,
    respond: ({ bytes }) => (bytes.length >= requestLength ? response : undefined),
  };
}

/** What the link does with one packet: how many copies arrive, and after how many milliseconds each. */
type Fate = readonly number[];
type Outcome = { how: string; data: Uint8Array; at: number };

interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Virtual time: runs what is due in order. Throws when it does not come to rest. */
class Clock {
  now = 0;
  #order = 0;
  #due: Due[] = [];

  after(milliseconds: number, run: () => void): () => void {
    const entry = { at: this.now + milliseconds, order: (this.#order += 1), run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  run(): void {
    for (let steps = 0; this.#due.length > 0; steps += 1) {
      if (steps > 20_000) {
        throw new Error('the exchange does not come to rest');
      }
      this.#due.sort((a, b) => a.at - b.at || a.order - b.order);
      const next = this.#due.shift();
      this.now = next?.at ?? this.now;
      next?.run();
    }
  }
}

/** A client and a server on one link, until nothing is left to happen. */
function exchange(
  request: Uint8Array,
  response: Uint8Array,
  fates: () => Fate,
  change?: Partial<TcpConnectionOptions>,
) {
  const clock = new Clock();
  const client = new TcpClient({ ...clientOptions, ...change }, request);
  const server = new TcpServer(serverOptions(response, request.length));
  const outcomes: Outcome[] = [];
  const chunks: Uint8Array[] = [];
  const serverTimers = new Map<number, () => void>();
  let clientTimer: (() => void) | undefined;

  const deliver = (packet: Uint8Array, to: 'client' | 'server'): void => {
    for (const delay of fates()) {
      clock.after(delay, () => {
        const header = parseIpv4(packet, 0, packet.length);
        if (header === undefined) {
          throw new Error('sent no IPv4 packet');
        }
        if (to === 'client') {
          runClient(client.receive(packet, header));
        } else {
          runServer(packet, header);
        }
      });
    }
  };
  const runClient = (effects: readonly TcpClientEffect[]): void => {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          deliver(effect.packet, 'server');
          break;
        case 'start-timer':
          clientTimer?.();
          clientTimer = clock.after(effect.milliseconds, () => runClient(client.timeout()));
          break;
        case 'stop-timer':
          clientTimer?.();
          break;
        case 'data':
          chunks.push(effect.bytes);
          break;
        case 'ended':
          outcomes.push({ how: effect.how, data: Buffer.concat(chunks), at: clock.now });
          break;
        case 'failed':
          outcomes.push({ how: effect.failure, data: Buffer.concat(chunks), at: clock.now });
          break;
      }
    }
  };
  const runServer = (packet: Uint8Array, header: NonNullable<ReturnType<typeof parseIpv4>>): void => {
    carryOut(server.receive(packet, header));
  };
  const carryOut = (effects: ReturnType<TcpServer['receive']>): void => {
    for (const effect of effects) {
      if (effect.kind === 'send') {
        deliver(effect.packet, 'client');
        continue;
      }
      serverTimers.get(effect.connection)?.();
      if (effect.kind === 'start-timer') {
        const { connection } = effect;
        serverTimers.set(
          connection,
          clock.after(effect.milliseconds, () => carryOut(server.timeout(connection))),
        );
      }
    }
  };
  runClient(client.start());
  clock.run();
  return { outcomes, connectionsLeft: server.connectionCount, now: clock.now };
}

describe('client against server', () => {
  test('a perfect link: request and response of many segments, in no time, nothing left', () => {
    const request = new Uint8Array(3000).map((_, i) => i);
    const response = new Uint8Array(50_000).map((_, i) => i * 7);
    const { outcomes, connectionsLeft, now } = exchange(request, response, () => [0]);
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]?.how).toBe('finished');
    expect(Buffer.compare(outcomes[0]?.data ?? new Uint8Array(0), response)).toBe(0);
    expect({ connectionsLeft, now }).toEqual({ connectionsLeft: 0, now: 0 });
  });

  test('nobody there: gives up after its retransmissions', () => {
    const { outcomes, now } = exchange(ascii('x'), ascii('y'), () => []);
    expect(outcomes.map(({ how }) => how)).toEqual(['timed-out']);
    expect(now).toBe(1000 + 2000 + 4000 + 8000 + 16_000 + 32_000);
  });

  test('a closed port refuses at once', () => {
    const { outcomes, now } = exchange(ascii('x'), ascii('y'), () => [0], { destinationPort: 81 });
    expect(outcomes.map(({ how }) => how)).toEqual(['refused']);
    expect(now).toBe(0);
  });

  test('a server that accepts and stays silent is given up', () => {
    const clock: number[] = [];
    const client = new TcpClient(clientOptions, ascii('GET'));
    const server = new TcpServer({ ...serverOptions(ascii(''), 0), respond: () => undefined });
    const queue = [...client.start()];
    for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
      if (effect.kind === 'start-timer') {
        clock.push(effect.milliseconds);
      }
      const sent = effect.kind === 'send' ? effect.packet : new Uint8Array(0);
      const header = parseIpv4(sent, 0, sent.length);
      for (const answer of header === undefined ? [] : server.receive(sent, header)) {
        const packet = answer.kind === 'send' ? answer.packet : new Uint8Array(0);
        const back = parseIpv4(packet, 0, packet.length);
        queue.push(...(back === undefined ? [] : client.receive(packet, back)));
      }
    }
    expect(clock.at(-1)).toBe(10_000);
    expect(client.timeout()).toContainEqual({ kind: 'failed', failure: 'timed-out' });
  });

  test('a longer response than asked for ends the exchange', () => {
    const { outcomes, connectionsLeft } = exchange(ascii('x'), new Uint8Array(5000), () => [0], {
      maximumReceive: 4000,
    });
    expect(outcomes.map(({ how }) => how)).toEqual(['too-long']);
    expect(connectionsLeft).toBe(0);
  });

  test('loss, repetition and reordering: whole and right, or a typed failure; nothing left', () => {
    let whole = 0;
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 4000 }),
        fc.uint8Array({ maxLength: 20_000, size: 'max' }),
        fc.infiniteStream(
          fc.oneof(
            { arbitrary: fc.constant<Fate>([5]), weight: 8 },
            { arbitrary: fc.constant<Fate>([]), weight: 1 },
            { arbitrary: fc.array(fc.nat(60), { minLength: 1, maxLength: 3 }), weight: 2 },
          ),
        ),
        (request, response, fates) => {
          const { outcomes, connectionsLeft } = exchange(request, response, () => fates.next().value ?? [0]);
          expect(outcomes).toHaveLength(1);
          expect(connectionsLeft).toBe(0);
          const { how, data } = outcomes[0] ?? { how: 'none', data: response };
          expect(['finished', 'timed-out', 'reset']).toContain(how);
          const right = Buffer.compare(data, response) === 0;
          expect(how !== 'finished' || right).toBe(true);
          whole += how === 'finished' ? 1 : 0;
        },
      ),
      { numRuns: 60 },
    );
    expect(whole).toBeGreaterThan(50);
  });
});

/** A peer written by hand, to say exactly what it likes. */
class Peer {
  readonly client = new TcpClient(clientOptions, ascii('GET / HTTP/1.0\r\n\r\n'));
  effects: TcpClientEffect[] = [...this.client.start()];

  say(fields: Partial<TcpFields>, text = ''): void {
    const packet = encodeTcp(
      {
        source: SERVER,
        destination: CLIENT,
        sourcePort: 80,
        destinationPort: 40001,
        sequence: 0,
        acknowledgment: 0,
        flags: TcpFlag.ack,
        window: 8000,
        ...fields,
      },
      ascii(text),
    );
    const header = parseIpv4(packet, 0, packet.length);
    this.effects = header === undefined ? [] : [...this.client.receive(packet, header)];
  }

  sent(): TcpSegment[] {
    return this.effects.flatMap((effect) => {
      const packet = effect.kind === 'send' ? effect.packet : new Uint8Array(0);
      const header = parseIpv4(packet, 0, packet.length);
      const segment = header && parseTcp(packet, header);
      return segment === undefined ? [] : [segment];
    });
  }

  kinds(): string[] {
    return this.effects
      .map(({ kind }) => kind)
      .filter((kind) => kind !== 'start-timer' && kind !== 'stop-timer');
  }
}

const ISS = clientOptions.initialSequence;
const REQUEST_END = (ISS + 1 + 18) >>> 0;

function connected(): Peer {
  const peer = new Peer();
  peer.say({ sequence: 1000, acknowledgment: ISS + 1, flags: TcpFlag.syn | TcpFlag.ack });
  return peer;
}

describe('client against a peer written by hand', () => {
  test('the handshake carries the MSS, the request rides on its last ACK', () => {
    const peer = new Peer();
    expect(peer.sent()).toMatchObject([{ flags: TcpFlag.syn, sequence: ISS, maximumSegmentSize: 1400 }]);
    peer.say({ sequence: 1000, acknowledgment: ISS + 1, flags: TcpFlag.syn | TcpFlag.ack });
    expect(peer.sent()).toMatchObject([
      { flags: TcpFlag.ack | TcpFlag.psh, acknowledgment: 1001, sequence: ISS + 1 },
    ]);
  });

  test('RST after an answer ends it, RST before one fails it', () => {
    const answered = connected();
    answered.say({ sequence: 1001, acknowledgment: REQUEST_END }, 'HTTP/1.0 200 OK\r\n\r\n');
    answered.say({ sequence: 1020, acknowledgment: REQUEST_END, flags: TcpFlag.rst | TcpFlag.ack });
    expect(answered.effects).toContainEqual({ kind: 'ended', how: 'reset' });
    const unanswered = connected();
    unanswered.say({ sequence: 1001, flags: TcpFlag.rst });
    expect(unanswered.effects).toContainEqual({ kind: 'failed', failure: 'reset' });
  });

  test('an RST that does not know the connection changes nothing', () => {
    const dialling = new Peer();
    dialling.say({ sequence: 0, acknowledgment: ISS + 7, flags: TcpFlag.rst | TcpFlag.ack });
    dialling.say({ sequence: 0, flags: TcpFlag.rst });
    expect(dialling.kinds()).toEqual([]);
    const open = connected();
    open.say({ sequence: 999, flags: TcpFlag.rst });
    expect(open.kinds()).toEqual([]);
    open.say({ sequence: 1500, flags: TcpFlag.rst });
    expect(open.sent()).toMatchObject([{ flags: TcpFlag.ack, acknowledgment: 1001 }]); // RFC 5961 challenge
  });

  test('a gap is not taken, an overlap is taken once', () => {
    const peer = connected();
    peer.say({ sequence: 1004, acknowledgment: REQUEST_END }, 'def');
    expect(peer.kinds()).toEqual(['send']);
    expect(peer.sent()).toMatchObject([{ acknowledgment: 1001 }]);
    peer.say({ sequence: 1001, acknowledgment: REQUEST_END }, 'abcd');
    peer.say({ sequence: 1003, acknowledgment: REQUEST_END }, 'cdefg');
    expect(peer.effects).toContainEqual({ kind: 'data', bytes: ascii('efg') });
    expect(peer.sent()).toMatchObject([{ acknowledgment: 1008 }]);
  });

  test('data is a copy, out of a Buffer too, whose slice() is none', () => {
    const peer = connected();
    const fields = { source: SERVER, destination: CLIENT, sourcePort: 80, destinationPort: 40001, window: 9 };
    const packet = Buffer.from(
      encodeTcp({ ...fields, sequence: 1001, acknowledgment: REQUEST_END, flags: TcpFlag.ack }, ascii('abc')),
    );
    const header = parseIpv4(packet, 0, packet.length);
    const effects = header === undefined ? [] : peer.client.receive(packet, header);
    packet.fill(0);
    expect(effects).toContainEqual({ kind: 'data', bytes: ascii('abc') });
  });

  test('data and FIN in one segment: data, ACK, end, and our own FIN', () => {
    const peer = connected();
    peer.say({ sequence: 1001, acknowledgment: REQUEST_END, flags: TcpFlag.ack | TcpFlag.fin }, 'abc');
    expect(peer.kinds()).toEqual(['data', 'send', 'ended', 'send']);
    expect(peer.sent().at(-1)).toMatchObject({ flags: TcpFlag.ack | TcpFlag.fin, acknowledgment: 1005 });
    peer.say({ sequence: 1005, acknowledgment: REQUEST_END + 1 });
    expect(peer.effects).toEqual([{ kind: 'stop-timer' }]);
  });

  test('a closed window is probed with one byte when the timer expires', () => {
    const peer = new Peer();
    peer.say({ sequence: 1000, acknowledgment: ISS + 1, flags: TcpFlag.syn | TcpFlag.ack, window: 0 });
    peer.effects = [...peer.client.timeout()];
    const probe = peer.sent()[0];
    expect(probe && probe.dataEnd - probe.dataStart).toBe(1);
  });

  test('segments of other ports and addresses are not ours', () => {
    const peer = connected();
    peer.say({ sequence: 1001, sourcePort: 81 }, 'abc');
    expect(peer.effects).toEqual([]);
    peer.say({ sequence: 1001, source: SERVER + 1 }, 'abc');
    expect(peer.effects).toEqual([]);
  });

  test('abort tells the peer and says nothing more', () => {
    const peer = connected();
    peer.effects = [...peer.client.abort()];
    expect(peer.sent()).toMatchObject([{ flags: TcpFlag.rst }]);
    expect(peer.kinds()).toEqual(['send']);
    expect(peer.client.timeout()).toEqual([]);
  });
});

test('the server holds no more connections than it may', () => {
  const server = new TcpServer(serverOptions(ascii('y'), 10));
  const flags = (port: number): number | undefined => {
    const packet = encodeTcp({
      source: CLIENT,
      destination: SERVER,
      sourcePort: port,
      destinationPort: 80,
      sequence: 5,
      acknowledgment: 0,
      flags: TcpFlag.syn,
      window: 100,
    });
    const header = parseIpv4(packet, 0, packet.length);
    const sent = (header === undefined ? [] : server.receive(packet, header)).find(
      ({ kind }) => kind === 'send',
    );
    const answer = sent?.kind === 'send' ? sent.packet : new Uint8Array(0);
    const back = parseIpv4(answer, 0, answer.length);
    return back && parseTcp(answer, back)?.flags;
  };
  expect([1, 2, 3, 4, 5].map(flags)).toEqual([
    ...[1, 2, 3, 4].map(() => TcpFlag.syn | TcpFlag.ack),
    TcpFlag.rst | TcpFlag.ack,
  ]);
  expect(server.connectionCount).toBe(4);
});

describe('any segments in any state', () => {
  /** Numbers near the ones in use, so that states are really reached. */
  const near = (base: number) =>
    fc.oneof(
      fc.integer({ min: -3, max: 40 }).map((offset) => (base + offset) >>> 0),
      fc.integer({ min: 0, max: 0xffffffff }),
    );
  const step = fc.oneof(
    { arbitrary: fc.constant('timeout' as const), weight: 1 },
    {
      arbitrary: fc.record({
        sequence: near(1000),
        acknowledgment: near(ISS),
        flags: fc.oneof(fc.constantFrom(0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14), fc.nat(0x3f)),
        window: fc.constantFrom(0, 1, 500, 0xffff),
        data: fc.uint8Array({ maxLength: 60 }),
      }),
      weight: 6,
    },
  );

  test('the client answers with at most a few packets, ends once, never throws', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const peer = new Peer();
        let ends = 0;
        for (const one of steps) {
          if (one === 'timeout') {
            peer.effects = [...peer.client.timeout()];
          } else {
            peer.say(one, Buffer.from(one.data).toString('latin1'));
          }
          expect(peer.kinds().filter((kind) => kind === 'send').length).toBeLessThanOrEqual(12);
          ends += peer.kinds().filter((kind) => kind === 'ended' || kind === 'failed').length;
        }
        expect(ends).toBeLessThanOrEqual(1);
      }),
      { numRuns: 400 },
    );
  });

  test('the server too, and it never holds more than it may', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(step, fc.nat(6)), { maxLength: 60 }), (steps) => {
        const server = new TcpServer({
          ...serverOptions(new Uint8Array(3000), 50),
          initialSequence: () => ISS,
        });
        for (const [one, which] of steps) {
          const packet =
            one === 'timeout'
              ? undefined
              : encodeTcp(
                  {
                    ...one,
                    source: CLIENT,
                    destination: SERVER,
                    sourcePort: 1000 + which,
                    destinationPort: 80,
                  },
                  one.data,
                );
          const header = packet && parseIpv4(packet, 0, packet.length);
          const effects = packet && header ? server.receive(packet, header) : server.timeout(which);
          expect(effects.filter(({ kind }) => kind === 'send').length).toBeLessThanOrEqual(12);
          expect(server.connectionCount).toBeLessThanOrEqual(4);
        }
      }),
      { numRuns: 300 },
    );
  });
});
