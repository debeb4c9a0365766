import { table } from '../support/narration.ts';
import { eachPeer, installedPeers, missingTool } from './each-peer.ts';
import { ADDRESS, makeHosts } from './hosts.ts';
import { type Direction, transfer } from './iperf.ts';
import { median, quantile } from './median.ts';
import { noTunnel } from './peers/no-tunnel.ts';
import { type Pings, pingAll } from './ping.ts';
import type { Bench, SectionResult } from './section.ts';
import { shape } from './shaping.ts';
import { fixed, ratio } from './text.ts';

interface ShapedKind {
  readonly direction: Direction;
  readonly streams: number;
}

const KINDS: readonly ShapedKind[] = [
  { direction: 'up', streams: 1 },
  { direction: 'down', streams: 1 },
  { direction: 'up', streams: 4 },
  { direction: 'down', streams: 4 },
];
const SECONDS = 6;
/** TCP's first seconds are over by then: what is measured is the queue that stays. */
const LEAD_MILLISECONDS = 1500;
const PINGS = { count: 40, interval: 0.1 };

interface ShapedSample extends ShapedKind {
  readonly megabitsPerSecond: number;
  readonly pings: Pings;
}

interface PeerSample {
  readonly peer: string;
  readonly round: number;
  readonly loads: readonly ShapedSample[];
}

/** A slow link that TCP fills: how long does everybody else wait? */
export async function shaped(bench: Bench): Promise<SectionResult> {
  if (!bench.namespaces) return { skipped: ['needs network namespaces'], samples: [], summary: [] };
  const missing = missingTool('iperf3', 'tc');
  if (missing !== undefined) return { skipped: [`${missing} is not installed`], samples: [], summary: [] };
  const { peers, skipped: left } = installedPeers(bench.options.allPeers);
  const hosts = await makeHosts(bench.cleanup);
  const unshape = bench.cleanup.add(await shape(hosts));
  const { samples, skipped } = await eachPeer(bench, hosts, peers, 'shaped', async (peer, _open, round) => {
    const loads: ShapedSample[] = [];
    for (const kind of KINDS) {
      const transferring = transfer(hosts.client, hosts.lan, ADDRESS.lan, { ...kind, seconds: SECONDS });
      await new Promise((resolve) => setTimeout(resolve, LEAD_MILLISECONDS));
      const pings = await pingAll(hosts.client, ADDRESS.lan, PINGS);
      const { bitsPerSecond } = await transferring;
      loads.push({ ...kind, megabitsPerSecond: bitsPerSecond / 1e6, pings });
    }
    return { peer: peer.name, round, loads };
  });
  await unshape();
  const summary = peers.map(({ name }) => ({ peer: name, loads: summarize(name, samples) }));
  print(summary);
  return { skipped: [...left, ...skipped], samples, summary };
}

interface LoadSummary extends ShapedKind {
  readonly megabitsPerSecond: number;
  readonly ping: number;
  readonly ping95: number;
  readonly pingsLost: number;
  readonly pingsSent: number;
}

function summarize(peer: string, samples: readonly PeerSample[]): LoadSummary[] {
  return KINDS.map((kind) => {
    const loads = samples
      .filter((sample) => sample.peer === peer)
      .flatMap((sample) =>
        sample.loads.filter(
          ({ direction, streams }) => direction === kind.direction && streams === kind.streams,
        ),
      );
    const roundTrips = loads.flatMap(({ pings }) => pings.roundTrips);
    const sent = loads.reduce((total, { pings }) => total + pings.sent, 0);
    return {
      ...kind,
      megabitsPerSecond: median(loads.map(({ megabitsPerSecond }) => megabitsPerSecond)),
      ping: median(roundTrips),
      ping95: quantile(roundTrips, 0.95),
      pingsLost: sent - roundTrips.length,
      pingsSent: sent,
    };
  });
}

function print(summary: readonly { readonly peer: string; readonly loads: readonly LoadSummary[] }[]): void {
  const rows = [['load', 'path', 'Mbit/s', 'ping ms', '÷ no tunnel', 'ping 95 %', 'pings lost']];
  KINDS.forEach(({ direction, streams }, index) => {
    const base = summary.find(({ peer }) => peer === noTunnel.name)?.loads[index]?.ping ?? Number.NaN;
    for (const { peer, loads } of summary) {
      const load = loads[index];
      if (load === undefined) continue;
      rows.push([
        `${direction} ${streams}`,
        peer,
        fixed(load.megabitsPerSecond, 1),
        fixed(load.ping, 1),
        ratio(load.ping, base),
        fixed(load.ping95, 1),
        `${load.pingsLost} of ${load.pingsSent}`,
      ]);
    }
  });
  table(rows);
}
