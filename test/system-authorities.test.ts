import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { SessionOptions } from '../client/session/session-types.ts';
import type { RouterConfigInput } from '../emulator/config.ts';
import { startRouter, type Router } from '../emulator/router.ts';
import { causeOf, PASSWORD_USER, sessionOptionsFor, SessionTrial } from './support/session-trial.ts';

/** An authority that an administrator has installed on this machine, where Node alone does not look. */

let folder: string;
let office: Router;
const routers: Router[] = [];
const trials: SessionTrial[] = [];

beforeAll(async () => {
  office = await start(['127.0.0.1']);
  folder = await mkdtemp(join(tmpdir(), 'authorities-'));
  // Read once, when it is first needed: each test file has a process of its own.
  process.env['SSL_CERT_FILE'] = join(folder, 'store.pem');
  process.env['SSL_CERT_DIR'] = folder;
  await writeFile(join(folder, 'store.pem'), office.certificate.caPem ?? '');
});

afterEach(async () => {
  for (const trial of trials.splice(0)) await trial.session.cancel();
});

afterAll(async () => {
  for (const router of routers) await router.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(names: string[], config: RouterConfigInput = {}): Promise<Router> {
  const certificate = { issuer: 'own-ca', commonName: 'vpn.example.com', names } as const;
  const router = await startRouter({
    listen: { port: 0 },
    users: [PASSWORD_USER],
    tls: { certificate },
    ...config,
  });
  routers.push(router);
  return router;
}

/** An attempt with this key pinned, or none. */
function attempt(router: Router, trustedPublicKeySha256?: string): SessionTrial {
  const options: SessionOptions = sessionOptionsFor(router);
  const trial = new SessionTrial({ ...options, tls: { ...options.tls, trustedPublicKeySha256 } });
  trials.push(trial);
  return trial;
}

test('vouches for the router, so that nobody is asked', async () => {
  const trial = attempt(office);
  await trial.connected();
  expect(trial.stages.filter((stage) => stage === 'securing')).toHaveLength(1);
  expect(trial.events.filter((event) => event.kind === 'credentials-sent')).toHaveLength(1);
});

test('vouches for a router whose self-signed certificate was trusted before', async () => {
  const tunnel = await attempt(office, 'cd'.repeat(32)).connected();
  expect(tunnel.routerAddress).toBe('127.0.0.1');
});

test('does not vouch for a router of another authority', async () => {
  const other = await start(['127.0.0.1']);
  const trial = attempt(other);
  expect(causeOf(await trial.session.ended)).toMatchObject({
    kind: 'certificate-unknown',
    problem: 'unknown-authority',
  });
  expect(trial.events.map((event) => event.kind)).not.toContain('credentials-sent');
});

test('of the same name does not vouch for a router that is pinned otherwise', async () => {
  const other = await start(['127.0.0.1']);
  expect(causeOf(await attempt(other, 'cd'.repeat(32)).session.ended)).toMatchObject({
    kind: 'certificate-changed',
  });
});

test('does not vouch for another name', async () => {
  const { tls } = sessionOptionsFor(office);
  const trial = new SessionTrial(
    sessionOptionsFor(office, { server: 'localhost', tls: { ...tls, trustedPublicKeySha256: undefined } }),
  );
  trials.push(trial);
  expect(causeOf(await trial.session.ended)).toMatchObject({
    kind: 'certificate-unknown',
    problem: 'wrong-name',
  });
});
