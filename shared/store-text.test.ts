import { expect, test } from 'vitest';
import { storeProblemText } from './store-text.ts';

const file = {
  document: 'profiles',
  path: '/c/profiles.json',
  keptAs: '/c/profiles.damaged-X.json',
} as const;

test('a damaged file: what, why, and where it is kept', () => {
  expect(storeProblemText({ kind: 'damaged', ...file, detail: 'not JSON' })).toBe(
    'The file of your profiles is damaged (not JSON). Nothing was deleted: it is kept as /c/profiles.damaged-X.json',
  );
});

test('one that could not be set aside is named where it lies', () => {
  const text = storeProblemText({ kind: 'newer-version', ...file, keptAs: undefined, version: 9 });
  expect(text).toContain('nothing can be saved: /c/profiles.json');
  expect(text).toContain('format 9');
});

test('a long list of faults is cut short, and says so', () => {
  const faults = ['profile 1', 'profile 2', 'profile 3', 'profile 4', 'profile 5'];
  const text = storeProblemText({ kind: 'partly-damaged', ...file, faults });
  expect(text).toContain('profile 3; and 2 more');
  expect(text).not.toContain('profile 4');
});
