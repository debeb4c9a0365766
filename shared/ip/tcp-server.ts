import type { Ipv4Packet } from './ipv4.ts';
import { TcpConnection } from './tcp-connection.ts';
import type { TcpEffect } from './tcp-connection.ts';
import { encodeResetFor, parseTcp, TcpFlag } from './tcp-segment.ts';
import type { TcpSegment } from './tcp-segment.ts';

/** `connection` names one connection, so that each can have its own timer. */
export type TcpServerEffect =
  | { readonly kind: 'send'; readonly packet: Uint8Array }
  | { readonly kind: 'start-timer'; readonly connection: number; readonly milliseconds: number }
  | { readonly kind: 'stop-timer'; readonly connection: number };

export interface TcpRequest {
  /** The host and port that were dialled, and who dialled. */
  readonly address: number;
  readonly port: number;
  readonly remoteAddress: number;
  /** All that came on this connection so far. */
  readonly bytes: Uint8Array;
  /** The client sent FIN: no more comes. */
  readonly finished: boolean;
}

export interface TcpServerOptions {
  /** Connections at once; further ones are reset. */
  readonly maximumConnections: number;
  readonly maximumSegmentSize: number;
  /** Bytes of one request; a longer one resets its connection. */
  readonly maximumRequest: number;
  readonly idleMilliseconds: number;
  /** Unpredictable 32-bit number (RFC 6528). */
  initialSequence(): number;
  listens(address: number, port: number): boolean;
  /** Asked whenever more of a request came. Undefined = not whole yet; else the response, after which we close. */
  respond(request: TcpRequest): Uint8Array | undefined;
}

interface Entry {
  readonly key: string;
  readonly id: number;
  readonly connection: TcpConnection;
  readonly address: number;
  readonly port: number;
  readonly remoteAddress: number;
  received: Uint8Array;
  responded: boolean;
}

/** Accepts connections and answers each with one response, pure and bounded. Serves any number of addresses. */
export class TcpServer {
  readonly #options: TcpServerOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #byId = new Map<number, Entry>();
  #nextId = 1;

  constructor(options: TcpServerOptions) {
    this.#options = options;
  }

  get connectionCount(): number {
    return this.#entries.size;
  }

  receive(bytes: Uint8Array, packet: Ipv4Packet): readonly TcpServerEffect[] {
    const segment = parseTcp(bytes, packet);
    if (segment === undefined) {
      return [];
    }
    const key = `${packet.destination}:${segment.destinationPort}-${packet.source}:${segment.sourcePort}`;
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      return this.#translate(entry, entry.connection.receive(bytes, segment));
    }
    return this.#open(key, packet, segment);
  }

  timeout(connection: number): readonly TcpServerEffect[] {
    const entry = this.#byId.get(connection);
    return entry === undefined ? [] : this.#translate(entry, entry.connection.timeout());
  }

  #open(key: string, packet: Ipv4Packet, segment: TcpSegment): readonly TcpServerEffect[] {
    const onlySyn = (segment.flags & (TcpFlag.syn | TcpFlag.ack | TcpFlag.rst | TcpFlag.fin)) === TcpFlag.syn;
    if (
      !onlySyn ||
      !this.#options.listens(packet.destination, segment.destinationPort) ||
      this.#entries.size >= this.#options.maximumConnections
    ) {
      const reset = encodeResetFor(packet, segment);
      return reset === undefined ? [] : [{ kind: 'send', packet: reset }];
    }
    const entry = this.#makeEntry(key, packet, segment);
    this.#entries.set(key, entry);
    this.#byId.set(entry.id, entry);
    return this.#translate(entry, entry.connection.accept(segment));
  }

  #makeEntry(key: string, packet: Ipv4Packet, segment: TcpSegment): Entry {
    const id = this.#nextId;
    this.#nextId += 1;
    return {
      key,
      id,
      connection: new TcpConnection({
        source: packet.destination,
        sourcePort: segment.destinationPort,
        destination: packet.source,
        destinationPort: segment.sourcePort,
        initialSequence: this.#options.initialSequence(),
        maximumSegmentSize: this.#options.maximumSegmentSize,
        maximumReceive: this.#options.maximumRequest,
        idleMilliseconds: this.#options.idleMilliseconds,
      }),
      address: packet.destination,
      port: segment.destinationPort,
      remoteAddress: packet.source,
      received: new Uint8Array(0),
      responded: false,
    };
  }

  #translate(entry: Entry, effects: readonly TcpEffect[]): readonly TcpServerEffect[] {
    const translated: TcpServerEffect[] = [];
    for (const effect of effects) {
      switch (effect.kind) {
        case 'send':
          translated.push(effect);
          break;
        case 'start-timer':
        case 'stop-timer':
          translated.push({ ...effect, connection: entry.id });
          break;
        case 'data':
          translated.push(...this.#receiveData(entry, effect.bytes));
          break;
        case 'finished':
          translated.push(...this.#receiveFinish(entry));
          break;
        case 'closed':
          this.#entries.delete(entry.key);
          this.#byId.delete(entry.id);
          break;
      }
    }
    return translated;
  }

  #receiveData(entry: Entry, bytes: Uint8Array): readonly TcpServerEffect[] {
    if (entry.responded) {
      return [];
    }
    const joined = new Uint8Array(entry.received.length + bytes.length);
    joined.set(entry.received);
    joined.set(bytes, entry.received.length);
    entry.received = joined;
    return this.#respond(entry, false);
  }

  #receiveFinish(entry: Entry): readonly TcpServerEffect[] {
    const response = entry.responded ? [] : this.#respond(entry, true);
    return [...response, ...this.#translate(entry, entry.connection.finish())];
  }

  #respond(entry: Entry, finished: boolean): readonly TcpServerEffect[] {
    const { address, port, remoteAddress, received } = entry;
    const response = this.#options.respond({ address, port, remoteAddress, bytes: received, finished });
    if (response === undefined) {
      return [];
    }
    entry.responded = true;
    entry.received = new Uint8Array(0);
    return [
      ...this.#translate(entry, entry.connection.write(response)),
      ...this.#translate(entry, entry.connection.finish()),
    ];
  }
}
