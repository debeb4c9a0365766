import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RouterConfigInput } from '../config.ts';
import { type Router, startRouter } from '../router.ts';
import { AdminBrowser, formToken } from '../testing/admin-browser.ts';
import { ownMotp } from '../testing/own-motp.ts';
import { bringUp, connectTls, dial } from '../testing/raw-client.ts';
import { testTls } from '../testing/test-certificate.ts';
import { type OpenedAdministrator, openAdministrator } from './administrator.ts';
import { type BrowserFiles, createWebInterface } from './web-interface.ts';

const NOW = 1_658_922_980_000;
const FILES: BrowserFiles = new Map([
  ['/live.js', { type: 'text/javascript; charset=utf-8', content: Buffer.from('live') }],
  ['/token/index.html', { type: 'text/html; charset=utf-8', content: Buffer.from('token page') }],
  ['/token/sw.js', { type: 'text/javascript; charset=utf-8', content: Buffer.from('worker') }],
]);

let opened: OpenedAdministrator;
beforeAll(async () => {
  opened = await openAdministrator(undefined);
});

let router: Router | undefined;
let time = NOW;
afterEach(async () => {
  await router?.close();
  router = undefined;
  time = NOW;
});

async function start(config: RouterConfigInput = {}): Promise<Router> {
  const pages = await createWebInterface({ administrator: opened.administrator, browserFiles: FILES });
  router = await startRouter(
    { tls: await testTls(), ...config, listen: { port: 0 } },
    { clock: () => time, pages },
  );
  return router;
}

async function loggedIn(config: RouterConfigInput = {}): Promise<{ vigor: Router; browser: AdminBrowser }> {
  const vigor = await start(config);
  const browser = new AdminBrowser(vigor.port);
  const answer = await browser.login(opened.firstPassword ?? '');
  expect(answer.status).toBe(303);
  return { vigor, browser };
}

const ALL_PAGES = [
  '/users',
  '/users/new',
  '/users/1',
  '/users/1/delete',
  '/users/1/totp.svg',
  '/users/1/motp.svg',
  '/ppp',
  '/ssl',
  '/ssl/router.crt',
  '/connections',
  '/syslog',
  '/faults',
  '/administrator',
];
const ALL_POSTS = [
  '/users/new',
  '/users/1',
  '/users/1/delete',
  '/ppp',
  '/ssl/regenerate',
  '/ssl/upload',
  '/connections/drop',
  '/faults',
  '/faults/lift',
  '/administrator',
  '/logout',
];
const TOKEN = ['e3152afee62599c8', '1234'] as const;
const ANNA = {
  userName: 'anna',
  password: 'open sesame',
  motp: { pin: TOKEN[1], secret: TOKEN[0] },
  totp: { secret: 'GEZDGNBVGY3TQOJQ' },
};

describe('logging in', () => {
  test('the first password lets in, and shows the users', async () => {
    const { browser } = await loggedIn();
    const page = await browser.get('/users');
    expect(page.status).toBe(200);
    expect(page.text).toContain('Remote Dial-In User');
  });

  test('a new id is given: one planted in the browser before is worth nothing (session fixation)', async () => {
    const vigor = await start();
    const attacker = new AdminBrowser(vigor.port);
    await attacker.get('/login');
    const victim = new AdminBrowser(vigor.port);
    victim.cookie = attacker.cookie;
    expect((await victim.login(opened.firstPassword ?? '')).status).toBe(303);
    expect(victim.cookie).not.toBe(attacker.cookie);
    expect((await attacker.get('/users')).headers.get('location')).toBe('/login');
    expect((await victim.get('/users')).status).toBe(200);
  });

  test('the cookie is for this host over TLS, for no script and for no other site', async () => {
    const vigor = await start();
    const answer = await new AdminBrowser(vigor.port).get('/login');
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-vigor=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/,
    );
  });

  test.each(ALL_PAGES)('%s is shown to nobody else', async (path) => {
    const vigor = await start({ users: [ANNA] });
    const answer = await new AdminBrowser(vigor.port).get(path);
    expect([answer.status, answer.headers.get('location'), answer.text]).toEqual([303, '/login', '']);
  });

  test.each(['/connections/events', '/syslog/events'])('%s streams to nobody else', async (path) => {
    const vigor = await start();
    expect((await new AdminBrowser(vigor.port).get(path)).status).toBe(403);
  });

  test('logging out ends it, for whoever has the cookie', async () => {
    const { browser, vigor } = await loggedIn();
    const stolen = new AdminBrowser(vigor.port);
    stolen.cookie = browser.cookie;
    expect((await browser.submit('/users', '/logout', {})).headers.get('location')).toBe('/login');
    expect((await stolen.get('/users')).headers.get('location')).toBe('/login');
  });

  test('it ends after half an hour without use', async () => {
    const { browser } = await loggedIn();
    time += 29 * 60_000;
    expect((await browser.get('/users')).status).toBe(200);
    time += 31 * 60_000;
    expect((await browser.get('/users')).status).toBe(303);
  });

  test('wrong passwords and unknown names are told alike', async () => {
    const vigor = await start();
    const wrong = await new AdminBrowser(vigor.port).login('wrong');
    const unknown = await new AdminBrowser(vigor.port).login(opened.firstPassword ?? '', 'root');
    expect([wrong.status, unknown.status]).toEqual([403, 403]);
    expect(wrong.text).toContain('Wrong user name or password.');
    expect(unknown.text).toContain('Wrong user name or password.');
  });
});

