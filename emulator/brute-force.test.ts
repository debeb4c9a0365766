import { describe, expect, test } from 'vitest';
import { BruteForceGuard } from './brute-force.ts';

function guard(attempts: number, penaltySeconds = 60) {
  const clock = { now: 1_000_000 };
  return { clock, guard: new BruteForceGuard({ attempts, penaltySeconds }, () => clock.now) };
}

describe('BruteForceGuard', () => {
  test('blocks the address at the last wrong login, for the penalty time', () => {
    const { clock, guard: brute } = guard(3);
    expect([brute.wrong('a'), brute.wrong('a')]).toEqual([false, false]);
    expect(brute.blockedFor('a')).toBe(0);
    expect(brute.wrong('a')).toBe(true);
    expect(brute.blockedFor('a')).toBe(60_000);
    clock.now += 59_999;
    expect(brute.blockedFor('a')).toBe(1);
    clock.now += 1;
    expect(brute.blockedFor('a')).toBe(0);
  });

  test('other addresses are not touched', () => {
    const { guard: brute } = guard(1);
    brute.wrong('a');
    expect(brute.blockedFor('b')).toBe(0);
  });

  test('a right login forgets the wrong ones', () => {
    const { guard: brute } = guard(2);
    brute.wrong('a');
    brute.right('a');
    expect(brute.wrong('a')).toBe(false);
  });

  test('the penalty served, counting starts anew', () => {
    const { clock, guard: brute } = guard(2);
    brute.wrong('a');
    brute.wrong('a');
    clock.now += 60_000;
    expect(brute.wrong('a')).toBe(false);
    expect(brute.wrong('a')).toBe(true);
  });

  test('wrong logins during the penalty do not lengthen it', () => {
    const { clock, guard: brute } = guard(1);
    brute.wrong('a');
    clock.now += 30_000;
    expect(brute.wrong('a')).toBe(false);
    expect(brute.blockedFor('a')).toBe(30_000);
  });

  test('0 attempts = no protection', () => {
    const { guard: brute } = guard(0);
    for (let i = 0; i < 100; i += 1) expect(brute.wrong('a')).toBe(false);
    expect(brute.blockedFor('a')).toBe(0);
  });

  test('ten thousand addresses are remembered, the oldest goes first', () => {
    const { guard: brute } = guard(1);
    brute.wrong('first');
    brute.wrong('second');
    brute.wrong('first');
    for (let i = 0; i < 9_999; i += 1) brute.wrong(`address ${i}`);
    expect(brute.blockedFor('second')).toBe(0);
    expect(brute.blockedFor('first')).toBe(60_000);
  });
});
