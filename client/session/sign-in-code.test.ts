import { expect, test } from 'vitest';
import { motpCode } from '../../shared/otp/motp.ts';
import { millisecondsToFreshCode, signInWith } from './sign-in-code.ts';

const TOKEN = { kind: 'motp', userName: 'otto', secret: 'e3152afee62599c8', pin: '1234' } as const;
/** In the middle of step 129612120. */
const NOW = 1_296_121_205_000;
const STEP = 129_612_120;

test.each([
  ['the present step is free', STEP, 0],
  ['none was ever spent', 0, 0],
  ['the present step is spent', STEP + 1, 5_000],
  ['the next one is spent too, by a clock that was ahead', STEP + 2, 15_000],
  ['the clock was set back by an hour: nobody waits that long', STEP + 360, 20_000],
])('%s: waits so long', (_, notBeforeCounter, milliseconds) => {
  expect(millisecondsToFreshCode({ ...TOKEN, notBeforeCounter }, NOW)).toBe(milliseconds);
});

test.each([
  [STEP - 5, STEP],
  [STEP, STEP],
  [STEP + 1, STEP + 1],
  [STEP + 360, STEP + 360],
])('with the steps before %i spent, the code is of step %i', (notBeforeCounter, counter) => {
  expect(signInWith({ ...TOKEN, notBeforeCounter }, NOW)).toEqual({
    userName: 'otto',
    password: motpCode(counter, TOKEN.secret, TOKEN.pin),
    motpCounter: counter,
  });
});

test('what is typed is sent as it is, at once', () => {
  const typed = { kind: 'code', userName: 'otto', code: '6ed4e4' } as const;
  expect(millisecondsToFreshCode(typed, NOW)).toBe(0);
  expect(signInWith(typed, NOW)).toEqual({
    userName: 'otto',
    password: '6ed4e4',
    motpCounter: undefined,
  });
});