describe('brute force protection', () => {
  test('is one with that of the tunnel: wrong passwords here close the tunnel too', async () => {
    const vigor = await start({ users: [ANNA], bruteForce: { attempts: 2, penaltySeconds: 60 } });
    const browser = new AdminBrowser(vigor.port);
    await browser.login('wrong');
    const blocked = await browser.login('wrong');
    expect(blocked.headers.get('retry-after')).toBe('60');
    expect(blocked.text).toContain('Try again in 60 seconds');
    // also with the right password
    expect((await browser.login(opened.firstPassword ?? '')).status).toBe(403);
    const { connection, status } = await dial(vigor.port, { userName: 'anna', password: 'x' });
    connection.close();
    expect(status).toBe(403);
    time += 60_000;
    expect((await browser.login(opened.firstPassword ?? '')).status).toBe(303);
  });

  test('many tries at once get no more guesses than one after the other', async () => {
    const vigor = await start({ bruteForce: { attempts: 2, penaltySeconds: 60 } });
    const browser = new AdminBrowser(vigor.port);
    const token = formToken((await browser.get('/login')).text);
    const guess = (password: string) =>
      browser.post('/login', [
        ['token', token],
        ['userName', 'admin'],
        ['password', password],
      ]);
    const guesses = Array.from({ length: 6 }, (_, place) => guess(`guess ${place}`));
    guesses.push(guess(opened.firstPassword ?? ''));
    const answers = await Promise.all(guesses);
    expect(answers.map(({ status }) => status)).not.toContain(303);
    const told = answers.filter(({ text }) => text.includes('Wrong user name or password.'));
    expect(told.length).toBeLessThan(2);
  });
});

