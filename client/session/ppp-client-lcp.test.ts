import { describe, expect, test } from 'vitest';
import { ControlCode } from '../../shared/protocol/control-packet.ts';
import { LcpOption, encodeAuthentication, encodeMagic, encodeMru } from '../../shared/protocol/lcp.ts';
import { encodeOptions } from '../../shared/protocol/options.ts';
import { PppProtocol } from '../../shared/protocol/ppp-frame.ts';
import {
  LCP_REQUEST,
  PAP,
  type Play,
  failure,
  last,
  openAll,
  openLcp,
  play,
  signIn,
} from '../../test/support/played-router.ts';

const { lcp, pap, ipcp } = PppProtocol;

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

  describe('with a one-time password', () => {
    test('is not signed in with again once the code was accepted', () => {
      const it = play({ isOneTimePassword: true });
      openAll(it);
      const [request] = it.request(lcp, 9, PAP);
      const sent = it.receive(lcp, 2, request?.[2] ?? -1, request?.slice(3));
      expect(failure(it)).toEqual({ kind: 'code-spent' });
      expect(sent.map((row) => row.slice(0, 2))).toEqual([[lcp, 5]]);
      expect([...it.timers]).toEqual([]);
    });

    test('goes on when the router asks for no sign-in this time', () => {
      const it = play({ isOneTimePassword: true });
      openAll(it);
      const [request] = it.request(lcp, 9);
      const sent = it.receive(lcp, 2, request?.[2] ?? -1, request?.slice(3));
      expect(sent.map((row) => row.slice(0, 2))).toEqual([[ipcp, 1]]);
      expect(failure(it)).toBeUndefined();
    });

    test('a sign-in that has no verdict yet is continued', () => {
      const it = play({ isOneTimePassword: true });
      openLcp(it);
      const [request] = it.request(lcp, 9, PAP);
      const sent = it.receive(lcp, 2, request?.[2] ?? -1, request?.slice(3));
      expect(sent.map((row) => row.slice(0, 2))).toEqual([[pap, 1]]);
    });
  });
});
