import { expect } from 'vitest';
import {
  type PppClientEvent,
  type PppClientOptions,
  createPppClient,
} from '../../client/session/ppp-client.ts';
import { encodeControlPacket } from '../../shared/protocol/control-packet.ts';
import { IpcpOption, encodeAddressOption } from '../../shared/protocol/ipcp.ts';
import { encodeAuthentication, encodeMagic, encodeMru } from '../../shared/protocol/lcp.ts';
import { type ConfigurationOption, encodeOptions } from '../../shared/protocol/options.ts';
import type { PppAuthentication, PppEffect, PppTimer } from '../../shared/protocol/ppp-endpoint.ts';
import { PppProtocol } from '../../shared/protocol/ppp-frame.ts';

const { lcp, ipcp, pap } = PppProtocol;

/** A client with a router played by hand. Packets are [protocol, code, identifier, ...data]. */
export function play(options: Partial<PppClientOptions> = {}) {
  const client = createPppClient({
    userName: 'alice',
    password: 'secret',
    mru: 1442,
    address: undefined,
    magic: 0x11223344,
    random: (length) => new Uint8Array(length).fill(0x42),
    requestDns: true,
    ...options,
  });
  const events: PppClientEvent[] = [];
  const timers = new Set<PppTimer>();
  const carryOut = (effects: readonly PppEffect<PppClientEvent>[]): number[][] => {
    const sent: number[][] = [];
    for (const effect of effects) {
      if (effect.kind === 'event') events.push(effect.event);
      if (effect.kind === 'start-timer') timers.add(effect.timer);
      if (effect.kind === 'stop-timer') timers.delete(effect.timer);
      if (effect.kind === 'send') {
        const [code = -1, identifier = -1] = effect.information;
        sent.push([effect.protocol, code, identifier, ...effect.information.subarray(4)]);
      }
    }
    return sent;
  };
  return {
    events,
    timers,
    start: () => carryOut(client.start()),
    close: () => carryOut(client.close()),
    echo: () => carryOut(client.echo()),
    raw: (protocol: number, ...bytes: number[]) => carryOut(client.receive(protocol, Uint8Array.from(bytes))),
    receive: (protocol: number, code: number, identifier: number, data: Iterable<number> = []) =>
      carryOut(client.receive(protocol, encodeControlPacket(code, identifier, Uint8Array.from(data)))),
    request: (protocol: number, identifier: number, ...wanted: ConfigurationOption[]) =>
      carryOut(client.receive(protocol, encodeControlPacket(1, identifier, encodeOptions(wanted)))),
    expire(timer: PppTimer): number[][] {
      expect(timers.delete(timer)).toBe(true);
      return carryOut(client.timeout(timer));
    },
  };
}

export type Play = ReturnType<typeof play>;

export const LCP_REQUEST = [...encodeOptions([encodeMru(1442), encodeMagic(0x11223344)])];
export const PAP = encodeAuthentication('PAP');

/** Up to the point where the client signs in. */
export function openLcp(it: Play, authentication: PppAuthentication | 'none' = 'PAP'): number[][] {
  it.start();
  it.receive(lcp, 2, 0, LCP_REQUEST);
  return it.request(lcp, 0, ...(authentication === 'none' ? [] : [encodeAuthentication(authentication)]));
}

/** Up to the point where the client asks for an address. */
export function signIn(it: Play): void {
  openLcp(it);
  it.receive(pap, 2, 0x42, [0]);
}

export function openAll(it: Play): void {
  signIn(it);
  it.request(ipcp, 0, encodeAddressOption(IpcpOption.address, '10.0.0.1'));
  const wished = encodeOptions([
    encodeAddressOption(3, '10.0.0.9'),
    encodeAddressOption(129, '10.0.0.2'),
    encodeAddressOption(131, '10.0.0.3'),
  ]);
  it.receive(ipcp, 3, 0, wished);
  it.receive(ipcp, 2, 1, wished);
}

export const failure = (it: Play) => it.events.find((event) => event.kind === 'failed')?.failure;
export const last = (it: Play) => it.events.at(-1);
