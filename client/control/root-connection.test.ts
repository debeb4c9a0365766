import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isBound } from './root-connection.ts';

test('a socket is seen from the time that it listens until it is closed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'svpn-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'control.sock');
  expect(isBound(path)).toBe(false);
  const server = createServer().listen(path);
  await once(server, 'listening');
  expect(isBound(path)).toBe(true);
  server.close();
  await once(server, 'close');
  expect(isBound(path)).toBe(false);
});
