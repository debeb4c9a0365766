import { expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { redactedState } from './redacted-state.ts';

const log = createLog();
log.secret('correct-horse');
log.secret('4433');
const redact = (text: string): string => log.redact(text);

test('what a router says of itself is shown without what it was sent', () => {
  const cause = {
    kind: 'protocol-error',
    code: 'http-malformed',
    detail: 'X-Echo: correct-horse',
  } as const;
  expect(JSON.stringify(redactedState({ state: 'failed', since: 0, cause }, redact))).not.toContain(
    'correct-horse',
  );
  const waiting = { state: 'waiting', attempt: 1, retryAt: 4433, because: cause } as const;
  expect(redactedState(waiting, redact)).toMatchObject({
    retryAt: 4433,
    because: { code: 'http-malformed', detail: 'X-Echo: •••' },
  });
  const prompt = { kind: 'credentials', asks: 'password', userName: 'alice', because: cause } as const;
  expect(JSON.stringify(redactedState({ state: 'prompting', prompt }, redact))).not.toContain(
    'correct-horse',
  );
});

test('facts that happen to look like a PIN stay', () => {
  const cause = { kind: 'connection-refused', host: 'vpn4433.example.com', port: 4433 } as const;
  expect(redactedState({ state: 'failed', since: 0, cause }, redact)).toEqual({
    state: 'failed',
    since: 0,
    cause,
  });
});
