import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { say, table } from '../support/narration.ts';
import { RouterHost } from '../support/router-host.ts';
import { ROUTER_ADDRESS, ROUTER_PORT, TwoUplinks } from '../support/two-uplinks.ts';
import { type Holding, parseHolding, type RepeatOrder } from './repeat-process.ts';
import type { Bench, SectionResult } from './section.ts';
import { mebibytes } from './text.ts';

const PROGRAM = fileURLToPath(new URL('repeat-process.ts', import.meta.url));
const ACCOUNT = { userName: 'alice', password: 'correct-horse' } as const;
const EVERY = 50;

/** What a client holds that connects and disconnects all day, and what is left of it on the machine. */
export async function repeat(bench: Bench): Promise<SectionResult> {
  if (!bench.namespaces) return { skipped: ['needs network namespaces'], samples: [], summary: [] };
  const { repeats } = bench.options;
  const network = await TwoUplinks.create('repeat');
  bench.cleanup.add(() => network.remove());
  const router = await RouterHost.start(
    { listen: { host: ROUTER_ADDRESS, port: ROUTER_PORT }, users: [ACCOUNT], lan: { kind: 'built-in' } },
    network.internet,
  );
  bench.cleanup.add(() => router.close());
  const machine = (): Promise<string> =>
    network.client.exec([
      'sh',
      '-c',
      'ip -br addr; ip rule; ip -6 rule; ip route show table all; cat /etc/resolv.conf',
    ]);
  const before = await machine();
  const samples: Holding[] = [];
  const child = network.client.spawn([process.execPath, '--expose-gc', PROGRAM], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (message) => {
    samples.push(parseHolding(message));
    bench.progress(`${samples.length * EVERY} of ${repeats}`);
  });
  const order: RepeatOrder = {
    stateFolder: await mkdtemp(join(tmpdir(), 'repeat-')),
    profile: {
      id: randomUUID(),
      name: 'repeat',
      server: ROUTER_ADDRESS,
      userName: ACCOUNT.userName,
      trustedCertificate: { publicKeySha256: router.publicKeySha256, trustedAt: new Date().toISOString() },
    },
    password: ACCOUNT.password,
    times: repeats,
    every: EVERY,
  };
  child.send(order);
  await once(child, 'exit');
  bench.progress('');
  if (child.exitCode !== 0) throw new Error(`ended after ${samples.at(-1)?.done ?? 0}`);
  const isClean = (await machine()) === before;
  table([
    ['connects', 'RSS MiB', 'heap MiB', 'descriptors', 'timers'],
    ...samples.map(({ done, rssBytes, heapBytes, descriptors, timers }) =>
      [done, mebibytes(rssBytes), mebibytes(heapBytes), descriptors, timers].map(String),
    ),
  ]);
  say(isClean ? 'Devices, addresses, rules, routes and DNS are as before.' : 'THE MACHINE IS NOT AS BEFORE.');
  return { skipped: [], samples, summary: [{ isClean }] };
}
