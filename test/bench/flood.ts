import { table } from '../support/narration.ts';
import { eachPeer, installedPeers, missingTool } from './each-peer.ts';
import { ADDRESS, type BenchHosts, makeHosts } from './hosts.ts';
import type { Direction } from './iperf.ts';
import { median } from './median.ts';
import { forgetPeak, peakMemory } from './peak-memory.ts';
import type { OpenPeer } from './peers/peer.ts';
import { type Pings, pingAll } from './ping.ts';
import type { Bench, SectionResult } from './section.ts';
import { SHAPED_MEGABITS, shape } from './shaping.ts';
import { fixed, mebibytes } from './text.ts';
import { type Flooded, udpFlood } from './udp-flood.ts';

interface FloodKind {
  readonly link: 'slow' | 'fast';
  readonly direction: Direction;
  /** 0: all that the sender can do. */
  readonly megabitsPerSecond: number;
}

/** Seven times what the slow link carries; on the fast one a flood that leaves the cores something, and one that does not. */
const KINDS: readonly FloodKind[] = [
  { link: 'slow', direction: 'up', megabitsPerSecond: 144 },
  { link: 'slow', direction: 'down', megabitsPerSecond: 144 },
  { link: 'fast', direction: 'up', megabitsPerSecond: 200 },
  { link: 'fast', direction: 'down', megabitsPerSecond: 200 },
  { link: 'fast', direction: 'up', megabitsPerSecond: 0 },
  { link: 'fast', direction: 'down', megabitsPerSecond: 0 },
];
const PINGS = { count: 50, interval: 0.06 };
/** The flood is there before the first ping and after the last. */
const LEAD_MILLISECONDS = 500;
const SECONDS = 4;
const PAYLOAD = 1350;

interface FloodSample extends FloodKind {
  readonly pings: Pings;
  readonly flooded: Flooded | undefined;
  readonly clientPeakBytes: number | undefined;
}

interface PeerSample {
  readonly peer: string;
  readonly round: number;
  readonly floods: readonly FloodSample[];
}

/** Who else uses the link while UDP floods it: pings, and the client's memory. */
export async function flood(bench: Bench): Promise<SectionResult> {
  if (!bench.namespaces) return { skipped: ['needs network namespaces'], samples: [], summary: [] };
  const missing = missingTool('iperf3', 'tc');
  if (missing !== undefined) return { skipped: [`${missing} is not installed`], samples: [], summary: [] };
  const { peers, skipped: left } = installedPeers(bench.options.allPeers);
  const hosts = await makeHosts(bench.cleanup);
  const { samples, skipped } = await eachPeer(bench, hosts, peers, 'flood', async (peer, open, round) => {
    const floods: FloodSample[] = [];
    for (const kind of KINDS) {
      const first = await measureFlood(bench, hosts, open, kind);
      // Where iperf3's own connection was lost in its flood nobody knows whether there was one: once more.
      floods.push(first.flooded === undefined ? await measureFlood(bench, hosts, open, kind) : first);
    }
    return { peer: peer.name, round, floods };
  });
  const summary = peers.flatMap(({ name }) => summarize(name, samples));
  print(summary);
  return { skipped: [...left, ...skipped], samples, summary };
}

async function measureFlood(
  bench: Bench,
  hosts: BenchHosts,
  open: OpenPeer,
  kind: FloodKind,
): Promise<FloodSample> {
  const unshape = kind.link === 'slow' ? bench.cleanup.add(await shape(hosts)) : undefined;
  try {
    const canPeak = await forgetPeak(open.clientPid);
    const flooding = udpFlood(hosts.client, hosts.lan, ADDRESS.lan, {
      direction: kind.direction,
      megabitsPerSecond: kind.megabitsPerSecond,
      seconds: SECONDS,
      payload: PAYLOAD,
    });
    await new Promise((resolve) => setTimeout(resolve, LEAD_MILLISECONDS));
    const pings = await pingAll(hosts.client, ADDRESS.lan, PINGS);
    const flooded = await flooding;
    const clientPeakBytes = canPeak ? await peakMemory(open.clientPid) : undefined;
    return { ...kind, pings, flooded, clientPeakBytes };
  } finally {
    await unshape?.();
  }
}

interface FloodSummary extends FloodKind {
  readonly peer: string;
  readonly pingsSent: number;
  readonly pingsLost: number;
  readonly ping: number;
  readonly arrivedMegabits: number;
  readonly clientPeakBytes: number;
}

function summarize(peer: string, samples: readonly PeerSample[]): FloodSummary[] {
  return KINDS.map((kind) => {
    const floods = samples
      .filter((sample) => sample.peer === peer)
      .flatMap((sample) =>
        sample.floods.filter(
          ({ link, direction, megabitsPerSecond }) =>
            link === kind.link &&
            direction === kind.direction &&
            megabitsPerSecond === kind.megabitsPerSecond,
        ),
      );
    const sent = sum(floods.map(({ pings }) => pings.sent));
    return {
      ...kind,
      peer,
      pingsSent: sent,
      pingsLost: sent - sum(floods.map(({ pings }) => pings.roundTrips.length)),
      ping: median(floods.flatMap(({ pings }) => pings.roundTrips)),
      arrivedMegabits: median(floods.flatMap(({ flooded }) => flooded?.megabitsPerSecond ?? [])),
      clientPeakBytes: Math.max(...floods.map(({ clientPeakBytes }) => clientPeakBytes ?? Number.NaN)),
    };
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function print(summary: readonly FloodSummary[]): void {
  const heading = ['link', 'flood Mbit/s', 'path', 'arrived', 'pings lost', 'ping ms', 'client RSS MiB'];
  const rows = KINDS.flatMap((kind) =>
    summary
      .filter(
        ({ link, direction, megabitsPerSecond }) =>
          link === kind.link && direction === kind.direction && megabitsPerSecond === kind.megabitsPerSecond,
      )
      .map((row) => [
        row.link === 'slow' ? `${SHAPED_MEGABITS} Mbit/s` : 'fast',
        `${row.direction} ${row.megabitsPerSecond === 0 ? 'all it can' : row.megabitsPerSecond}`,
        row.peer,
        fixed(row.arrivedMegabits, 0),
        `${row.pingsLost} of ${row.pingsSent}`,
        fixed(row.ping, 1),
        mebibytes(row.clientPeakBytes),
      ]),
  );
  table([heading, ...rows]);
}
