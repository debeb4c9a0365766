import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { table } from '../support/narration.ts';
import { startBackground, type BackgroundProgram } from './background-program.ts';
import { ADDRESS, type BenchHosts, makeHosts } from './hosts.ts';
import { openSmartvpn } from './peers/smartvpn.ts';
import type { Bench, SectionResult } from './section.ts';
import { checksumErrors } from './tcp-errors.ts';
import { fixed } from './text.ts';

/** SMARTVPN_DATA_PLANE of both ends: everything on, each part off by itself, everything off. */
const SWITCHES = [
  '',
  'no-udp-offload',
  'no-offload',
  'no-fair-queue',
  'no-simd',
  'poll-watch',
  'one-queue',
  'queued-records',
  'one-frame-records',
  'no-offload no-fair-queue no-simd poll-watch one-queue queued-records one-frame-records',
] as const;
const BYTES = { whole: 1_000_000_000, quick: 50_000_000 };
const PORT = 8090;
const PROGRAM = {
  server: fileURLToPath(new URL('file-server.ts', import.meta.url)),
  client: fileURLToPath(new URL('file-client.ts', import.meta.url)),
};
const endSchema = z.object({ sha256: z.string(), bytes: z.number(), seconds: z.number() });

interface IntegritySample {
  readonly switches: string;
  readonly what: 'get' | 'put';
  readonly bytes: number;
  readonly isEqual: boolean;
  readonly megabitsPerSecond: number;
  /** TCP segments with a wrong checksum that the receiver saw meanwhile. */
  readonly checksumErrors: number;
}

/** 1 GB each way with every switch on and off: SHA-256 of what went in and of what came out. */
export async function integrity(bench: Bench): Promise<SectionResult> {
  if (!bench.namespaces) return { skipped: ['needs network namespaces'], samples: [], summary: [] };
  const hosts = await makeHosts(bench.cleanup);
  const server = await startBackground(
    hosts.lan,
    [process.execPath, PROGRAM.server, ADDRESS.lan, String(PORT)],
    { ready: /listening/ },
  );
  bench.cleanup.add(() => server.stop('SIGKILL'));
  const samples: IntegritySample[] = [];
  for (const switches of SWITCHES) {
    const open = await openSmartvpn(hosts, { SMARTVPN_DATA_PLANE: switches });
    const close = bench.cleanup.add(() => open.close());
    for (const what of ['get', 'put'] as const) {
      bench.progress(`integrity: ${what}, ${switches === '' ? 'everything on' : switches}`);
      samples.push(await move(bench, hosts, server, switches, what));
    }
    await close();
  }
  bench.progress('');
  print(samples);
  return { skipped: [], samples, summary: samples };
}

async function move(
  bench: Bench,
  hosts: BenchHosts,
  server: BackgroundProgram,
  switches: string,
  what: 'get' | 'put',
): Promise<IntegritySample> {
  const receiver = what === 'get' ? hosts.client : hosts.lan;
  const before = await checksumErrors(receiver);
  const seed = `${what} ${switches}`;
  const bytes = bench.options.quick ? BYTES.quick : BYTES.whole;
  const words = [ADDRESS.lan, String(PORT), what, seed, String(bytes)];
  const said = await hosts.client.exec([process.execPath, PROGRAM.client, ...words], { deadline: 180_000 });
  const here = endSchema.parse(JSON.parse(said));
  const there = server.output().includes(JSON.stringify({ seed, sha256: here.sha256, bytes }));
  return {
    switches,
    what,
    bytes: here.bytes,
    isEqual: there && here.bytes === bytes,
    megabitsPerSecond: (here.bytes * 8) / here.seconds / 1e6,
    checksumErrors: (await checksumErrors(receiver)) - before,
  };
}

function print(samples: readonly IntegritySample[]): void {
  table([
    ['switched off', 'direction', 'bytes', 'SHA-256', 'Mbit/s', 'checksum errors'],
    ...samples.map(({ switches, what, bytes, isEqual, megabitsPerSecond, checksumErrors }) => [
      switches === '' ? 'nothing' : switches,
      what === 'get' ? 'down' : 'up',
      String(bytes),
      isEqual ? 'equal' : 'DIFFERENT',
      fixed(megabitsPerSecond, 0),
      String(checksumErrors),
    ]),
  ]);
}
