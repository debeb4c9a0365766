import { utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { ChapCode, encodeChapValue } from '../../shared/protocol/chap.ts';
import { ControlCode, encodeControlPacket } from '../../shared/protocol/control-packet.ts';
import { IpcpOption, encodeAddressOption, encodeVanJacobson } from '../../shared/protocol/ipcp.ts';
import { LcpOption, encodeAuthentication, encodeMagic, encodeMru } from '../../shared/protocol/lcp.ts';
import { type ConfigurationOption, encodeOptions } from '../../shared/protocol/options.ts';
import type { PppAuthentication, PppEffect, PppTimer } from '../../shared/protocol/ppp-endpoint.ts';
import { PppProtocol } from '../../shared/protocol/ppp-frame.ts';
import { type PppClientEvent, type PppClientOptions, createPppClient } from './ppp-client.ts';

const { lcp, ipcp, pap, chap, ccp, ipv6cp } = PppProtocol;

/** A client with a router played by hand. Packets are [protocol, code, identifier, ...data]. */
function play(options: Partial<PppClientOptions> = {}) {
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

type Play = ReturnType<typeof play>;

const LCP_REQUEST = [...encodeOptions([encodeMru(1442), encodeMagic(0x11223344)])];
const PAP = encodeAuthentication('PAP');

/** Up to the point where the client signs in. */
function openLcp(it: Play, authentication: PppAuthentication | 'none' = 'PAP'): number[][] {
  it.start();
  it.receive(lcp, 2, 0, LCP_REQUEST);
  return it.request(lcp, 0, ...(authentication === 'none' ? [] : [encodeAuthentication(authentication)]));
}

/** Up to the point where the client asks for an address. */
function signIn(it: Play): void {
  openLcp(it);
  it.receive(pap, 2, 0x42, [0]);
}

function openAll(it: Play): void {
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

const failure = (it: Play) => it.events.find((event) => event.kind === 'failed')?.failure;
const last = (it: Play) => it.events.at(-1);

describe('LCP', () => {
  test('asks for its MRU and a magic number', () => {
    expect(play().start()).toEqual([[lcp, 1, 0, ...LCP_REQUEST]]);
  });

  test('asks ten times, three seconds apart, then gives up', () => {
    const it = play();
    let requests = it.start().length;
    while (it.timers.has('lcp')) requests += it.expire('lcp').filter(([, code]) => code === 1).length;
    expect(requests).toBe(10);
    expect(failure(it)).toEqual({ kind: 'no-answer', phase: 'establish' });
  });

  test('says what was unreadable when nothing readable came', () => {
    const it = play();
    it.start();
    expect(it.raw(lcp, 1, 0, 0, 99)).toEqual([]);
    while (it.timers.has('lcp')) it.expire('lcp');
    expect(failure(it)).toMatchObject({ kind: 'protocol-error', code: 'control-length' });
  });

  test('a repeated request keeps its identifier; the second answer to it is dropped', () => {
    const it = play();
    it.start();
    expect(it.expire('lcp')).toEqual([[lcp, 1, 0, ...LCP_REQUEST]]);
    it.receive(lcp, 2, 0, LCP_REQUEST);
    it.request(lcp, 0, PAP);
    const before = it.events.length;
    expect(it.receive(lcp, 2, 0, LCP_REQUEST)).toEqual([]);
    expect(it.events).toHaveLength(before);
  });

  test.each([
    ['another identifier', 1, LCP_REQUEST],
    ['other options', 0, LCP_REQUEST.slice(0, 4)],
  ])('an Ack with %s is dropped', (_, identifier, options) => {
    const it = play();
    it.start();
    it.request(lcp, 0, PAP);
    it.receive(lcp, 2, identifier, options);
    expect(it.events).toEqual([{ kind: 'phase', phase: 'establish' }]);
  });

  test.each(['PAP', 'CHAP', 'MS-CHAP', 'MS-CHAPv2'] as const)('%s is acknowledged', (authentication) => {
    const it = play();
    it.start();
    const option = encodeAuthentication(authentication);
    expect(it.request(lcp, 5, option)).toEqual([[lcp, 2, 5, ...encodeOptions([option])]]);
  });

  test('another authentication is answered by MS-CHAPv2, then by the next', () => {
    const it = play();
    it.start();
    const eap = { type: LcpOption.authentication, data: Uint8Array.of(0xc2, 0x27) };
    expect(it.request(lcp, 0, eap)).toEqual([
      [lcp, 3, 0, ...encodeOptions([encodeAuthentication('MS-CHAPv2')])],
    ]);
    expect(it.request(lcp, 1, eap)).toEqual([[lcp, 3, 1, ...encodeOptions([encodeAuthentication('CHAP')])]]);
  });

  test('after five Naks the option is rejected (Max-Failure)', () => {
    const it = play();
    it.start();
    const eap = { type: LcpOption.authentication, data: Uint8Array.of(0xc2, 0x27) };
    const codes = Array.from({ length: 6 }, (_, i) => it.request(lcp, i, eap)[0]?.[1]);
    expect(codes).toEqual([3, 3, 3, 3, 3, 4]);
  });

  test('unknown options are rejected, and only they', () => {
    const it = play();
    it.start();
    const callback = { type: 13, data: Uint8Array.of(6) };
    expect(it.request(lcp, 0, PAP, callback)).toEqual([[lcp, 4, 0, ...encodeOptions([callback])]]);
  });

  test('the constant magic 1 is no sign of a loop, our own number is, zero is illegal', () => {
    const it = play();
    it.start();
    expect(it.request(lcp, 0, encodeMagic(1))[0]?.[1]).toBe(2);
    expect(it.request(lcp, 1, encodeMagic(0x11223344))[0]?.[1]).toBe(3);
    expect(it.request(lcp, 2, encodeMagic(0))[0]?.[1]).toBe(3);
  });

  test('the constant magic 1 is no sign of a loop even if ours is the same', () => {
    const it = play({ magic: 1 });
    it.start();
    expect(it.request(lcp, 0, encodeMagic(1))[0]?.[1]).toBe(2);
  });

  test('a smaller MRU is adopted, a larger one is not, a rejected one is left out', () => {
    const it = play();
    it.start();
    const [, ...magic] = [0, ...encodeOptions([encodeMagic(0x11223344)])];
    expect(it.receive(lcp, 3, 0, encodeOptions([encodeMru(1280)]))).toEqual([
      [lcp, 1, 1, ...encodeOptions([encodeMru(1280)]), ...magic],
    ]);
    expect(it.receive(lcp, 3, 1, encodeOptions([encodeMru(1500)]))).toEqual([[lcp, 1, 2, ...LCP_REQUEST]]);
    expect(it.receive(lcp, 4, 2, encodeOptions([encodeMru(1442)]))).toEqual([[lcp, 1, 3, ...magic]]);
  });

  test('a router that naks for ever ends the attempt', () => {
    const it = play();
    it.start();
    for (let i = 0; i < 100; i += 1) it.receive(lcp, 3, i, encodeOptions([encodeMru(1280)]));
    expect(failure(it)).toMatchObject({ kind: 'protocol-error', code: 'negotiation-failed' });
    expect(it.timers.size).toBe(0);
  });

  test('a rejected basic code ends the attempt, a rejected Echo does not', () => {
    const it = play();
    openAll(it);
    expect(it.receive(lcp, ControlCode.codeReject, 9, [9, 0, 0, 4])).toEqual([]);
    expect(last(it)).toMatchObject({ kind: 'opened' });
    it.receive(lcp, ControlCode.codeReject, 9, [1, 0, 0, 4]);
    expect(failure(it)).toMatchObject({ code: 'protocol-rejected' });
  });

  test('an unknown code is rejected with a copy', () => {
    const it = play();
    it.start();
    expect(it.receive(lcp, 77, 5, [1, 2])).toEqual([[lcp, 7, 1, 77, 5, 0, 6, 1, 2]]);
  });

  test('Terminate-Request is acknowledged and closes the link', () => {
    const it = play();
    openAll(it);
    expect(it.receive(lcp, 5, 31)).toEqual([[lcp, 6, 31]]);
    expect(last(it)).toEqual({ kind: 'closed' });
    expect(it.timers.size).toBe(0);
    expect(it.receive(lcp, 5, 32)).toEqual([[lcp, 6, 32]]);
    expect(it.events.filter((event) => event.kind === 'closed')).toHaveLength(1);
  });

  test('Echo-Request is answered in Opened alone, with our magic number', () => {
    const it = play();
    it.start();
    expect(it.receive(lcp, 9, 4, [0, 0, 0, 1, 7])).toEqual([]);
    it.receive(lcp, 2, 0, LCP_REQUEST);
    it.request(lcp, 0, PAP);
    expect(it.receive(lcp, 9, 4, [0, 0, 0, 1, 7])).toEqual([[lcp, 10, 4, 0x11, 0x22, 0x33, 0x44, 7]]);
  });

  test('an echo of ours comes back by its identifier', () => {
    const it = play();
    expect(it.echo()).toEqual([]);
    openAll(it);
    const [[, code, identifier = -1] = []] = it.echo();
    expect(code).toBe(9);
    it.receive(lcp, 10, identifier, [0, 0, 0, 1]);
    expect(last(it)).toEqual({ kind: 'echo-reply', identifier });
  });

  test('copies of what came are cut to the MRU of the router', () => {
    const it = play();
    it.start();
    it.receive(lcp, 2, 0, LCP_REQUEST);
    it.request(lcp, 0, PAP, encodeMru(200));
    // Header of four bytes in front, which the row here does not show.
    expect(it.receive(lcp, 9, 1, new Uint8Array(1400))[0]).toHaveLength(3 + 196);
  });
});

describe('PAP', () => {
  const papRequest = [pap, 1, 0x42, 5, ...utf8ToBytes('alice'), 6, ...utf8ToBytes('secret')];

  test('sends name and password once LCP is opened', () => {
    expect(openLcp(play()).at(-1)).toEqual(papRequest);
  });

  test.each([0x42, 0, 7])('an Ack with identifier %i is taken', (identifier) => {
    const it = play();
    openLcp(it);
    it.receive(pap, 2, identifier, [0]);
    expect(last(it)).toEqual({ kind: 'phase', phase: 'network' });
  });

  test('repeats the request up to ten times', () => {
    const it = play();
    openLcp(it);
    let repeated = 0;
    while (it.timers.has('authentication')) {
      repeated += it.expire('authentication').filter(([protocol]) => protocol === pap).length;
    }
    expect(repeated).toBe(9);
    expect(failure(it)).toEqual({ kind: 'no-answer', phase: 'authenticate' });
  });

  test('a Nak is a refusal with its message; a Terminate-Request goes out, no timer stays', () => {
    const it = play();
    openLcp(it);
    const sent = it.receive(pap, 3, 0x42, [3, ...utf8ToBytes('no!')]);
    expect(failure(it)).toEqual({
      kind: 'credentials-refused',
      refusal: 'wrong-credentials',
      message: 'no!',
    });
    expect(sent.map(([protocol, code]) => [protocol, code])).toEqual([[lcp, 5]]);
    expect(it.timers.size).toBe(0);
  });

  test('CHAP in the middle of PAP is not answered', () => {
    const it = play();
    openLcp(it);
    expect(it.receive(chap, ChapCode.challenge, 1, [1, 9])).toEqual([]);
  });
});

describe('CHAP', () => {
  const challenge = (size: number) =>
    encodeChapValue({ value: new Uint8Array(size).fill(1), name: utf8ToBytes('Vigor') });

  test('PAP in the middle of CHAP does not get the password', () => {
    const it = play();
    expect(openLcp(it, 'CHAP').filter(([protocol]) => protocol === pap)).toEqual([]);
    expect(it.receive(pap, 1, 1)).toEqual([]);
  });

  test('a verdict under another identifier is dropped', () => {
    const it = play();
    openLcp(it, 'CHAP');
    it.receive(chap, 1, 8, challenge(16));
    it.receive(chap, 3, 0);
    it.receive(chap, 4, 0);
    expect(last(it)).toEqual({ kind: 'phase', phase: 'authenticate' });
    it.receive(chap, 3, 8);
    expect(last(it)).toEqual({ kind: 'phase', phase: 'network' });
  });

  test('a verdict without a response is dropped', () => {
    const it = play();
    openLcp(it, 'CHAP');
    it.receive(chap, 3, 0);
    expect(last(it)).toEqual({ kind: 'phase', phase: 'authenticate' });
  });

  test('a later challenge is answered, and its failure ends the link', () => {
    const it = play();
    openLcp(it, 'CHAP');
    it.receive(chap, 1, 1, challenge(16));
    it.receive(chap, 3, 1);
    expect(it.receive(chap, 1, 2, challenge(16)).map(([p, code]) => [p, code])).toEqual([[chap, 2]]);
    it.receive(chap, 3, 2);
    expect(failure(it)).toBeUndefined();
    it.receive(chap, 1, 3, challenge(16));
    it.receive(chap, 4, 3, utf8ToBytes('gone'));
    expect(failure(it)).toMatchObject({ kind: 'credentials-refused', message: 'gone' });
  });

  test.each([
    ['MS-CHAP', 16],
    ['MS-CHAPv2', 8],
  ] as const)('%s: a challenge of %i bytes is no challenge', (mode, size) => {
    const it = play();
    openLcp(it, mode);
    expect(it.receive(chap, 1, 1, challenge(size))).toEqual([]);
    it.expire('authentication');
    expect(failure(it)).toMatchObject({ kind: 'protocol-error', code: 'control-length' });
  });

  test.each([
    ['none', ''],
    ['a wrong one', `S=${'0'.repeat(40)} M=Welcome`],
    ['half of one', 'S=00'],
  ])('MS-CHAPv2 with %s as proof is a mismatch', (_, message) => {
    const it = play();
    openLcp(it, 'MS-CHAPv2');
    it.receive(chap, 1, 1, challenge(16));
    it.receive(chap, 3, 1, utf8ToBytes(message));
    expect(failure(it)).toMatchObject({ kind: 'protocol-error', code: 'authenticator-mismatch' });
  });

  test('MS-CHAP says why it refuses', () => {
    const it = play();
    openLcp(it, 'MS-CHAP');
    it.receive(chap, 1, 1, challenge(8));
    it.receive(chap, 4, 1, utf8ToBytes('E=647 R=0 C=0102030405060708 V=2'));
    expect(failure(it)).toEqual({ kind: 'credentials-refused', refusal: 'account-disabled', message: '' });
  });

  test('silence ends the attempt', () => {
    const it = play();
    openLcp(it, 'CHAP');
    it.expire('authentication');
    expect(failure(it)).toEqual({ kind: 'no-answer', phase: 'authenticate' });
  });
});

test('a router that asks for no authentication is followed to the network phase', () => {
  const it = play();
  openLcp(it, 'none');
  expect(last(it)).toEqual({ kind: 'phase', phase: 'network' });
});

describe('IPCP', () => {
  const address = (value: string) => encodeAddressOption(IpcpOption.address, value);
  const dns = (type: number, value: string) => encodeAddressOption(type, value);

  test('opens with address, gateway and both DNS servers', () => {
    const it = play();
    openAll(it);
    expect(last(it)).toEqual({
      kind: 'opened',
      address: '10.0.0.9',
      gateway: '10.0.0.1',
      netmask: undefined,
      dns: ['10.0.0.2', '10.0.0.3'],
      mtu: 1442,
      authentication: 'PAP',
    });
    expect(it.timers.size).toBe(0);
  });

  test('rejected DNS options are left out', () => {
    const it = play();
    signIn(it);
    expect(it.receive(ipcp, 4, 0, encodeOptions([dns(129, '0.0.0.0'), dns(131, '0.0.0.0')]))).toEqual([
      [ipcp, 1, 1, ...encodeOptions([address('0.0.0.0')])],
    ]);
  });

  test('a DNS server of zero is none', () => {
    const it = play();
    signIn(it);
    const nak = [address('10.0.0.9'), dns(129, '10.0.0.2'), dns(131, '0.0.0.0')];
    expect(it.receive(ipcp, 3, 0, encodeOptions(nak))).toEqual([
      [ipcp, 1, 1, ...encodeOptions(nak.slice(0, 2))],
    ]);
  });

  test('a netmask that the router offers is taken', () => {
    const it = play({ requestDns: false });
    signIn(it);
    it.request(ipcp, 0, address('10.0.0.1'));
    const given = encodeOptions([address('10.0.0.9'), dns(IpcpOption.netmask, '255.255.0.0')]);
    it.receive(ipcp, 3, 0, given);
    it.receive(ipcp, 2, 1, given);
    expect(last(it)).toMatchObject({ kind: 'opened', netmask: '255.255.0.0' });
  });

  test('a late address: zero is asked for again', () => {
    const it = play({ requestDns: false });
    signIn(it);
    expect(it.receive(ipcp, 3, 0, encodeOptions([address('0.0.0.0')]))).toEqual([
      [ipcp, 1, 1, ...encodeOptions([address('0.0.0.0')])],
    ]);
  });

  test('zero for ever is no address', () => {
    const it = play({ requestDns: false });
    signIn(it);
    for (let i = 0; i < 50; i += 1) it.receive(ipcp, 3, i, encodeOptions([address('0.0.0.0')]));
    expect(failure(it)).toEqual({ kind: 'no-address', reason: 'unusable' });
  });

  test.each([
    [undefined, 'pool-exhausted'],
    ['10.0.0.77', 'static-refused'],
  ])('a rejected address (wish %s) is %s', (wish, reason) => {
    const it = play({ address: wish, requestDns: false });
    signIn(it);
    it.receive(ipcp, 4, 0, encodeOptions([address(wish ?? '0.0.0.0')]));
    expect(failure(it)).toEqual({ kind: 'no-address', reason });
  });

  test('another address than the static one is a refusal', () => {
    const it = play({ address: '10.0.0.77', requestDns: false });
    signIn(it);
    it.receive(ipcp, 3, 0, encodeOptions([address('10.0.0.9')]));
    expect(failure(it)).toEqual({ kind: 'no-address', reason: 'static-refused' });
  });

  test.each(['0.0.0.0', '127.0.0.1', '224.0.0.1', '255.255.255.255', '10.0.0.1'])(
    'the address %s is unusable',
    (value) => {
      const it = play({ requestDns: false });
      signIn(it);
      it.request(ipcp, 0, address('10.0.0.1'));
      if (value !== '0.0.0.0') it.receive(ipcp, 3, 0, encodeOptions([address(value)]));
      it.receive(ipcp, 2, value === '0.0.0.0' ? 0 : 1, encodeOptions([address(value)]));
      expect(failure(it)).toEqual({ kind: 'no-address', reason: 'unusable' });
    },
  );

  test('Van Jacobson compression is rejected before anything else', () => {
    const it = play();
    signIn(it);
    expect(it.request(ipcp, 0, encodeVanJacobson())).toEqual([
      [ipcp, 4, 0, ...encodeOptions([encodeVanJacobson()])],
    ]);
  });

  test('a router that names no address is asked once, then has none', () => {
    const it = play({ requestDns: false });
    signIn(it);
    expect(it.request(ipcp, 0)).toEqual([[ipcp, 3, 0, ...encodeOptions([address('0.0.0.0')])]]);
    expect(it.request(ipcp, 1)).toEqual([[ipcp, 2, 1]]);
    it.receive(ipcp, 3, 0, encodeOptions([address('10.0.0.9')]));
    it.receive(ipcp, 2, 1, encodeOptions([address('10.0.0.9')]));
    expect(failure(it)).toEqual({ kind: 'no-address', reason: 'unusable' });
  });

  test('IPCP before the sign-in is discarded', () => {
    const it = play();
    openLcp(it);
    expect(it.request(ipcp, 0, address('10.0.0.1'))).toEqual([]);
  });

  test('silence ends the attempt', () => {
    const it = play();
    signIn(it);
    while (it.timers.has('ipcp')) it.expire('ipcp');
    expect(failure(it)).toEqual({ kind: 'no-answer', phase: 'network' });
  });

  test('negotiated anew it opens again', () => {
    const it = play();
    openAll(it);
    const sent = it.request(ipcp, 9, address('10.0.0.1'));
    expect(sent.map(([, code]) => code)).toEqual([1, 2]);
    it.receive(ipcp, 2, sent[0]?.[2] ?? -1, sent[0]?.slice(3));
    expect(it.events.slice(-2)).toMatchObject([{ kind: 'phase', phase: 'network' }, { kind: 'opened' }]);
  });
});

describe('other protocols', () => {
  test('CCP is answered by Configure-Reject, or rejected when it asks for nothing', () => {
    const it = play();
    signIn(it);
    const deflate = { type: 26, data: Uint8Array.of(0x78, 0) };
    expect(it.request(ccp, 3, deflate)).toEqual([[ccp, 4, 3, ...encodeOptions([deflate])]]);
    expect(it.request(ccp, 4).map((row) => row.slice(0, 2))).toEqual([[lcp, 8]]);
    expect(it.receive(ccp, 5, 6)).toEqual([[ccp, 6, 6]]);
  });

  test('IPV6CP and unknown protocols are rejected with a copy', () => {
    const it = play();
    signIn(it);
    const [row] = it.receive(ipv6cp, 1, 7, [1, 2]);
    expect(row?.slice(0, 2)).toEqual([lcp, 8]);
    expect(row?.slice(3)).toEqual([0x80, 0x57, 1, 7, 0, 6, 1, 2]);
    expect(it.raw(0x4321, 1)[0]?.slice(3)).toEqual([0x43, 0x21, 1]);
  });

  test('before LCP is opened they are discarded', () => {
    const it = play();
    it.start();
    expect(it.receive(ipv6cp, 1, 7)).toEqual([]);
    expect(it.raw(0x4321, 1)).toEqual([]);
  });

  test('a Protocol-Reject of IPCP ends the session, of CCP it does not', () => {
    const it = play();
    signIn(it);
    it.receive(lcp, 8, 1, [0x80, 0xfd]);
    expect(failure(it)).toBeUndefined();
    it.receive(lcp, 8, 2, [0x80, 0x21, 1, 0]);
    expect(failure(it)).toMatchObject({ kind: 'protocol-error', code: 'protocol-rejected' });
  });

  test('a Protocol-Reject of PAP, or of LCP itself, ends the session', () => {
    for (const rejected of [pap, lcp]) {
      const it = play();
      openLcp(it);
      it.receive(lcp, 8, 1, [rejected >>> 8, rejected & 0xff]);
      expect(failure(it)).toMatchObject({ code: 'protocol-rejected' });
      expect(it.timers.size).toBe(0);
    }
  });
});

describe('closing', () => {
  test('asks for termination, twice at most, and is closed by the acknowledgement', () => {
    const it = play();
    openAll(it);
    const [request] = it.close();
    expect(request?.slice(0, 2)).toEqual([lcp, 5]);
    expect([...it.timers]).toEqual(['lcp']);
    expect(it.close()).toEqual([]);
    it.receive(lcp, 6, request?.[2] ?? -1);
    expect(last(it)).toEqual({ kind: 'closed' });
    expect(it.timers.size).toBe(0);
  });

  test('is closed by silence', () => {
    const it = play();
    openAll(it);
    it.close();
    expect(it.expire('lcp').map((row) => row.slice(0, 2))).toEqual([[lcp, 5]]);
    expect(it.expire('lcp')).toEqual([]);
    expect(last(it)).toEqual({ kind: 'closed' });
  });

  test('in every earlier phase', () => {
    for (const prepare of [(it: Play) => it.start(), openLcp, signIn]) {
      const it = play();
      prepare(it);
      it.close();
      expect([...it.timers]).toEqual(['lcp']);
      it.receive(lcp, 6, 0);
      expect(last(it)).toEqual({ kind: 'closed' });
    }
  });

  test('before the start', () => {
    const it = play();
    it.close();
    expect(it.events).toEqual([{ kind: 'closed' }]);
    expect(it.start()).toEqual([]);
  });

  test('a router that negotiates LCP anew is signed in with again', () => {
    const it = play();
    openAll(it);
    const sent = it.request(lcp, 9, PAP);
    expect(sent.map((row) => row.slice(0, 2))).toEqual([
      [lcp, 1],
      [lcp, 2],
    ]);
    expect(last(it)).toEqual({ kind: 'phase', phase: 'establish' });
    const again = it.receive(lcp, 2, sent[0]?.[2] ?? -1, sent[0]?.slice(3));
    expect(again.map((row) => row.slice(0, 2))).toEqual([[pap, 1]]);
  });
});
