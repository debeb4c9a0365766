import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';

const PROGRAM = fileURLToPath(new URL('testing/million-packets.ts', import.meta.url));
const saidSchema = z.object({ clearings: z.number(), heapGrowth: z.number(), writes: z.number() });

/** V8's young generation is cleared each time that so many bytes were allocated, or fewer. */
const YOUNG_BYTES = 1024 * 1024;

test.each(['none', 'tcp-udp'])(
  'a million packets through two pumps and two links allocate next to nothing (offload: %s)',
  async (offload) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--expose-gc', '--max-semi-space-size=1', '--min-semi-space-size=1', PROGRAM, offload],
      { timeout: 120_000 },
    );
    const { clearings, heapGrowth, writes } = saidSchema.parse(JSON.parse(stdout));
    expect(writes).toBeGreaterThan(0);
    // What Node makes for each write and each turn of its loop, some 80 bytes a packet here, where a write holds eleven.
    // A view of its own for each packet would double that.
    expect((clearings * YOUNG_BYTES) / 1_000_000).toBeLessThan(150);
    expect(heapGrowth).toBeLessThan(YOUNG_BYTES);
  },
  150_000,
);
