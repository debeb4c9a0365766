import { expect, test } from 'vitest';
import { readToken } from './token.ts';

function page(hash: string, kept: Record<string, string> = {}) {
  const shown: string[] = [];
  const store = new Map(Object.entries(kept));
  return {
    shown,
    store,
    location: { hash, pathname: '/', search: '' },
    history: {
      replaceState: (_data: unknown, _unused: string, url: string) => {
        shown.push(url);
      },
    },
    sessionStorage: {
      getItem: (name: string) => store.get(name) ?? null,
      setItem: (name: string, value: string) => {
        store.set(name, value);
      },
    },
  };
}

const TOKEN = 'abcdefghijklmnop0123456789';

test('a token leaves the address bar and stays with the tab', () => {
  const opened = page(`#token=${TOKEN}`);
  expect(readToken(opened)).toBe(TOKEN);
  expect(opened.shown).toEqual(['/']);
  expect(readToken(page('', Object.fromEntries(opened.store)))).toBe(TOKEN);
});

test('a new address stands before what the tab had', () => {
  expect(readToken(page(`#token=${TOKEN}`, { token: 'former-token-of-this-tab' }))).toBe(TOKEN);
});

test('no token, and one that is none', () => {
  expect(readToken(page(''))).toBeUndefined();
  expect(readToken(page('#token=short'))).toBeUndefined();
  expect(readToken(page('#token'))).toBeUndefined();
});
