import { table } from '../support/narration.ts';
import { startBackground } from './background-program.ts';
import { missingTool } from './each-peer.ts';
import { ADDRESS, type BenchHosts, makeHosts } from './hosts.ts';
import { median } from './median.ts';
import { type OpenSmartvpn, openSmartvpn } from './peers/smartvpn.ts';
import type { Bench, SectionResult } from './section.ts';
import { fixed } from './text.ts';

/** What the tunnel carries when it is told to end. Each as words for iperf3. */
const LOADS: Readonly<Record<string, readonly string[] | undefined>> = {
  nothing: undefined,
  'TCP down': ['--parallel', '4', '--reverse'],
  'TCP up': ['--parallel', '4'],
  'UDP up, all it can': ['--udp', '--bitrate', '0', '--length', '1350'],
  'UDP down, all it can': ['--udp', '--bitrate', '0', '--length', '1350', '--reverse'],
};
const WARM_MILLISECONDS = 1000;

interface ShutdownSample {
  readonly load: string;
  readonly round: number;
  /** From SIGINT until the process was gone. */
  readonly milliseconds: number;
  /** Devices, rules and routes as they were before. */
  readonly isClean: boolean;
}

/** Ctrl-C while the tunnel is busy: how long until the process is gone, and is anything left of it? */
export async function shutdown(bench: Bench): Promise<SectionResult> {
  if (!bench.namespaces) return { skipped: ['needs network namespaces'], samples: [], summary: [] };
  if (missingTool('iperf3') !== undefined) {
    return { skipped: ['iperf3 is not installed'], samples: [], summary: [] };
  }
  const hosts = await makeHosts(bench.cleanup);
  const before = await network(hosts);
  const samples: ShutdownSample[] = [];
  for (let round = 1; round <= bench.options.rounds; round += 1) {
    for (const [load, words] of Object.entries(LOADS)) {
      bench.progress(`shutdown: round ${round} of ${bench.options.rounds}, ${load}`);
      const open = await openSmartvpn(hosts);
      const close = bench.cleanup.add(() => open.close());
      try {
        const milliseconds = await endUnderLoad(hosts, open, words);
        samples.push({ load, round, milliseconds, isClean: (await network(hosts)) === before });
      } finally {
        await close();
      }
    }
  }
  bench.progress('');
  const summary = Object.keys(LOADS).map((load) => {
    const own = samples.filter((sample) => sample.load === load);
    const times = own.map(({ milliseconds }) => milliseconds);
    return {
      load,
      milliseconds: median(times),
      longest: Math.max(...times),
      isClean: own.every(({ isClean }) => isClean),
    };
  });
  table([
    ['while it carries', 'gone after ms', 'longest', 'nothing left'],
    ...summary.map(({ load, milliseconds, longest, isClean }) => [
      load,
      fixed(milliseconds, 0),
      fixed(longest, 0),
      isClean ? 'yes' : 'NO',
    ]),
  ]);
  return { skipped: [], samples, summary };
}

async function endUnderLoad(
  hosts: BenchHosts,
  open: OpenSmartvpn,
  words: readonly string[] | undefined,
): Promise<number> {
  if (words === undefined) return open.end();
  const server = await startBackground(
    hosts.lan,
    ['iperf3', '--server', '--one-off', '--bind', ADDRESS.lan, '--forceflush'],
    { ready: /listening on/ },
  );
  const load = await startBackground(hosts.client, [
    'iperf3',
    '--client',
    ADDRESS.lan,
    '--time',
    '20',
    ...words,
  ]);
  try {
    await new Promise((resolve) => setTimeout(resolve, WARM_MILLISECONDS));
    return await open.end();
  } finally {
    await Promise.all([load.stop('SIGKILL'), server.stop('SIGKILL')]);
  }
}

function network({ client }: BenchHosts): Promise<string> {
  const show = 'ip -o link | cut -d: -f2; ip rule; ip -6 rule; ip route';
  return client.exec(['sh', '-c', show]);
}