describe('forms', () => {
  test.each(ALL_POSTS)('%s without the token of this login changes nothing (CSRF)', async (path) => {
    const { vigor, browser } = await loggedIn({ users: [ANNA] });
    const before = vigor.certificate.fingerprint;
    const other = new AdminBrowser(vigor.port);
    await other.login(opened.firstPassword ?? '');
    const foreign = formToken((await other.get('/users/new')).text);
    for (const token of ['', 'x', foreign]) {
      const answer = await browser.post(path, [
        ['token', token],
        ['userName', 'mallory'],
        ['password', 'secret'],
        ['index', '1'],
        ['idleTimeout', '0'],
      ]);
      expect(answer.status).toBe(403);
    }
    expect(vigor.users.list().map(({ userName }) => userName)).toEqual(['anna']);
    expect(vigor.certificate.fingerprint).toBe(before);
    expect((await browser.get('/users')).status).toBe(200);
  });

  test.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('from elsewhere are refused although the token is right: %j', async (headers) => {
    const { vigor, browser } = await loggedIn({ users: [ANNA] });
    const token = formToken((await browser.get('/users/1/delete')).text);
    expect((await browser.post('/users/1/delete', [['token', token]], headers)).status).toBe(403);
    expect(vigor.users.get('anna')).toBeDefined();
    const own = { origin: `https://127.0.0.1:${vigor.port}`, 'sec-fetch-site': 'same-origin' };
    expect((await browser.post('/users/1/delete', [['token', token]], own)).status).toBe(303);
    expect(vigor.users.get('anna')).toBeUndefined();
  });

  test.each(ALL_POSTS)('GET %s changes nothing, not even with what its form would send', async (path) => {
    const { vigor, browser } = await loggedIn({ users: [ANNA] });
    const { connection } = await bringUp(vigor.port, { userName: 'anna', password: ownMotp(NOW, ...TOKEN) });
    const token = formToken((await browser.get('/users/new')).text);
    const pages = async () => {
      const texts = await Promise.all(['/users', '/ppp', '/ssl', '/faults'].map((page) => browser.get(page)));
      return texts.map(({ text }) => text);
    };
    const before = await pages();
    const fields = new URLSearchParams({
      token,
      action: 'save',
      vpn: '1',
      index: '9',
      idleTimeout: '0',
      types: 'ssl',
      userName: 'mallory',
      password: 'x',
      authentication: 'ms-chap-v2',
      start: '192.168.240.50',
      count: '20',
      mru: '1400',
      commonName: 'mallory',
      issuer: 'own-ca',
      fault: 'connected:drop',
      old: opened.firstPassword ?? '',
      new: 'a new password',
      again: 'a new password',
    });
    expect([200, 404, 405]).toContain((await browser.get(`${path}?${fields.toString()}`)).status);
    expect(await pages()).toEqual(before);
    expect(vigor.connections()).toHaveLength(1);
    expect((await new AdminBrowser(vigor.port).login(opened.firstPassword ?? '')).status).toBe(303);
    connection.close();
  });
});

