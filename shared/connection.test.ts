import { expect, test } from 'vitest';
import { lockedOutFor, type ConnectionState, type FailureCause } from './connection.ts';

function failed(cause: FailureCause): ConnectionState {
  return { state: 'failed', since: 5000, cause };
}

test('a lock-out counts from the failure, is over with its time, and no clock that was set back prolongs it', () => {
  const lockedOut = failed({ kind: 'locked-out', retryAfterSeconds: 90 });
  expect(lockedOutFor(lockedOut, 5000)).toBe(90_000);
  expect(lockedOutFor(lockedOut, 35_400)).toBe(59_600);
  expect(lockedOutFor(lockedOut, 95_000)).toBe(0);
  expect(lockedOutFor(lockedOut, 200_000)).toBe(0);
  expect(lockedOutFor(lockedOut, 1000)).toBe(90_000);
});

test('without a known end nothing is waited for', () => {
  expect(lockedOutFor(failed({ kind: 'locked-out', retryAfterSeconds: undefined }), 5000)).toBe(0);
  expect(lockedOutFor(failed({ kind: 'credentials-refused' }), 5000)).toBe(0);
  expect(lockedOutFor({ state: 'disconnected' }, 5000)).toBe(0);
});
