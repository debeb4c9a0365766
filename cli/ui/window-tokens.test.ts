import { expect, test } from 'vitest';
import { tokenSchema } from '../../shared/contract/socket-messages.ts';
import { WindowTokens } from './window-tokens.ts';

test('an invitation lets one window in, once; the window may come back', () => {
  const tokens = new WindowTokens();
  const { invitation } = tokens;
  const admitted = tokens.admit(invitation);
  expect(admitted?.usedInvitation).toBe(true);
  expect(tokens.admit(invitation)).toBeUndefined();
  const own = admitted?.windowToken ?? '';
  expect(tokens.admit(own)).toEqual({ windowToken: own, usedInvitation: false });
  expect(tokens.admit(own)).toEqual({ windowToken: own, usedInvitation: false });
});

test('all are 256 random bits that the contract takes, and no two are the same', () => {
  const tokens = new WindowTokens();
  const seen = new Set<string>();
  for (let count = 0; count < 50; count += 1) {
    const { invitation } = tokens;
    seen.add(invitation).add(tokens.admit(invitation)?.windowToken ?? '');
  }
  expect(seen.size).toBe(100);
  for (const token of seen) {
    expect(tokenSchema.safeParse(token).success).toBe(true);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  }
});

test.each(['', 'x', '\0'.repeat(43), 'é'.repeat(1000)])('%j is nobody’s', (token) => {
  const tokens = new WindowTokens();
  expect(tokens.admit(token)).toBeUndefined();
  expect(tokens.admit(tokens.invitation.toLowerCase())).toBeUndefined();
});

test('of very many windows the one that was there longest ago is forgotten', () => {
  const tokens = new WindowTokens();
  const windows = Array.from({ length: 65 }, () => tokens.admit(tokens.invitation)?.windowToken ?? '');
  expect(windows.map((token) => tokens.admit(token) !== undefined)).toEqual([
    false,
    ...Array.from({ length: 64 }, () => true),
  ]);
});