describe('what is not to be had', () => {
  test('a user who was deleted meanwhile is said to be gone, with a way on', async () => {
    const { vigor, browser } = await loggedIn({ users: [ANNA] });
    vigor.users.remove('anna');
    for (const answer of [
      await browser.get('/users/1'),
      await browser.submit('/users', '/users/1/delete', {}),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.text).toContain('No user has the index 1');
      expect(answer.text).toContain('href="/users"');
    }
  });

  test.each([
    '/style.css/../administrator.ts',
    '/../package.json',
    '/%2e%2e/%2e%2e/package.json',
    '/token/../../package.json',
    '/token/%2e%2e%2f%2e%2e%2fpackage.json',
    '/token/..%5c..%5cpackage.json',
    '/token//etc/passwd',
    '/token/index.html%00.css',
    '/users/1/../../../etc/passwd',
    '/live.js/',
    '/web-interface.ts',
  ])('%s (directory traversal)', async (path) => {
    const { browser } = await loggedIn();
    const answer = await browser.get(path);
    expect(answer.status).toBe(404);
    expect(answer.text).toBe('');
  });

  test('a user name never becomes markup (XSS)', async () => {
    const userName = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;`;
    const { browser } = await loggedIn({ users: [{ ...ANNA, userName }] });
    for (const path of ['/users', '/users/1', '/users/1/delete', '/connections', '/syslog']) {
      const { text } = await browser.get(path);
      expect(text).not.toContain('<script>');
      expect(text).not.toContain('<img src=x');
      expect(text).not.toContain("onerror='");
    }
    expect((await browser.get('/users')).text).toContain(
      '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;alert(2)&#39;&gt;&amp;amp;',
    );
  });

  test('a name tried at the login, and one dialled in with, are as harmless', async () => {
    const { vigor, browser } = await loggedIn();
    const guest = new AdminBrowser(vigor.port);
    expect((await guest.login('x', '"><script>alert(1)</script>')).text).not.toContain('<script>');
    const { connection } = await dial(vigor.port, { userName: '<b>bold</b>', password: 'x' });
    connection.close();
    const { text } = await browser.get('/syslog');
    expect(text).toContain('&lt;b&gt;bold&lt;/b&gt;');
    const filtered = await browser.get(`/syslog?filter=${encodeURIComponent('"><script>')}`);
    expect(filtered.text).not.toContain('"><script>');
  });

  test('a line end in a name starts no header (header injection)', async () => {
    const { vigor, browser } = await loggedIn();
    const answer = await browser.submit('/users/new', '/users/new', {
      index: '1',
      idleTimeout: '300',
      userName: 'anna\r\nSet-Cookie: a=b',
      password: 'x',
    });
    expect(answer.status).toBe(422);
    expect(answer.headers.has('set-cookie')).toBe(false);
    expect(vigor.users.list()).toEqual([]);
    const { headers } = await browser.get('/users%0d%0aSet-Cookie:%20a=b');
    expect(headers.has('set-cookie')).toBe(false);
  });
});

describe('headers', () => {
  test('every page is strict, and kept by no browser', async () => {
    const { browser } = await loggedIn({ users: [ANNA] });
    for (const path of [...ALL_PAGES, '/style.css', '/nonsense/login']) {
      const { headers, status } = await browser.get(path);
      if (status === 404) continue;
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; script-src 'self'; style-src 'self'/,
      );
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('a page holds no style or script of its own, which the policy would refuse', async () => {
    const { browser } = await loggedIn({ users: [ANNA] });
    for (const path of ALL_PAGES) {
      expect((await browser.get(path)).text).not.toMatch(/<style|\sstyle=|<script(?! src=)|\son[a-z]+=/);
    }
  });
});

describe('the token page', () => {
  test('is for everybody', async () => {
    const vigor = await start();
    const browser = new AdminBrowser(vigor.port);
    expect((await browser.get('/token')).headers.get('location')).toBe('/token/');
    const page = await browser.get('/token/');
    expect([page.status, page.text]).toEqual([200, 'token page']);
    expect(page.headers.get('content-security-policy')).toContain("worker-src 'self'");
    expect((await browser.get('/token/clock')).text).toBe(`{"now":${NOW}}`);
  });
});

describe('live parts', () => {
  /** The events of a stream, as JSON, until `done`. */
  async function events(browser: AdminBrowser, port: number, path: string) {
    const connection = await connectTls(port);
    connection.send(Buffer.from(`GET ${path} HTTP/1.0\r\nCookie: ${browser.cookie}\r\n\r\n`));
    const head = await connection.readHead();
    expect(head).toContain('Content-Type: text/event-stream');
    expect(head).not.toContain('Content-Length');
    return {
      connection,
      async next(): Promise<unknown> {
        let line = '';
        while (!line.endsWith('\n\n')) {
          const byte = await connection.read(1);
          if (byte === undefined) return undefined;
          line += byte.toString('latin1');
        }
        return line.startsWith('data: ') ? JSON.parse(line.slice(6)) : this.next();
      },
    };
  }

  test('a line of syslog arrives as it is written, and the stream ends with the login', async () => {
    const { vigor, browser } = await loggedIn();
    const stream = await events(browser, vigor.port, '/syslog/events');
    expect(await stream.next()).toMatchObject({ all: true });
    const guest = new AdminBrowser(vigor.port);
    await guest.login('wrong');
    expect(await stream.next()).toMatchObject({
      all: false,
      lines: [{ text: '[WEB] Administrator login from 127.0.0.1 refused' }],
    });
    await browser.submit('/users', '/logout', {});
    await guest.login('wrong');
    expect(await stream.next()).toBeUndefined();
  });

  test('a stream that is left open ends with the login, which it does not keep up', async () => {
    const { vigor, browser } = await loggedIn();
    const stream = await events(browser, vigor.port, '/connections/events');
    expect(await stream.next()).toMatchObject({ all: true });
    time += 31 * 60_000;
    expect(await stream.next()).toBeUndefined();
    expect((await browser.get('/users')).status).toBe(303);
  });

  test('a router that closes ends the streams at once', async () => {
    const { vigor, browser } = await loggedIn();
    const stream = await events(browser, vigor.port, '/connections/events');
    expect(await stream.next()).toEqual({ all: true, rows: [], gone: [] });
    await vigor.close();
    expect(await stream.next()).toBeUndefined();
  });

  test('more browsers than there is room for are told so', async () => {
    const { vigor, browser } = await loggedIn();
    const streams = await Promise.all(
      Array.from({ length: 32 }, () => events(browser, vigor.port, '/connections/events')),
    );
    expect((await browser.get('/connections/events')).status).toBe(503);
    for (const { connection } of streams) connection.close();
  });
});
