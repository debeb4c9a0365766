import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RouterCertificate, createCertificate } from '../certificate.ts';
import { type Router, startRouter } from '../router.ts';
import { AdminBrowser } from '../testing/admin-browser.ts';
import { openAdministrator } from './administrator.ts';
import { createWebInterface } from './web-interface.ts';

/** What cannot be is said at its field, and neither the router nor its state folder has changed. */

let folder = '';
let router: Router;
let browser: AdminBrowser;
let mine: RouterCertificate;
let other: RouterCertificate;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'router-bad-input-'));
  const { administrator, firstPassword = '', keep } = await openAdministrator(folder);
  await keep();
  const pages = await createWebInterface({ administrator, browserFiles: new Map() });
  router = await startRouter(
    {
      folder,
      listen: { port: 0 },
      ppp: { addressPool: { start: '192.168.240.10', count: 2 } },
      users: [{ userName: 'anna', password: 'x', staticAddress: '192.168.240.10' }],
    },
    { pages },
  );
  browser = new AdminBrowser(router.port);
  await browser.login(firstPassword);
  const dates = { validFrom: '2024-01-01T00:00:00Z', validTo: '2034-01-01T00:00:00Z' };
  const request = { issuer: 'self-signed', commonName: 'Mine', names: [], ...dates } as const;
  [mine, other] = await Promise.all([createCertificate(request), createCertificate(request)]);
});
afterAll(async () => {
  await router.close();
  await rm(folder, { recursive: true });
});

/** Everything that could have been saved. */
async function everything(): Promise<string> {
  const names = (await readdir(folder)).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const now = [router.users.list(), router.certificate.fingerprint];
  return JSON.stringify([names, texts, now]);
}

/** The sentence that stands at a field, which is marked as wrong and points to it. */
function saidAt(text: string, field: string): string | undefined {
  const id = `field-${field}`;
  const tag = new RegExp(`<(?:input|textarea)[^>]*id="${id}"[^>]*>`).exec(text)?.[0] ?? '';
  if (!tag.includes('aria-invalid="true"') || !tag.includes(`${id}-error`)) return undefined;
  return new RegExp(`<p class="error" id="${id}-error">([^<]*)</p>`).exec(text)?.[1];
}

const USER = { index: '2', enabled: 'on', idleTimeout: '300', types: 'ssl', userName: 'bob', password: 'x' };
const MOTP = { ...USER, motp: 'on', pin: '1234', secret: 'e3152afee62599c8' };
const PPP = { authentication: 'pap', start: '192.168.240.10', count: '2', dns1: '', dns2: '', mru: '1500' };

describe('said at the field, and nothing saved:', () => {
  test.each<[string, string, Record<string, string>, string, RegExp]>([
    ['a secret of 33 digits', '/users/new', { ...MOTP, secret: 'a'.repeat(33) }, 'secret', /at most 32/],
    ['a secret with letters beyond f', '/users/new', { ...MOTP, secret: '12g4' }, 'secret', /letters a to f/],
    ['a PIN of 3 digits', '/users/new', { ...MOTP, pin: '123' }, 'pin', /4 to 7 digits/],
    ['a PIN of 8 digits', '/users/new', { ...MOTP, pin: '12345678' }, 'pin', /4 to 7 digits/],
    ['two users of one name', '/users/new', { ...USER, userName: 'anna' }, 'userName', /named anna already/],
    ['a line end in a name', '/users/new', { ...USER, userName: 'b\r\nX: y' }, 'userName', /no control char/],
    [
      'a static address outside the subnet',
      '/users/new',
      { ...USER, assignStatic: 'on', staticAddress: '10.1.2.3' },
      'staticAddress',
      /outside the subnet 192\.168\.240\.0\/24/,
    ],
    [
      'a static address that exhausts the pool',
      '/users/new',
      { ...USER, assignStatic: 'on', staticAddress: '192.168.240.11' },
      'staticAddress',
      /last address of the IP assignment range/,
    ],
    ['a pool that is exhausted', '/ppp', { ...PPP, count: '1' }, 'count', /No address of this range is left/],
  ])('%s', async (_what, path, fields, field, words) => {
    const before = await everything();
    const answer = await browser.submit(path, path, fields);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('Nothing was saved.');
    expect(saidAt(answer.text, field)).toMatch(words);
    expect(await everything()).toBe(before);
  });

  test('a certificate and a key that do not match', async () => {
    const before = await everything();
    const fields = { certificate: mine.pem, key: other.keyPem };
    const answer = await browser.submit('/ssl', '/ssl/upload', fields);
    expect(answer.status).toBe(422);
    expect(saidAt(answer.text, 'key')).toBe('The key does not belong to this certificate');
    expect(answer.text).not.toContain(other.keyPem.split('\n')[1]);
    expect(await everything()).toBe(before);
  });

  test('and what is right is saved', async () => {
    expect((await browser.submit('/users/new', '/users/new', MOTP)).status).toBe(303);
    expect(router.users.get('bob')?.motp).toEqual({ pin: MOTP.pin, secret: MOTP.secret });
    await expect.poll(() => readFile(join(folder, 'users.json'), 'utf8')).toContain('"bob"');
  });
});
