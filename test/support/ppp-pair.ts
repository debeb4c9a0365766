import {
  type PppClientEvent,
  type PppClientOptions,
  createPppClient,
} from '../../client/session/ppp-client.ts';
import { type PppServerEvent, type PppServerOptions, createPppServer } from '../../emulator/ppp-server.ts';
import type { PppEffect, PppTimer } from '../../shared/protocol/ppp-endpoint.ts';

export type Side = 'client' | 'server';

export interface Packet {
  readonly from: Side;
  readonly protocol: number;
  readonly information: Uint8Array;
}

export const NO_QUIRKS: PppServerOptions['quirks'] = {
  magicOne: false,
  offerNoMru: false,
  firstPapAckIdZero: false,
  askVanJacobsonFirst: false,
  lateNak: false,
};

/** Bytes that look random and are the same in every run. */
export function seededRandom(seed: number): (length: number) => Uint8Array {
  let state = seed >>> 0;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    });
}

/** The pure client and the pure server in one memory, with the packets between them in a queue. */
export class PppPair {
  readonly clientEvents: PppClientEvent[] = [];
  readonly serverEvents: PppServerEvent[] = [];
  /** Running timers and when they are due, in milliseconds of the pair's own clock. */
  readonly timers: Record<Side, Map<PppTimer, number>> = { client: new Map(), server: new Map() };
  #now = 0;
  readonly queue: Packet[] = [];
  /** Every packet ever sent. */
  sent = 0;
  /** The most effects that one call gave back. */
  mostEffects = 0;
  longestInformation = 0;
  readonly #client: ReturnType<typeof createPppClient>;
  readonly #server: ReturnType<typeof createPppServer>;

  constructor(client: Partial<PppClientOptions> = {}, server: Partial<PppServerOptions> = {}) {
    this.#client = createPppClient({
      userName: 'alice',
      password: 'secret',
      mru: 1442,
      address: undefined,
      magic: 0x01020304,
      random: seededRandom(1),
      requestDns: true,
      ...client,
    });
    this.#server = createPppServer({
      authentication: ['MS-CHAPv2', 'CHAP', 'MS-CHAP', 'PAP'],
      quirks: NO_QUIRKS,
      mru: 1500,
      gateway: '192.168.240.1',
      dns: ['192.168.240.20', '192.168.240.21'],
      name: 'DrayTek',
      random: seededRandom(2),
      authenticate: (userName, matches) =>
        userName === 'alice' && matches('secret')
          ? { ok: true }
          : { ok: false, message: 'Authentication failed' },
      assignAddress: (_, wished) => wished ?? '192.168.240.121',
      ...server,
    });
  }

  start(): void {
    this.#takeServer(this.#server.start());
    this.#takeClient(this.#client.start());
  }

  close(side: Side): void {
    if (side === 'client') this.#takeClient(this.#client.close());
    else this.#takeServer(this.#server.close());
  }

  echo(): void {
    this.#takeClient(this.#client.echo());
  }

  /** Lets a timer expire, if it runs. */
  expire(side: Side, timer: PppTimer): void {
    if (!this.timers[side].delete(timer)) return;
    if (side === 'client') this.#takeClient(this.#client.timeout(timer));
    else this.#takeServer(this.#server.timeout(timer));
  }

  /** Lets the timer that is due next expire. False when none runs. */
  expireNext(): boolean {
    const running = (['client', 'server'] as const).flatMap((side) =>
      Array.from(this.timers[side], ([timer, due]) => ({ side, timer, due })),
    );
    const [first, ...others] = running;
    if (first === undefined) return false;
    const next = others.reduce((best, one) => (one.due < best.due ? one : best), first);
    this.#now = next.due;
    this.expire(next.side, next.timer);
    return true;
  }

  receive(side: Side, protocol: number, information: Uint8Array): void {
    if (side === 'client') this.#takeClient(this.#client.receive(protocol, information));
    else this.#takeServer(this.#server.receive(protocol, information));
  }

  /** Delivers the next packet, changed by `change` if given. False when there is none. */
  deliver(change?: (information: Uint8Array) => Uint8Array): boolean {
    const packet = this.queue.shift();
    if (packet === undefined) return false;
    const information = change === undefined ? packet.information : change(packet.information);
    this.receive(packet.from === 'client' ? 'server' : 'client', packet.protocol, information);
    return true;
  }

  /** Delivers until nothing is on its way. False when that does not come within `limit` packets. */
  settle(limit = 200): boolean {
    for (let i = 0; i < limit; i += 1) if (!this.deliver()) return true;
    return false;
  }

  #takeClient(effects: readonly PppEffect<PppClientEvent>[]): void {
    this.#carryOut('client', effects, (event) => this.clientEvents.push(event));
  }

  #takeServer(effects: readonly PppEffect<PppServerEvent>[]): void {
    this.#carryOut('server', effects, (event) => this.serverEvents.push(event));
  }

  #carryOut<Event>(side: Side, effects: readonly PppEffect<Event>[], keep: (event: Event) => void): void {
    this.mostEffects = Math.max(this.mostEffects, effects.length);
    for (const effect of effects) {
      if (effect.kind === 'event') keep(effect.event);
      if (effect.kind === 'start-timer') {
        this.timers[side].set(effect.timer, this.#now + effect.milliseconds);
      }
      if (effect.kind === 'stop-timer') this.timers[side].delete(effect.timer);
      if (effect.kind === 'send') {
        this.sent += 1;
        this.longestInformation = Math.max(this.longestInformation, effect.information.length);
        this.queue.push({ from: side, protocol: effect.protocol, information: effect.information });
      }
    }
  }
}
