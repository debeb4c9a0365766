import { expect, test } from 'vitest';
import { STAGES, type ConnectionState, type TunnelFacts } from './connection.ts';
import { promptText, stageText, statusLine } from './stage-text.ts';
import { de } from './text/de.ts';
import { duration } from './text/en-duration.ts';
import { en } from './text/en.ts';

const NOW = 1_700_000_000_000;

const tunnel: TunnelFacts = {
  interfaceName: 'vigor0',
  address: '192.168.1.200',
  gateway: '192.168.1.1',
  dns: [],
  mtu: 1442,
  cipher: 'TLSv1.3 TLS_AES_256_GCM_SHA384',
  routerAddress: '192.0.2.1',
  authentication: 'PAP',
};

test('every stage has words of its own', () => {
  const texts = STAGES.map((stage) => stageText(stage));
  expect(new Set(texts).size).toBe(STAGES.length);
  expect(texts.every((text) => /^\p{Lu}.*…$/u.test(text))).toBe(true);
  expect(stageText('signing-in')).toBe('Signing in…');
});

test.each([en, de])('only a prompt says that a code is waited for: most users never get one', (catalogue) => {
  const checking = statusLine({ state: 'connecting', stage: 'second-step', attempt: 1 }, NOW, catalogue);
  const prompt = { kind: 'second-step', deadline: NOW + 60_000, refused: false } as const;
  const asking = statusLine({ state: 'prompting', prompt }, NOW, catalogue);
  expect(checking).not.toMatch(/\bcode|authenticator/i);
  expect(asking).toMatch(/\bcode/i);
});

test.each([
  [en, 'Traffic blocked. '],
  [de, 'Datenverkehr gesperrt. '],
] as const)('what is blocked is said before everything else', (catalogue, blocked) => {
  const because = { kind: 'link-lost', reason: 'ECONNRESET' } as const;
  const waiting = { state: 'waiting', attempt: 2, retryAt: NOW + 8000, because } as const;
  const plain = statusLine(waiting, NOW, catalogue);
  expect(statusLine({ ...waiting, traffic: 'blocked' }, NOW, catalogue)).toBe(`${blocked}${plain}`);
});

test.each<[ConnectionState, string]>([
  [{ state: 'disconnected' }, 'Disconnected'],
  [{ state: 'connecting', stage: 'securing', attempt: 1 }, 'Opening a secure channel…'],
  [{ state: 'connected', since: NOW, tunnel }, 'Connected, address 192.168.1.200'],
  [
    { state: 'connected', since: NOW, tunnel: { ...tunnel, interfaceName: undefined } },
    'Signed in, address 192.168.1.200',
  ],
  [
    { state: 'waiting', attempt: 2, retryAt: NOW + 4001, because: { kind: 'link-lost', reason: 'x' } },
    'Trying again in 5 seconds…',
  ],
  [
    { state: 'waiting', attempt: 2, retryAt: NOW - 1, because: { kind: 'link-lost', reason: 'x' } },
    'Trying again (attempt 2)…',
  ],
  [{ state: 'disconnecting' }, 'Disconnecting'],
  [{ state: 'failed', since: 0, cause: { kind: 'credentials-refused' } }, 'Wrong user name or password'],
  [
    {
      state: 'prompting',
      prompt: { kind: 'credentials', asks: 'motp-pin', userName: 'al', because: undefined },
    },
    'PIN needed for al',
  ],
])('%j is %j in one line', (state, line) => {
  expect(statusLine(state, NOW)).toBe(line);
});

test('a second step says how long is left, and when a code was refused', () => {
  const first = promptText({ kind: 'second-step', deadline: NOW + 60_000, refused: false }, NOW);
  expect(first.explanation).toContain('1 minute left');
  const again = promptText({ kind: 'second-step', deadline: NOW + 60_000, refused: true }, NOW);
  expect(again.title).not.toBe(first.title);
});

test.each([
  [0, '0 seconds'],
  [0.4, '0 seconds'],
  [1, '1 second'],
  [59.6, '1 minute'],
  [125, '2 minutes 5 seconds'],
  [3600, '1 hour'],
  [3605, '1 hour'],
  [3780, '1 hour 3 minutes'],
  [86_400, '1 day'],
  [180_000, '2 days 2 hours'],
])('%d seconds are %j', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
