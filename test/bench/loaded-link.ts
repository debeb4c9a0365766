import { table } from '../support/narration.ts';
import { eachPeer } from './each-peer.ts';
import { ADDRESS, type BenchHosts } from './hosts.ts';
import { type Direction, transfer } from './iperf.ts';
import { median, quantile } from './median.ts';
import { noTunnel } from './peers/no-tunnel.ts';
import type { Peer } from './peers/peer.ts';
import { type Pings, pingAll } from './ping.ts';
import type { Bench } from './section.ts';
import { fixed, ratio } from './text.ts';

interface LoadKind {
  readonly direction: Direction;
  /** TCP connections at once. */
  readonly streams: number;
}

export const LOAD_KINDS: readonly LoadKind[] = [
  { direction: 'up', streams: 1 },
  { direction: 'down', streams: 1 },
  { direction: 'up', streams: 4 },
  { direction: 'down', streams: 4 },
];
const SECONDS = 6;
/** TCP's first seconds are over by then: what is measured is the queue that stays. */
const LEAD_MILLISECONDS = 1500;
const PINGS = { count: 40, interval: 0.1 };

interface LoadSample extends LoadKind {
  readonly megabitsPerSecond: number;
  readonly pings: Pings;
}

export interface LoadedSample {
  readonly peer: string;
  readonly round: number;
  readonly loads: readonly LoadSample[];
}

export interface LoadedLink {
  readonly title: string;
  /** Of what goes through the tunnels; as the hosts have it when left out. */
  readonly congestionControl?: string;
}

/** Each peer in each round: how much TCP brings over the link between client and router, and how long others wait. */
export function loadEachPeer(
  bench: Bench,
  hosts: BenchHosts,
  peers: readonly Peer[],
  { title, congestionControl }: LoadedLink,
): Promise<{ samples: LoadedSample[]; skipped: string[] }> {
  return eachPeer(bench, hosts, peers, title, async (peer, _open, round) => {
    const loads: LoadSample[] = [];
    for (const kind of LOAD_KINDS) {
      const load = { ...kind, seconds: SECONDS, congestionControl };
      const transferring = transfer(hosts.client, hosts.lan, ADDRESS.lan, load);
      await new Promise((resolve) => setTimeout(resolve, LEAD_MILLISECONDS));
      const pings = await pingAll(hosts.client, ADDRESS.lan, PINGS);
      const { bitsPerSecond } = await transferring;
      loads.push({ ...kind, megabitsPerSecond: bitsPerSecond / 1e6, pings });
    }
    return { peer: peer.name, round, loads };
  });
}

interface LoadSummary extends LoadKind {
  readonly megabitsPerSecond: number;
  readonly ping: number;
  readonly ping95: number;
  readonly pingsLost: number;
  readonly pingsSent: number;
}

export function summarizeLoads(peer: string, samples: readonly LoadedSample[]): LoadSummary[] {
  return LOAD_KINDS.map((kind) => {
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

export function printLoads(
  summary: readonly { readonly peer: string; readonly loads: readonly LoadSummary[] }[],
): void {
  const rows = [
    ['load', 'path', 'Mbit/s', '÷ no tunnel', 'ping ms', '÷ no tunnel', 'ping 95 %', 'pings lost'],
  ];
  LOAD_KINDS.forEach(({ direction, streams }, index) => {
    const base = summary.find(({ peer }) => peer === noTunnel.name)?.loads[index];
    for (const { peer, loads } of summary) {
      const load = loads[index];
      if (load === undefined) continue;
      rows.push([
        `${direction} ${streams}`,
        peer,
        fixed(load.megabitsPerSecond, 1),
        ratio(load.megabitsPerSecond, base?.megabitsPerSecond ?? Number.NaN),
        fixed(load.ping, 1),
        ratio(load.ping, base?.ping ?? Number.NaN),
        fixed(load.ping95, 1),
        `${load.pingsLost} of ${load.pingsSent}`,
      ]);
    }
  });
  table(rows);
}
