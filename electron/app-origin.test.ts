import { sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appFile, CONTENT_SECURITY_POLICY, isAppPage } from './app-origin.ts';
import { externalLink, EXTERNAL_LINKS } from './external-links.ts';
import { mayNavigate } from './page-lockdown.ts';

const FOLDER = '/opt/app/renderer';

const isInside = (path: string): boolean => path.startsWith(`${FOLDER}${sep}`);

describe('files', () => {
  test('the page and its parts', () => {
    expect(appFile(FOLDER, 'smartvpn://app/')).toEqual({
      path: `${FOLDER}/index.html`,
      mediaType: 'text/html; charset=utf-8',
    });
    expect(appFile(FOLDER, 'smartvpn://app/assets/index-1.js?x#y')?.path).toBe(`${FOLDER}/assets/index-1.js`);
  });

  test.each([
    'smartvpn://app/../main.js',
    'smartvpn://app/%2e%2e/electron/main.js',
    'smartvpn://app/..%2f..%2fetc%2fhosts.html',
    'smartvpn://app/assets/..%2f..%2fsecret.html',
    'smartvpn://app/..%5csecret.html',
    'smartvpn://app/%00.html',
    'smartvpn://app/index.html:stream.html',
    'smartvpn://app/%zz.html',
    'smartvpn://app/etc/passwd',
    'smartvpn://app.evil/index.html',
    'smartvpn://evil/index.html',
    'smartvpn://app@evil/index.html',
    'file:///opt/app/renderer/index.html',
    'https://app/index.html',
    '',
  ])('not %s', (url) => {
    const file = appFile(FOLDER, url);
    // WHATWG parsing takes "..", plain or percent-encoded, out of the path before it gets here.
    expect(file === undefined || isInside(file.path)).toBe(true);
  });

  test('whatever is asked for, nothing outside the folder is read', () => {
    const piece = fc.constantFrom(
      '..',
      '%2e%2e',
      '%2f',
      '%5c',
      '/',
      '\\',
      'a',
      '.html',
      '%00',
      ':',
      '.',
      '%252e',
    );
    const inside = (url: string): boolean => {
      const file = appFile(FOLDER, url);
      return file === undefined || isInside(file.path);
    };
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) =>
        inside(`smartvpn://app/${pieces.join('')}.html`),
      ),
    );
    fc.assert(fc.property(fc.string(), (path) => inside(`smartvpn://app/${path}`)));
    expect(inside('smartvpn://app/index.html')).toBe(true);
  });
});

test('only our page is our page', () => {
  expect(isAppPage('smartvpn://app/index.html#/log')).toBe(true);
  for (const url of [
    'smartvpn://app/other.html',
    'smartvpn://app.evil/index.html',
    'https://app/index.html',
    'x',
  ]) {
    expect(isAppPage(url)).toBe(false);
    expect(mayNavigate({ url, isMainFrame: true })).toBe(false);
  }
  expect(mayNavigate({ url: 'smartvpn://app/index.html', isMainFrame: false })).toBe(false);
});

test('the policy begins with nothing and adds only our own', () => {
  expect(CONTENT_SECURITY_POLICY.startsWith("default-src 'none'")).toBe(true);
  expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|data:|blob:|https?:|\*/);
});

test('only whole addresses of the table are opened elsewhere', () => {
  for (const link of EXTERNAL_LINKS) expect(externalLink(link)).toBe(link);
  for (const url of [
    'http://www.draytek.com/',
    'https://www.draytek.com/?stolen=1',
    'https://www.draytek.com.evil.example/',
    'https://user@www.draytek.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '',
  ]) {
    expect(externalLink(url)).toBeUndefined();
  }
});
