import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askStatus } from './ask-status.ts';
import { controlClaim } from './control-claim.ts';
import { Connection } from '../connection/connection.ts';
import { createLog } from '../log.ts';
import { startSession } from '../session/session.ts';
import { MemorySecretStore } from '../store/secret-store.ts';
import { profileSchema } from '../../shared/profile.ts';
import { ok } from '../../shared/result.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'svpn-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const { signal: wanted } = new AbortController();

function connectionNamed(name: string): Connection {
  const profile = profileSchema.parse({
    id: '6f7e0f5e-33b0-4b0c-9a39-3d6d5d3c9c11',
    name,
    server: 'vpn.example.com',
    userName: 'alice',
  });
  return new Connection(profile, {
    startSession,
    network: undefined,
    secrets: new MemorySecretStore(),
    store: {
      profiles: { change: () => Promise.resolve(ok(profile)) },
      history: { append: () => Promise.resolve(ok(undefined)) },
    },
    log: createLog(),
  });
}

test('of two programs one holds the tunnel; the other is told whose it is, until it is given back', async () => {
  const runtime = join(folder, 'run');
  const desktop = controlClaim(runtime, createLog());
  const terminal = controlClaim(runtime, createLog());
  const claimed = await desktop(connectionNamed('Office'), wanted);
  if (!claimed.ok) throw new Error(claimed.error.kind);
  expect(await askStatus(runtime, wanted)).toMatchObject({
    ok: true,
    value: { state: 'disconnected', profile: { name: 'Office' }, pid: process.pid },
  });
  expect(await terminal(connectionNamed('Home'), wanted)).toEqual({
    ok: false,
    error: { kind: 'held', profileName: 'Office' },
  });
  await claimed.value.release();
  expect(await askStatus(runtime, wanted)).toEqual({
    ok: false,
    error: { kind: 'not-connected' },
  });
  const again = await terminal(connectionNamed('Home'), wanted);
  if (!again.ok) throw new Error(again.error.kind);
  await again.value.release();
});

test('what keeps it from being found out is said in a sentence', async () => {
  const runtime = join(folder, 'x'.repeat(120));
  await mkdir(runtime);
  const claimed = await controlClaim(runtime, createLog())(connectionNamed('Office'), wanted);
  expect(claimed).toMatchObject({
    ok: false,
    error: {
      kind: 'unavailable',
      reason: 'folder',
      detail: `The path of the control socket is too long: ${runtime}/control.sock`,
    },
  });
});
