import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createNamespace, namespacesPossible } from '../support/namespace.ts';
import { RouterHost } from '../support/router-host.ts';

const PROGRAM = fileURLToPath(new URL('fixtures/killed-worker.ts', import.meta.url));

test.skipIf(!namespacesPossible())(
  'a thread that is ended leaves no device, no descriptor and, once mended, no rule; the next one connects',
  async () => {
    const host = await createNamespace('worker');
    const folder = await mkdtemp(join(tmpdir(), 'svpn-worker-'));
    const router = await RouterHost.start(
      { listen: { host: '127.0.0.1', port: 0 }, users: [{ userName: 'anna', password: 'correct horse' }] },
      host,
    );
    try {
      const words = [String(router.port), router.publicKeySha256, join(folder, 'state')];
      const seen: unknown = JSON.parse(await host.exec([process.execPath, PROGRAM, ...words]));
      const clean = { descriptors: 0, device: false, rules: expect.not.stringContaining('5182') };
      expect(seen).toEqual({
        before: clean,
        // One for each queue of the device, of which there is one where the kernel refuses several.
        connected: {
          descriptors: expect.toBeOneOf([1, 4]),
          device: true,
          rules: expect.stringContaining('5182'),
        },
        end: { kind: 'failed', cause: { kind: 'internal', detail: expect.any(String) }, wasConnected: true },
        crashes: [expect.any(String)],
        mended: [expect.stringContaining('svpn0'), expect.any(String)],
        after: clean,
        again: true,
        left: clean,
      });
    } finally {
      await router.close();
      await host.remove();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
