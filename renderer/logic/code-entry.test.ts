import fc from 'fast-check';
import { expect, test } from 'vitest';
import { motpCodeSchema } from '../../shared/otp/motp.ts';
import { motpCodeEntry, motpPinEntry, totpCodeEntry } from './code-entry.ts';

test('a mOTP code is lower-cased as it is typed, without the spaces pasted along', () => {
  expect(motpCodeEntry('7B E6-2F')).toEqual({ text: '7be62f', problem: 'none', isComplete: true });
});

test('what is no code says so and is kept to be seen', () => {
  expect(motpCodeEntry('7bg')).toEqual({ text: '7bg', problem: 'wrong-characters', isComplete: false });
  expect(motpCodeEntry('7be62f0')).toEqual({ text: '7be62f0', problem: 'too-long', isComplete: false });
  expect(motpCodeEntry('7be6')).toEqual({ text: '7be6', problem: 'none', isComplete: false });
});

test('a mOTP code is complete exactly when it may be sent', () => {
  fc.assert(
    fc.property(fc.oneof(fc.stringMatching(/^[0-9a-fA-F]{5,7}$/), fc.string()), (typed) => {
      const entry = motpCodeEntry(typed);
      expect(entry.isComplete).toBe(motpCodeSchema.safeParse(entry.text).success);
    }),
  );
});

test('a PIN has four to seven digits', () => {
  expect(['123', '1234', '1234567', '12345678'].map((typed) => motpPinEntry(typed).isComplete)).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(motpPinEntry('12a4').problem).toBe('wrong-characters');
});

test('a TOTP code is taken in the two groups in which apps show it', () => {
  expect(totpCodeEntry('123 456')).toEqual({ text: '123456', problem: 'none', isComplete: true });
});

test('a novel pasted by mistake does not stay in the box', () => {
  expect(motpCodeEntry('x'.repeat(1_000_000)).text.length).toBeLessThan(100);
});
