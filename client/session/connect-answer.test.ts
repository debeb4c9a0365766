import { expect, test } from 'vitest';
import { clockDifference, judgeConnectAnswer } from './connect-answer.ts';

const NOW = Date.parse('2026-06-01T12:00:00.000Z');

function head(status: number, headers: Record<string, string> = {}) {
  return { version: '1.0', status, reason: '', headers: new Map(Object.entries(headers)) };
}

test.each([
  [200, {}, undefined],
  [401, {}, { kind: 'refused' }],
  [403, {}, { kind: 'refused' }],
  [403, { 'retry-after': '1800' }, { kind: 'locked-out', retryAfterSeconds: 1800 }],
  [403, { 'retry-after': 'Mon, 01 Jun 2026 12:01:00 GMT' }, { kind: 'locked-out', retryAfterSeconds: 60 }],
  // By the router's own clock, which is a year ahead.
  [
    403,
    { 'retry-after': 'Tue, 01 Jun 2027 12:01:00 GMT', date: 'Tue, 01 Jun 2027 12:00:00 GMT' },
    { kind: 'locked-out', retryAfterSeconds: 60 },
  ],
  [403, { 'retry-after': '999999999' }, { kind: 'locked-out', retryAfterSeconds: 86_400 }],
  [429, {}, { kind: 'locked-out', retryAfterSeconds: undefined }],
  [503, { 'retry-after': '60' }, { kind: 'locked-out', retryAfterSeconds: 60 }],
  [503, {}, { kind: 'no-address', reason: 'pool-exhausted' }],
  [501, {}, { kind: 'not-draytek-ssl-vpn', evidence: { looksLike: 'web-server', status: 501 } }],
])('status %d with %o', (status, headers, verdict) => {
  expect(judgeConnectAnswer(head(status, headers), NOW)).toEqual(verdict);
});

test('the difference of the clocks leaves out half the round trip', () => {
  const date = { date: 'Mon, 01 Jun 2026 12:00:42 GMT' };
  // Written 1 s after we sent, at 12:00:42.5 on average.
  const timing = { sentAt: NOW + 11_500, receivedAt: NOW + 13_500 };
  expect(clockDifference(head(401, date), timing)).toBe(30);
  expect(clockDifference(head(401, date), { sentAt: NOW + 42_000, receivedAt: NOW + 43_000 })).toBe(0);
  expect(clockDifference(head(401, date), { sentAt: NOW + 102_500, receivedAt: NOW + 102_500 })).toBe(-60);
});

test('no date, or none that anybody can read: no difference', () => {
  expect(clockDifference(head(401), { sentAt: 0, receivedAt: 0 })).toBeUndefined();
  expect(clockDifference(head(401, { date: 'yesterday' }), { sentAt: 0, receivedAt: 0 })).toBeUndefined();
});
