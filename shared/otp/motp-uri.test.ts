import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMotpUri, parseMotpUri } from './motp-uri.ts';

test('the published form', () => {
  expect(parseMotpUri('motp://SecureSite:User1?secret=e3152afee62599c8')).toEqual({
    ok: true,
    value: { site: 'SecureSite', user: 'User1', secret: 'e3152afee62599c8' },
  });
});

test('letter case of scheme and secret, spaces around, other parameters, encoded names', () => {
  expect(parseMotpUri(' MOTP://Head%20Office:a%3Ab?x=1&SECRET=ABCDEF#f ')).toEqual({
    ok: true,
    value: { site: 'Head Office', user: 'a:b', secret: 'abcdef' },
  });
});

test('a label without a user', () => {
  expect(parseMotpUri('motp://Office?secret=12')).toEqual({
    ok: true,
    value: { site: 'Office', user: '', secret: '12' },
  });
});

test.each([
  ['', /^This is not an mOTP address/],
  ['otpauth://totp/a?secret=AA', /^This is not an mOTP address/],
  ['motp://a:b', /^This is not an mOTP address/],
  ['motp://a:b?secret=', /has no secret/],
  ['motp://a:b?secret=not-hex', /has no secret/],
  ['motp://a:b?pin=1234', /has no secret/],
  ['motp://a%:b?secret=12', /is damaged/],
  ['motp://a:b?secret=%ff', /is damaged/],
])('%j is refused in words', (text, message) => {
  const parsed = parseMotpUri(text);
  expect(parsed.ok).toBe(false);
  expect(parsed.ok || parsed.error).toMatch(message);
});

const key = fc.record({
  site: fc.string({ unit: 'grapheme' }),
  user: fc.string({ unit: 'grapheme' }),
  secret: fc.string({
    unit: fc.constantFrom(...Array.from('0123456789abcdef')),
    minLength: 1,
    maxLength: 32,
  }),
});

test('parse(format(x)) = x', () => {
  fc.assert(
    fc.property(key, (key) => {
      expect(parseMotpUri(formatMotpUri(key))).toEqual({ ok: true, value: key });
    }),
  );
});

test('any text is parsed or refused, never thrown at', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (label, query) => {
      const parsed = parseMotpUri(`motp://${label}?${query}`);
      expect(typeof parsed.ok).toBe('boolean');
    }),
  );
});
