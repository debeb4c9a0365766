import type { Ipv4Packet } from './ipv4.ts';
import { TcpConnection } from './tcp-connection.ts';
import type { TcpConnectionOptions, TcpEffect } from './tcp-connection.ts';
import { parseTcp } from './tcp-segment.ts';

export type TcpClientFailure = 'refused' | 'reset' | 'timed-out' | 'too-long';

export type TcpClientEffect =
  | Exclude<TcpEffect, { kind: 'closed' | 'finished' }>
  /** The response is whole. `reset`: the peer closed by RST after it had answered, as small web servers do. */
  | { readonly kind: 'ended'; readonly how: 'finished' | 'reset' }
  | { readonly kind: 'failed'; readonly failure: TcpClientFailure };

/**
 * One request and its response over a TCP connection of its own, pure: SYN, request, response until the peer's
 * FIN or RST. `ended` or `failed` comes exactly once (not after {@link abort}); after `ended` the connection may
 * still send, so keep feeding it while that is cheap, or drop it.
 */
export class TcpClient {
  readonly #options: TcpConnectionOptions;
  readonly #connection: TcpConnection;
  readonly #request: Uint8Array;
  #answered = false;
  #over = false;

  constructor(options: TcpConnectionOptions, request: Uint8Array) {
    this.#options = options;
    this.#connection = new TcpConnection(options);
    this.#request = request;
  }

  start(): readonly TcpClientEffect[] {
    const effects = this.#translate(this.#connection.open());
    this.#connection.write(this.#request);
    return effects;
  }

  /** Whether the packet is one of this connection, by addresses and ports. */
  receive(bytes: Uint8Array, packet: Ipv4Packet): readonly TcpClientEffect[] {
    const { source, sourcePort, destination, destinationPort } = this.#options;
    const segment =
      packet.source === destination && packet.destination === source ? parseTcp(bytes, packet) : undefined;
    if (segment?.sourcePort !== destinationPort || segment.destinationPort !== sourcePort) {
      return [];
    }
    return this.#translate(this.#connection.receive(bytes, segment));
  }

  timeout(): readonly TcpClientEffect[] {
    return this.#translate(this.#connection.timeout());
  }

  /** Gives up without a further event; the peer is told by RST. */
  abort(): readonly TcpClientEffect[] {
    this.#over = true;
    return this.#translate(this.#connection.abort());
  }

  #translate(effects: readonly TcpEffect[]): readonly TcpClientEffect[] {
    const translated: TcpClientEffect[] = [];
    for (const effect of effects) {
      if (effect.kind === 'finished') {
        this.#end(translated, { kind: 'ended', how: 'finished' });
        translated.push(...this.#translate(this.#connection.finish()));
      } else if (effect.kind === 'closed') {
        this.#end(translated, this.#outcome(effect.how));
      } else {
        this.#answered ||= effect.kind === 'data';
        translated.push(effect);
      }
    }
    return translated;
  }

  #outcome(how: Extract<TcpEffect, { kind: 'closed' }>['how']): TcpClientEffect {
    if (how === 'finished' || (how === 'reset' && this.#answered)) {
      return { kind: 'ended', how };
    }
    return { kind: 'failed', failure: how };
  }

  #end(translated: TcpClientEffect[], outcome: TcpClientEffect): void {
    if (!this.#over) {
      this.#over = true;
      translated.push(outcome);
    }
  }
}
