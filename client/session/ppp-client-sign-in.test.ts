import { utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { ChapCode, encodeChapValue } from '../../shared/protocol/chap.ts';
import { authenticatorResponse } from '../../shared/protocol/ms-chap.ts';
import { PppProtocol } from '../../shared/protocol/ppp-frame.ts';
import { failure, last, openLcp, play } from '../../test/support/played-router.ts';

const { lcp, pap, chap } = PppProtocol;

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

  test('MS-CHAPv2: a challenge that is sent once more gets the same response, whose proof may be on its way', () => {
    let drawn = 0;
    const it = play({ random: (length) => new Uint8Array(length).fill((drawn += 1)) });
    openLcp(it, 'MS-CHAPv2');
    const [first = []] = it.receive(chap, 1, 1, challenge(16));
    expect(it.receive(chap, 1, 1, challenge(16))).toEqual([first]);
    const own = Uint8Array.from(first.slice(4, 20));
    const ntResponse = Uint8Array.from(first.slice(28, 52));
    const router = new Uint8Array(16).fill(1);
    it.receive(chap, 3, 1, utf8ToBytes(authenticatorResponse('secret', ntResponse, own, router, 'alice')));
    expect(last(it)).toEqual({ kind: 'phase', phase: 'network' });
    const [other = []] = it.receive(chap, 1, 1, encodeChapValue({ value: own, name: utf8ToBytes('Vigor') }));
    expect(other.slice(4, 20)).not.toEqual([...own]);
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
