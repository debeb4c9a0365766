import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCertificate } from '../certificate.ts';
import { type Router, startRouter } from '../router.ts';
import { AdminBrowser } from '../testing/admin-browser.ts';
import { openAdministrator } from './administrator.ts';
import { createWebInterface } from './web-interface.ts';

let folder = '';
let router: Router | undefined;
let password = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'router-pages-'));
});
afterEach(async () => {
  await router?.close();
  router = undefined;
  await rm(folder, { recursive: true });
});

async function start(): Promise<{ vigor: Router; browser: AdminBrowser }> {
  const opened = await openAdministrator(folder);
  password = opened.firstPassword ?? password;
  await opened.keep();
  const pages = await createWebInterface({
    administrator: opened.administrator,
    browserFiles: new Map(),
  });
  const vigor = await startRouter({ folder, listen: { port: 0 } }, { pages });
  router = vigor;
  const browser = new AdminBrowser(vigor.port);
  expect((await browser.login(password)).status).toBe(303);
  return { vigor, browser };
}

async function again(): Promise<{ vigor: Router; browser: AdminBrowser }> {
  await router?.close();
  return start();
}

const PPP = {
  authentication: 'ms-chap-v2',
  start: '192.168.240.50',
  count: '20',
  dns1: '192.168.240.1',
  dns2: '',
  mru: '1400',
};

describe('the administrator', () => {
  test('has a first password that is told once and stored nowhere', async () => {
    const first = await openAdministrator(folder);
    expect(first.firstPassword).toMatch(/^([a-hjkmnp-z2-9]{4}-){3}[a-hjkmnp-z2-9]{4}$/);
    await first.keep();
    const file = await readFile(join(folder, 'administrator.json'), 'utf8');
    expect(file).not.toContain(first.firstPassword);
    expect((await openAdministrator(folder)).firstPassword).toBeUndefined();
  });

  test('is not stored before the password can be shown', async () => {
    await openAdministrator(folder);
    expect((await openAdministrator(folder)).firstPassword).toBeDefined();
  });

  test('changes it; other logins end, and the new one holds after a restart', async () => {
    const { vigor, browser } = await start();
    const other = new AdminBrowser(vigor.port);
    await other.login(password);
    const change = (fields: Record<string, string>) =>
      browser.submit('/administrator', '/administrator', fields);
    const long = 'correct horse battery';
    expect((await change({ old: 'wrong', new: long, again: long })).text).toContain('not the old password');
    expect((await change({ old: password, new: 'short', again: 'short' })).text).toContain('Use 10 to 128');
    expect((await change({ old: password, new: long, again: `${long}.` })).text).toContain('not the same');
    expect((await change({ old: password, new: long, again: long })).status).toBe(303);
    expect((await other.get('/users')).status).toBe(303);
    expect((await browser.get('/users')).status).toBe(200);
    password = long;
    await again();
  });
});

describe('PPP General Setup', () => {
  test('is kept over a restart', async () => {
    const { browser } = await start();
    expect((await browser.submit('/ppp', '/ppp', PPP)).status).toBe(303);
    const { text } = await (await again()).browser.get('/ppp');
    expect(text).toMatch(/name="start"[^>]*value="192\.168\.240\.50"/);
    expect(text).toMatch(/<option value="ms-chap-v2"\s+selected>/);
  });

  test.each([
    [{ start: '192.168.241.1' }, 'outside the subnet 192.168.240.0/24'],
    [{ start: 'x' }, 'Enter an IPv4 address, for example'],
    [{ count: '206' }, 'The range ends at 192.168.240.255'],
    [{ count: '0' }, 'Enter a number from 1 to 65536'],
    [{ start: '192.168.240.1', count: '1' }, 'No address of this range is left'],
    [{ dns2: 'dns' }, 'Enter an IPv4 address, or nothing'],
    [{ mru: '100' }, 'Enter a number from 576 to 1500'],
  ])('%j is said at the field, and nothing is saved', async (change, words) => {
    const { browser } = await start();
    const answer = await browser.submit('/ppp', '/ppp', { ...PPP, ...change });
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(words);
    expect(answer.text).toContain('aria-invalid="true"');
    expect((await browser.get('/ppp')).text).toMatch(/name="start"[^>]*value="192\.168\.240\.10"/);
    await expect(readFile(join(folder, 'config.json'))).rejects.toThrow('ENOENT');
  });
});

