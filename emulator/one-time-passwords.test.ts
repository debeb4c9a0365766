import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeBase32 } from '../shared/otp/base32.ts';
import { motpCode } from '../shared/otp/motp.ts';
import { totpCode } from '../shared/otp/totp.ts';
import { type MotpAttempt, MotpRules, TotpRules } from './one-time-passwords.ts';

const motp = { pin: '1234', secret: 'e3152afee62599c8' };
const NOW = 165_892_298;
const codeAt = (counter: number) => motpCode(counter, motp.secret, motp.pin);

function setUp(windowSteps = 3) {
  const clock = { counter: NOW };
  const rules = new MotpRules(windowSteps, () => clock.counter * 10_000 + 1);
  const newAttempt = (): MotpAttempt => ({ carried: undefined });
  const show = (code: string, attempt = newAttempt(), place: 'connect' | 'ppp' = 'ppp', userName = 'alice') =>
    rules.accept({ userName, motp, place, attempt, matches: (candidate) => candidate === code });
  return { clock, show, newAttempt };
}

describe('MotpRules', () => {
  test.each([-4, -3, -1, 0, 1, 3, 4])('a code %i steps away', (steps) => {
    expect(setUp().show(codeAt(NOW + steps))).toBe(Math.abs(steps) <= 3);
  });

  test('a window of 0 takes the present step alone', () => {
    const { show } = setUp(0);
    expect([show(codeAt(NOW - 1)), show(codeAt(NOW + 1)), show(codeAt(NOW))]).toEqual([false, false, true]);
  });

  test('the same code is refused in a second attempt, an older one too', () => {
    const { show } = setUp();
    expect(show(codeAt(NOW))).toBe(true);
    expect(show(codeAt(NOW))).toBe(false);
    expect(show(codeAt(NOW - 1))).toBe(false);
    expect(show(codeAt(NOW + 1))).toBe(true);
  });

  test('one attempt may show it in the Basic header and then in PPP, once each', () => {
    const { show, newAttempt } = setUp();
    const attempt = newAttempt();
    expect(show(codeAt(NOW), attempt, 'connect')).toBe(true);
    expect(show(codeAt(NOW), attempt, 'ppp')).toBe(true);
    expect(show(codeAt(NOW), attempt, 'ppp')).toBe(false);
    expect(show(codeAt(NOW), attempt, 'connect')).toBe(false);
  });

  test('a code shown in the Basic header is of no use to another attempt', () => {
    const { show, newAttempt } = setUp();
    expect(show(codeAt(NOW), newAttempt(), 'connect')).toBe(true);
    expect(show(codeAt(NOW), newAttempt(), 'ppp')).toBe(false);
  });

  test('the carried code still holds when PPP comes after its window', () => {
    const { clock, show, newAttempt } = setUp();
    const attempt = newAttempt();
    expect(show(codeAt(NOW), attempt, 'connect')).toBe(true);
    clock.counter += 5;
    expect(show(codeAt(NOW), attempt, 'ppp')).toBe(true);
  });

  test('a fresh code in PPP is as good, and uses up the carried one', () => {
    const { show, newAttempt } = setUp();
    const attempt = newAttempt();
    expect(show(codeAt(NOW), attempt, 'connect')).toBe(true);
    expect(show(codeAt(NOW + 1), attempt, 'ppp')).toBe(true);
    expect(show(codeAt(NOW), attempt, 'ppp')).toBe(false);
  });

  test('what one user carries is nothing to another user', () => {
    const { show, newAttempt } = setUp(0);
    const attempt = newAttempt();
    expect(show(codeAt(NOW), attempt, 'connect', 'alice')).toBe(true);
    expect(show(codeAt(NOW), attempt, 'ppp', 'bob')).toBe(true);
    expect(show(codeAt(NOW), attempt, 'ppp', 'bob')).toBe(false);
  });

  test('no code is ever accepted more than twice, nor in two attempts, whatever the order', () => {
    const step = fc.record({
      attempt: fc.nat(3),
      place: fc.constantFrom<'connect' | 'ppp'>('connect', 'ppp'),
      offset: fc.integer({ min: -4, max: 4 }),
      advance: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { clock, show, newAttempt } = setUp();
        const attempts = Array.from({ length: 4 }, newAttempt);
        const uses = new Map<string, string[]>();
        for (const { attempt, place, offset, advance } of steps) {
          clock.counter += advance;
          const code = codeAt(clock.counter + offset);
          if (!show(code, attempts[attempt], place)) continue;
          uses.set(code, [...(uses.get(code) ?? []), `${attempt} ${place}`]);
        }
        for (const [first = '', ...more] of uses.values()) {
          const both = [`${first[0]} connect`, `${first[0]} ppp`];
          expect([first, ...more]).toEqual(more.length === 0 ? [first] : both);
        }
      }),
    );
  });
});

describe('TotpRules', () => {
  const key = new TextEncoder().encode('12345678901234567890');
  const secret = encodeBase32(key);
  function setUpTotp(bypassHours = 0) {
    const clock = { now: 1_700_000_000_000 };
    const rules = new TotpRules({ windowSteps: 1, bypassHours }, () => clock.now);
    return { clock, rules, code: (steps = 0) => totpCode(clock.now + steps * 30_000, key) };
  }

  test.each([-2, -1, 0, 1, 2])('a code %i steps away', (steps) => {
    const { rules, code } = setUpTotp();
    expect(rules.accept('alice', secret, '203.0.113.1', code(steps))).toBe(Math.abs(steps) <= 1);
  });

  test('a code is accepted once', () => {
    const { rules, code } = setUpTotp();
    expect(rules.accept('alice', secret, '203.0.113.1', code())).toBe(true);
    expect(rules.accept('alice', secret, '203.0.113.1', code())).toBe(false);
    expect(rules.accept('alice', secret, '203.0.113.1', code(-1))).toBe(false);
    expect(rules.accept('bob', secret, '203.0.113.1', code())).toBe(true);
  });

  test('no bypass by default', () => {
    const { rules, code } = setUpTotp();
    rules.accept('alice', secret, '203.0.113.1', code());
    expect(rules.isDue('203.0.113.1')).toBe(true);
  });

  test('bypass lets the same address off for its hours', () => {
    const { clock, rules, code } = setUpTotp(2);
    expect(rules.isDue('203.0.113.1')).toBe(true);
    rules.accept('alice', secret, '203.0.113.1', code());
    expect(rules.isDue('203.0.113.1')).toBe(false);
    expect(rules.isDue('203.0.113.2')).toBe(true);
    clock.now += 2 * 3_600_000;
    expect(rules.isDue('203.0.113.1')).toBe(true);
  });

  test('a wrong code earns no bypass', () => {
    const { rules } = setUpTotp(2);
    expect(rules.accept('alice', secret, '203.0.113.1', '000000')).toBe(false);
    expect(rules.isDue('203.0.113.1')).toBe(true);
  });
});
