import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { motpCode } from '../shared/otp/motp.ts';
import { BruteForceGuard } from './brute-force.ts';
import { DialInUsers } from './dial-in-users.ts';
import { MotpRules } from './one-time-passwords.ts';
import { SignIn } from './sign-in.ts';
import { Syslog } from './syslog.ts';

const NOW = 1_658_922_980_000;
const COUNTER = NOW / 10_000;
const MOTP = { pin: '1234', secret: 'e3152afee62599c8' };

function setUp() {
  const users = new DialInUsers();
  users.add({ userName: 'anna', password: 'open sesame' });
  users.add({ userName: 'bob', motp: MOTP });
  users.add({ userName: 'carol', password: 'open sesame', enabled: false });
  users.add({ userName: 'dora', motp: MOTP, remoteNode: '203.0.113.99' });
  users.add({ userName: 'emil', password: 'open sesame', allowedTypes: ['ipsec'] });
  users.add({ userName: 'bare' });
  users.add({ userName: 'home', password: 'open sesame', remoteNode: '2001:DB8:0:0:0:0:0:7' });
  const clock = () => NOW;
  const bruteForce = new BruteForceGuard({ attempts: 0, penaltySeconds: 60 }, clock);
  const signIn = new SignIn({
    users,
    motp: new MotpRules(3, clock),
    bruteForce,
    syslog: new Syslog(1000, clock),
  });
  /** How many passwords and codes were computed and compared, and whether one was right. */
  const check = (userName: string, sent: string, address = '203.0.113.7') => {
    const compared: string[] = [];
    const outcome = signIn.check({
      userName,
      place: 'connect',
      attempt: { address, motp: { carried: undefined } },
      matches: (candidate) => {
        compared.push(candidate);
        return candidate === sent;
      },
    });
    return { ok: outcome.ok, work: compared.length };
  };
  return { check };
}

/** One password, and the codes of three steps to either side. */
const REFUSAL = { ok: false, work: 8 };

describe('a refusal is the same work', () => {
  test.each(['anna', 'bob', 'carol', 'dora', 'emil', 'bare', 'nobody', '', '__proto__'])(
    'for %j',
    (userName) => {
      expect(setUp().check(userName, 'wrong')).toEqual(REFUSAL);
    },
  );

  test('for any name and any password', () => {
    const { check } = setUp();
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (userName, sent) => {
        expect(check(userName, `${sent} is wrong`)).toEqual(REFUSAL);
      }),
    );
  });

  test('after codes were used, too', () => {
    const { check } = setUp();
    const code = (steps: number) => motpCode(COUNTER + steps, MOTP.secret, MOTP.pin);
    expect(check('bob', code(2)).ok).toBe(true);
    expect(check('bob', 'wrong')).toEqual(REFUSAL);
    expect(check('bob', code(2))).toEqual(REFUSAL);
    expect(check('bob', code(0))).toEqual(REFUSAL);
  });

  test('and what is compared in a name’s place lets nobody in', () => {
    const { check } = setUp();
    const zeros = motpCode(COUNTER, '0'.repeat(32), '0000');
    for (const userName of ['anna', 'bob', 'carol', 'nobody']) {
      expect([check(userName, 'nobody').ok, check(userName, zeros).ok]).toEqual([false, false]);
    }
  });
});

test('the right password of a user who may not come in, and an empty one of one with codes, do not help', () => {
  const { check } = setUp();
  expect(['carol', 'emil'].map((userName) => check(userName, 'open sesame').ok)).toEqual([false, false]);
  expect(check('bob', '').ok).toBe(false);
});

test('a user who was given no password is nobody’s', () => {
  expect(setUp().check('bare', '')).toEqual(REFUSAL);
});

test('a remote node is the same however its address is written', () => {
  const { check } = setUp();
  expect(check('home', 'open sesame', '2001:db8::7').ok).toBe(true);
  expect(check('home', 'open sesame', '2001:db8::8').ok).toBe(false);
});