describe('SSL General Setup', () => {
  test('a new certificate is kept over a restart', async () => {
    const { vigor, browser } = await start();
    const before = vigor.certificate.fingerprint;
    const fields = { commonName: 'vpn.example.com', names: 'vpn.example.com 192.0.2.1', issuer: 'own-ca' };
    expect((await browser.submit('/ssl', '/ssl/regenerate', fields)).status).toBe(303);
    const made = vigor.certificate.fingerprint;
    expect(made).not.toBe(before);
    const { vigor: next, browser: later } = await again();
    expect(next.certificate.fingerprint).toBe(made);
    const { text } = await later.get('/ssl');
    expect(text).toContain(made);
    expect(text).toContain('vpn.example.com, 192.0.2.1');
    expect((await later.get('/ssl/authority.crt')).text).toContain('BEGIN CERTIFICATE');
  });

  test('one brought along must have its key', async () => {
    const dates = { validFrom: '2024-01-01T00:00:00Z', validTo: '2034-01-01T00:00:00Z' };
    const request = { issuer: 'self-signed', commonName: 'Mine', names: [], ...dates } as const;
    const [mine, other] = await Promise.all([createCertificate(request), createCertificate(request)]);
    const { vigor, browser } = await start();
    const before = vigor.certificate.fingerprint;
    const upload = (certificate: string, key: string) =>
      browser.submit('/ssl', '/ssl/upload', { certificate, key });
    for (const [certificate, key, words] of [
      [mine.pem, other.keyPem, 'The key does not belong to this certificate'],
      [mine.pem, 'nothing', 'This is not a private key'],
      ['nothing', mine.keyPem, 'This is not a certificate'],
      [mine.keyPem, mine.keyPem, 'This is not a certificate'],
    ] as const) {
      const answer = await upload(certificate, key);
      expect([answer.status, answer.text.includes(words)]).toEqual([422, true]);
      expect(answer.text).not.toContain('BEGIN PRIVATE KEY-----\n');
      expect(vigor.certificate.fingerprint).toBe(before);
    }
    expect((await upload(mine.pem, mine.keyPem)).status).toBe(303);
    expect(vigor.certificate.fingerprint).toBe(mine.fingerprint);
    expect((await again()).vigor.certificate.fingerprint).toBe(mine.fingerprint);
  });
});

describe('Fault Injection', () => {
  test('adds, shows and lifts', async () => {
    const { vigor, browser } = await start();
    const fields = { fault: 'connected:drop', sessions: '2', lift: '0', after: '10', status: '', pace: '' };
    expect((await browser.submit('/faults', '/faults', fields)).status).toBe(303);
    const second = { ...fields, fault: 'connect:http-status', status: '503', sessions: '' };
    expect((await browser.submit('/faults', '/faults', second)).status).toBe(303);
    const { text } = await browser.get('/faults');
    expect(text).toMatch(/<td>connected<\/td>\s*<td>drop<\/td>\s*<td>2<\/td>\s*<td>after 10 ms<\/td>/);
    expect(text).toContain('status 503');
    expect((await browser.submit('/faults', '/faults/lift', {})).status).toBe(303);
    expect((await browser.get('/faults')).text).toContain('No fault is in force');
    expect(vigor.syslog.lines()).toContain('[WEB] Faults lifted');
  });

  test.each([
    [{ fault: 'tcp:refuse', lift: '0' }, 'This fault strikes these pages too'],
    [{ fault: 'connected:refuse' }, 'Choose a stage and an action'],
    [{ fault: 'lcp:slow', pace: '0' }, 'Enter a number from 1 to 60000'],
    [{ fault: 'connect:http-status', status: '99' }, 'Enter a number from 100 to 599'],
    [{ sessions: '0' }, 'Enter a number from 1 on'],
    [{ lift: '99999' }, 'from 0 to 3600'],
  ])('%j is said at the field', async (change, words) => {
    const { browser } = await start();
    const fields = {
      fault: 'connected:drop',
      sessions: '1',
      lift: '10',
      after: '10',
      status: '',
      pace: '10',
    };
    const answer = await browser.submit('/faults', '/faults', { ...fields, ...change });
    expect([answer.status, answer.text.includes(words)]).toEqual([422, true]);
    expect((await browser.get('/faults')).text).toContain('No fault is in force');
  });
});

test('what cannot be stored is said on a page, and is not in force', async () => {
  const { vigor, browser } = await start();
  const { fingerprint } = vigor.certificate;
  await rename(folder, `${folder}-elsewhere`);
  try {
    const again = { new: 'correct horse battery', again: 'correct horse battery' };
    const forms = [
      ['/ppp', '/ppp', PPP],
      ['/ssl', '/ssl/regenerate', { commonName: 'Other', names: '', issuer: 'self-signed' }],
      ['/administrator', '/administrator', { old: password, ...again }],
    ] as const;
    for (const [page, path, fields] of forms) {
      const { status, text } = await browser.submit(page, path, fields);
      expect([path, status]).toEqual([path, 500]);
      expect(text).toMatch(/The router could not do this: no such file or directory\. What/);
      expect(text).toContain(`href="${page}"`);
    }
  } finally {
    await rename(`${folder}-elsewhere`, folder);
  }
  expect(vigor.certificate.fingerprint).toBe(fingerprint);
  expect((await browser.get('/ppp')).text).toContain('value="1500"');
  expect((await new AdminBrowser(vigor.port).login(password)).status).toBe(303);
});
