import { utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { encodeControlPacket } from '../shared/protocol/control-packet.ts';
import { IpcpOption, encodeAddressOption, encodeVanJacobson } from '../shared/protocol/ipcp.ts';
import { LcpOption, encodeAuthentication, encodeMagic, encodeMru } from '../shared/protocol/lcp.ts';
import { type ConfigurationOption, encodeOptions } from '../shared/protocol/options.ts';
import { encodePapRequest } from '../shared/protocol/pap.ts';
import type { PppEffect, PppTimer } from '../shared/protocol/ppp-endpoint.ts';
import { PppProtocol } from '../shared/protocol/ppp-frame.ts';
import { type PppServerEvent, type PppServerOptions, createPppServer } from './ppp-server.ts';

const { lcp, ipcp, pap, chap } = PppProtocol;

const PLAIN: PppServerOptions['quirks'] = {
  magicOne: true,
  offerNoMru: true,
  firstPapAckIdZero: false,
  askVanJacobsonFirst: false,
  lateNak: false,
};

/** A server with a client played by hand. Packets are [protocol, code, identifier, ...data]. */
function play(options: Partial<PppServerOptions> = {}) {
  const server = createPppServer({
    authentication: ['PAP'],
    quirks: PLAIN,
    mru: 1500,
    gateway: '10.0.0.1',
    dns: ['10.0.0.2'],
    name: 'DrayTek',
    random: (length) => new Uint8Array(length).fill(0x42),
    authenticate: (_, matches) => (matches('secret') ? { ok: true } : { ok: false, message: 'no' }),
    assignAddress: () => '10.0.0.9',
    ...options,
  });
  const events: PppServerEvent[] = [];
  const timers = new Set<PppTimer>();
  const carryOut = (effects: readonly PppEffect<PppServerEvent>[]): number[][] => {
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
  const receive = (protocol: number, code: number, identifier: number, data: Iterable<number> = []) =>
    carryOut(server.receive(protocol, encodeControlPacket(code, identifier, Uint8Array.from(data))));
  return {
    events,
    timers,
    start: () => carryOut(server.start()),
    receive,
    request: (protocol: number, identifier: number, ...wanted: ConfigurationOption[]) =>
      receive(protocol, 1, identifier, encodeOptions(wanted)),
    expire(timer: PppTimer): number[][] {
      expect(timers.delete(timer)).toBe(true);
      return carryOut(server.timeout(timer));
    },
  };
}

type Play = ReturnType<typeof play>;

const MAGIC_ONE = encodeMagic(1);
const papData = (password: string) =>
  encodePapRequest({ name: utf8ToBytes('alice'), password: utf8ToBytes(password) });

function openLcp(it: Play): number[][] {
  const [request] = it.start();
  it.receive(lcp, 2, request?.[2] ?? -1, request?.slice(3));
  return it.request(lcp, 0, encodeMru(1442));
}

function signIn(it: Play): number[][] {
  openLcp(it);
  return it.receive(pap, 1, 3, papData('secret'));
}

const failed = (it: Play) => it.events.find((event) => event.kind === 'failed');

describe('LCP', () => {
  test('the router of the field: authentication, the constant magic 1, no MRU', () => {
    expect(play().start()).toEqual([[lcp, 1, 0, ...encodeOptions([encodeAuthentication('PAP'), MAGIC_ONE])]]);
  });

  test('without quirks: MRU and a magic number of its own', () => {
    const quirks = { ...PLAIN, magicOne: false, offerNoMru: false };
    const options = [encodeMru(1500), encodeAuthentication('PAP'), encodeMagic(0x42424242)];
    expect(play({ quirks }).start()).toEqual([[lcp, 1, 0, ...encodeOptions(options)]]);
  });

  test('a Nak brings the authentication that the client names, if it is one of ours', () => {
    const it = play({ authentication: ['MS-CHAPv2', 'CHAP', 'PAP'] });
    it.start();
    const again = it.receive(lcp, 3, 0, encodeOptions([encodeAuthentication('PAP')]));
    expect(again).toEqual([[lcp, 1, 1, ...encodeOptions([encodeAuthentication('PAP'), MAGIC_ONE])]]);
  });

  test('else the next in order; after the last the link fails', () => {
    const it = play({ authentication: ['MS-CHAPv2', 'CHAP'] });
    it.start();
    const eap = encodeOptions([{ type: LcpOption.authentication, data: Uint8Array.of(0xc2, 0x27) }]);
    const again = it.receive(lcp, 3, 0, eap);
    expect(again).toEqual([[lcp, 1, 1, ...encodeOptions([encodeAuthentication('CHAP'), MAGIC_ONE])]]);
    it.receive(lcp, 3, 1, eap);
    expect(failed(it)).toMatchObject({ error: { code: 'negotiation-failed' } });
  });

  test('nobody comes in who rejects authentication', () => {
    const it = play();
    it.start();
    it.receive(lcp, 4, 0, encodeOptions([encodeAuthentication('PAP')]));
    expect(failed(it)).toMatchObject({ error: { code: 'negotiation-failed' } });
    expect(it.timers.size).toBe(0);
  });

  test('a client that wants us to sign in is rejected', () => {
    const it = play();
    it.start();
    const option = encodeAuthentication('CHAP');
    expect(it.request(lcp, 0, option)).toEqual([[lcp, 4, 0, ...encodeOptions([option])]]);
  });

  test('a silent client fails', () => {
    const it = play();
    it.start();
    while (it.timers.has('lcp')) it.expire('lcp');
    expect(failed(it)).toMatchObject({ error: { code: 'negotiation-failed' } });
  });
});

describe('PAP', () => {
  test('a repeated request gets the same answer without a second check', () => {
    let checks = 0;
    const it = play({
      authenticate: () => {
        checks += 1;
        return { ok: true };
      },
    });
    expect(signIn(it)[0]).toEqual([pap, 2, 3, 0]);
    expect(it.receive(pap, 1, 4, papData('other'))).toEqual([[pap, 2, 4, 0]]);
    expect(checks).toBe(1);
  });

  test('a refusal is a Nak with its message and a Terminate-Request', () => {
    const it = play();
    openLcp(it);
    const sent = it.receive(pap, 1, 3, papData('wrong'));
    expect(sent).toEqual([
      [pap, 3, 3, 2, ...utf8ToBytes('no')],
      [lcp, 5, 1],
    ]);
    expect(it.events.at(-1)).toEqual({ kind: 'refused', userName: 'alice', reason: 'no' });
    it.receive(lcp, 6, 1);
    expect(it.events.at(-1)).toEqual({ kind: 'closed' });
    expect(it.timers.size).toBe(0);
  });

  test('a request before LCP is opened is discarded', () => {
    const it = play();
    it.start();
    expect(it.receive(pap, 1, 3, papData('secret'))).toEqual([]);
  });

  test('silence fails', () => {
    const it = play();
    openLcp(it);
    it.expire('authentication');
    expect(failed(it)).toMatchObject({ error: { code: 'negotiation-failed' } });
  });

  describe('with the first Ack’s identifier 0', () => {
    const quirks = { ...PLAIN, firstPapAckIdZero: true };

    test('IPCP begins at the repeated request', () => {
      const it = play({ quirks });
      expect(signIn(it)).toEqual([[pap, 2, 0, 0]]);
      expect(it.receive(pap, 1, 3, papData('secret')).map((row) => row.slice(0, 3))).toEqual([
        [pap, 2, 3],
        [ipcp, 1, 0],
      ]);
    });

    test('or when the client begins it', () => {
      const it = play({ quirks });
      signIn(it);
      const sent = it.request(ipcp, 0, encodeAddressOption(3, '0.0.0.0'));
      expect(sent.map((row) => row.slice(0, 2))).toEqual([
        [ipcp, 1],
        [ipcp, 3],
      ]);
    });

    test('or after a second', () => {
      const it = play({ quirks });
      signIn(it);
      expect(it.expire('authentication').map((row) => row.slice(0, 2))).toEqual([[ipcp, 1]]);
    });
  });
});

describe('CHAP', () => {
  test('a challenge is repeated ten times under new identifiers', () => {
    const it = play({ authentication: ['CHAP'] });
    const identifiers = [openLcp(it).at(-1)?.[2]];
    while (it.timers.has('authentication')) {
      const [row] = it.expire('authentication');
      if (row?.[0] === chap) identifiers.push(row[2]);
    }
    expect(identifiers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(failed(it)).toMatchObject({ error: { code: 'negotiation-failed' } });
  });

  test('a response to another challenge is dropped', () => {
    const it = play({ authentication: ['CHAP'] });
    openLcp(it);
    expect(it.receive(chap, 2, 9, [1, 1])).toEqual([]);
  });

  test.each(['MS-CHAP', 'MS-CHAPv2'] as const)('%s: a response of a wrong length is refused', (mode) => {
    const it = play({ authentication: [mode] });
    openLcp(it);
    it.receive(chap, 2, 1, [3, 1, 2, 3, ...utf8ToBytes('alice')]);
    expect(it.events.at(-1)).toMatchObject({ kind: 'refused', userName: 'alice' });
  });
});

describe('IPCP', () => {
  const address = (value: string) => encodeAddressOption(IpcpOption.address, value);

  test('header compression is asked for first, and the address after its rejection', () => {
    const it = play({ quirks: { ...PLAIN, askVanJacobsonFirst: true } });
    expect(signIn(it)[1]).toEqual([ipcp, 1, 0, ...encodeOptions([encodeVanJacobson()])]);
    expect(it.receive(ipcp, 4, 0, encodeOptions([encodeVanJacobson()]))).toEqual([
      [ipcp, 1, 1, ...encodeOptions([address('10.0.0.1')])],
    ]);
  });

  test('a client that takes header compression is asked again without it', () => {
    const it = play({ quirks: { ...PLAIN, askVanJacobsonFirst: true } });
    signIn(it);
    expect(it.receive(ipcp, 2, 0, encodeOptions([encodeVanJacobson()]))).toEqual([
      [ipcp, 1, 1, ...encodeOptions([address('10.0.0.1')])],
    ]);
  });

  test('a late address: zero first, with the DNS servers, then the address', () => {
    const it = play({ quirks: { ...PLAIN, lateNak: true } });
    signIn(it);
    const dns = encodeAddressOption(IpcpOption.primaryDns, '10.0.0.2');
    const asked = [address('0.0.0.0'), encodeAddressOption(IpcpOption.primaryDns, '0.0.0.0')];
    expect(it.request(ipcp, 0, ...asked)).toEqual([
      [ipcp, 3, 0, ...encodeOptions([address('0.0.0.0'), dns])],
    ]);
    expect(it.request(ipcp, 1, address('0.0.0.0'), dns)).toEqual([
      [ipcp, 3, 1, ...encodeOptions([address('10.0.0.9')])],
    ]);
    expect(it.request(ipcp, 2, address('10.0.0.9'), dns)[0]?.slice(0, 3)).toEqual([ipcp, 2, 2]);
  });

  test('what we have no answer for is rejected: compression, a second DNS server, a netmask', () => {
    const it = play();
    signIn(it);
    const unanswerable = [
      encodeVanJacobson(),
      encodeAddressOption(IpcpOption.secondaryDns, '0.0.0.0'),
      encodeAddressOption(IpcpOption.netmask, '0.0.0.0'),
    ];
    expect(it.request(ipcp, 0, address('0.0.0.0'), ...unanswerable)).toEqual([
      [ipcp, 4, 0, ...encodeOptions(unanswerable)],
    ]);
  });

  test('a client that insists on another address is rejected after five Naks', () => {
    const it = play();
    signIn(it);
    const codes = Array.from({ length: 6 }, (_, i) => it.request(ipcp, i, address('10.9.9.9'))[0]?.[1]);
    expect(codes).toEqual([3, 3, 3, 3, 3, 4]);
  });

  test('a client that opens without an address fails', () => {
    const it = play();
    signIn(it);
    it.receive(ipcp, 2, 0, encodeOptions([address('10.0.0.1')]));
    it.request(ipcp, 0);
    expect(failed(it)).toMatchObject({ error: { code: 'negotiation-failed' } });
  });
});
