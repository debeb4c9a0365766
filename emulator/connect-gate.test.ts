import { describe, expect, test } from 'vitest';
import type { HttpRequestHead } from '../shared/protocol/http-connect.ts';
import { type GateQuestions, decideConnect, parseBasic } from './connect-gate.ts';
import type { SignInOutcome } from './sign-in.ts';

describe('parseBasic', () => {
  test.each([
    // RFC 7617 §2 and §2.1
    ['Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==', { userName: 'Aladdin', password: 'open sesame' }],
    ['Basic dGVzdDoxMjPCow==', { userName: 'test', password: '123£' }],
    ['basic  YTpiOmM=', { userName: 'a', password: 'b:c' }],
    ['Basic YTo=', { userName: 'a', password: '' }],
    ['Basic YQ==', undefined],
    ['Basic', undefined],
    ['Basic !!!!', undefined],
    ['Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==', undefined],
    [undefined, undefined],
  ])('%s', (header, expected) => {
    expect(parseBasic(header)).toEqual(expected);
  });
});

describe('decideConnect', () => {
  const authorized = 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==';
  const head = (target = '/', authorization: string | undefined = authorized): HttpRequestHead => ({
    method: 'CONNECT',
    target,
    version: '1.0',
    headers: new Map(authorization === undefined ? [] : [['authorization', authorization]]),
  });
  const refused: SignInOutcome = { ok: false, reason: 'wrong password' };
  function questions(changes: Partial<GateQuestions> = {}): GateQuestions & { asked: string[] } {
    const asked: string[] = [];
    return {
      asked,
      checksPassword: true,
      blockedFor: () => 0,
      sessionsLeft: () => true,
      signIn: (userName, password) => {
        asked.push(`${userName} ${password}`);
        return refused;
      },
      ...changes,
    };
  }

  test('a wrong password is 401', () => {
    const q = questions();
    expect(decideConnect(head(), q)).toMatchObject({ because: 'refused', answer: { status: 401 } });
    expect(q.asked).toEqual(['Aladdin open sesame']);
  });

  test('no credentials are 401 and nobody is asked', () => {
    const q = questions();
    expect(decideConnect({ ...head(), headers: new Map() }, q)).toMatchObject({
      because: 'no-credentials',
      answer: { status: 401 },
    });
    expect(q.asked).toEqual([]);
  });

  test('where passwords are checked in PPP alone, none is checked here', () => {
    const q = questions({ checksPassword: false });
    expect(decideConnect(head(), q)).toEqual({ kind: 'tunnel', userName: 'Aladdin' });
    expect(decideConnect({ ...head(), headers: new Map() }, q)).toEqual({
      kind: 'tunnel',
      userName: undefined,
    });
    expect(q.asked).toEqual([]);
  });

  test('a blocked address is told when to come back, and its password is not looked at', () => {
    const q = questions({ blockedFor: () => 29_001 });
    expect(decideConnect(head(), q)).toMatchObject({
      because: 'blocked',
      answer: { status: 403, headers: { 'Retry-After': '30' } },
    });
    expect(q.asked).toEqual([]);
  });

  test('the wrong login that leads to the penalty hears of it', () => {
    let penalty = 0;
    const q = questions({
      blockedFor: () => penalty,
      signIn: () => {
        penalty = 60_000;
        return refused;
      },
    });
    expect(decideConnect(head(), q)).toMatchObject({ because: 'refused', answer: { status: 403 } });
  });

  test('a full router does not use up a one-time password', () => {
    const q = questions({ sessionsLeft: () => false });
    expect(decideConnect(head(), q)).toMatchObject({ because: 'session-limit', answer: { status: 503 } });
    expect(q.asked).toEqual([]);
  });

  test('it is no proxy', () => {
    expect(decideConnect(head('example.com:443'), questions())).toMatchObject({
      because: 'bad-target',
      answer: { status: 400 },
    });
  });
});
