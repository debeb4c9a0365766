import { describe, expect, test } from 'vitest';
import { IpcpOption, encodeAddressOption, encodeVanJacobson } from '../../shared/protocol/ipcp.ts';
import { encodeMru } from '../../shared/protocol/lcp.ts';
import { encodeOptions } from '../../shared/protocol/options.ts';
import { PppProtocol } from '../../shared/protocol/ppp-frame.ts';
import {
  LCP_REQUEST,
  PAP,
  failure,
  last,
  openAll,
  openLcp,
  play,
  signIn,
} from '../../test/support/played-router.ts';

const { lcp, ipcp, pap, ccp, ipv6cp } = PppProtocol;

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

describe('IPV6CP', () => {
  const identifier = (...data: number[]) => ({ type: 1, data: Uint8Array.from(data) });
  const ROUTERS = identifier(0, 0, 0, 0, 0, 0, 0, 1);
  const OURS = identifier(0x40, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x43);
  const ours = [...encodeOptions([OURS])];
  const ipv6Events = (it: ReturnType<typeof play>) => it.events.filter(({ kind }) => kind.startsWith('ipv6'));

  test('a router that knows nothing of it hears nothing of it', () => {
    const it = play();
    openAll(it);
    expect([...it.timers, ipv6Events(it)]).toEqual([[]]);
  });

  test('a router that begins gets an acknowledgement and our own request; a lost one is repeated', () => {
    const it = play();
    openAll(it);
    expect(it.request(ipv6cp, 7, ROUTERS)).toEqual([
      [ipv6cp, 1, 0, ...ours],
      [ipv6cp, 2, 7, ...encodeOptions([ROUTERS])],
    ]);
    expect(it.expire('ipv6cp')).toEqual([[ipv6cp, 1, 0, ...ours]]);
    it.receive(ipv6cp, 2, 0, ours);
    expect(ipv6Events(it)).toEqual([{ kind: 'ipv6-up', identifier: OURS.data }]);
    expect(it.timers.size).toBe(0);
  });

  test('it may begin before IPCP is opened, and take another identifier for us', () => {
    const it = play();
    signIn(it);
    it.request(ipv6cp, 7, ROUTERS);
    const given = encodeOptions([identifier(0, 0, 0, 0, 0, 0, 0, 0x77)]);
    expect(it.receive(ipv6cp, 3, 0, given)).toEqual([[ipv6cp, 1, 1, ...given]]);
    it.receive(ipv6cp, 2, 1, given);
    expect(ipv6Events(it)).toEqual([
      { kind: 'ipv6-up', identifier: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x77) },
    ]);
  });

  test.each<[string, (it: ReturnType<typeof play>) => void]>([
    ['rejects the protocol', (it) => it.receive(lcp, 8, 1, [0x80, 0x57, 1, 0])],
    ['rejects the packets', (it) => it.receive(lcp, 8, 1, [0x00, 0x57, 0x60])],
    ['rejects the identifier', (it) => it.receive(ipv6cp, 4, 0, ours)],
    ['rejects Configure-Requests', (it) => it.receive(ipv6cp, 7, 1, [1, 0, 0, 4])],
    ['ends it', (it) => it.receive(ipv6cp, 5, 1)],
  ])('a router that %s in the middle ends nothing but IPv6', (_, act) => {
    for (const isOpened of [false, true]) {
      const it = play();
      openAll(it);
      it.request(ipv6cp, 7, ROUTERS);
      if (isOpened) it.receive(ipv6cp, 2, 0, ours);
      act(it);
      // What is left of it ends by itself.
      for (let i = 0; i < 20 && it.timers.has('ipv6cp'); i += 1) it.expire('ipv6cp');
      expect([...it.timers]).toEqual([]);
      expect(failure(it)).toBeUndefined();
      expect(it.events.some(({ kind }) => kind === 'closed')).toBe(false);
    }
  });

  test('one that falls silent is given up, and may begin again', () => {
    const it = play();
    openAll(it);
    it.request(ipv6cp, 7, ROUTERS);
    for (let i = 0; i < 20 && it.timers.has('ipv6cp'); i += 1) it.expire('ipv6cp');
    expect(failure(it)).toBeUndefined();
    expect(it.request(ipv6cp, 8, ROUTERS).map((row) => row.slice(0, 2))).toEqual([
      [ipv6cp, 1],
      [ipv6cp, 2],
    ]);
  });

  test('LCP anew: IPv6 is down until it is negotiated again, with the same identifier', () => {
    const it = play();
    openAll(it);
    it.request(ipv6cp, 7, ROUTERS);
    it.receive(ipv6cp, 2, 0, ours);
    it.request(lcp, 9);
    expect(ipv6Events(it).at(-1)).toEqual({ kind: 'ipv6-down' });
    expect(it.request(ipv6cp, 8, ROUTERS)).toEqual([]);
  });

  test('a link that is too narrow for IPv6 has none, and the router is told', () => {
    const it = play();
    it.start();
    it.receive(lcp, 2, 0, LCP_REQUEST);
    it.request(lcp, 0, encodeMru(1279), PAP);
    it.receive(pap, 2, 0x42, [0]);
    expect(it.request(ipv6cp, 7, ROUTERS)[0]?.slice(0, 2)).toEqual([lcp, 8]);
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

  test('unknown protocols are rejected with a copy', () => {
    const it = play();
    signIn(it);
    const [row] = it.raw(0x8059, 1, 7, 0, 6, 1, 2);
    expect(row?.slice(0, 2)).toEqual([lcp, 8]);
    expect(row?.slice(3)).toEqual([0x80, 0x59, 1, 7, 0, 6, 1, 2]);
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
