import { table } from '../support/narration.ts';
import { eachPeer, installedPeers, missingTool } from './each-peer.ts';
import { ADDRESS, type BenchHosts, makeHosts } from './hosts.ts';
import { type Load, transfer } from './iperf.ts';
import { loadAverage } from './machine-facts.ts';
import { median, quantile } from './median.ts';
import { forgetPeak, peakMemory } from './peak-memory.ts';
import { noTunnel } from './peers/no-tunnel.ts';
import { openconnect } from './peers/openconnect.ts';
import { openvpn } from './peers/openvpn.ts';
import type { OpenPeer, Peer } from './peers/peer.ts';
import { type Pings, ping } from './ping.ts';
import { treeCpuSeconds } from './process-usage.ts';
import type { Bench, SectionResult } from './section.ts';
import { fixed, mebibytes, ratio } from './text.ts';

type LoadKind = Omit<Load, 'seconds'>;

function loadKinds({ streams }: Bench['options']): LoadKind[] {
  return streams.flatMap((count) =>
    (['down', 'up'] as const).map((direction) => ({ direction, streams: count })),
  );
}

const FIRST_PINGS = { seconds: 1, interval: 0.04 };
const IDLE_PINGS = { seconds: 2, interval: 0.04 };
const LOADED_PING_INTERVAL = 0.05;

/** One load of one peer in one round. */
interface LoadSample extends LoadKind {
  readonly megabitsPerSecond: number;
  readonly retransmits: number;
  /** CPU seconds of the process (with its children) for 10⁹ bytes that arrived. */
  readonly clientCpuPerGigabyte: number | undefined;
  readonly serverCpuPerGigabyte: number | undefined;
  /** Milliseconds through the tunnel meanwhile. */
  readonly pings: Pings;
  /** The most memory that the client had resident; undefined where the kernel does not say. */
  readonly clientPeakBytes: number | undefined;
}

interface PeerSample {
  readonly peer: string;
  readonly round: number;
  readonly loadAverageBefore: number;
  readonly cipher: string;
  /** In the second after it has come up. */
  readonly firstPings: Pings;
  readonly idlePings: Pings;
  readonly loads: readonly LoadSample[];
}

interface PeerSummary {
  readonly peer: string;
  readonly cipher: string;
  readonly firstPing: number;
  readonly idlePing: number;
  readonly loads: readonly {
    readonly direction: string;
    readonly streams: number;
    readonly megabitsPerSecond: number;
    readonly lowest: number;
    readonly highest: number;
    readonly clientCpuPerGigabyte: number;
    readonly serverCpuPerGigabyte: number;
    readonly ping: number;
    readonly ping90: number;
    readonly clientPeakBytes: number;
  }[];
}

/** Throughput, CPU and ping through each peer, one after the other in each round. */
export async function throughput(bench: Bench): Promise<SectionResult> {
  if (!bench.namespaces) return { skipped: ['needs network namespaces'], samples: [], summary: [] };
  if (missingTool('iperf3') !== undefined) {
    return { skipped: ['iperf3 is not installed'], samples: [], summary: [] };
  }
  const { peers, skipped: left } = installedPeers(bench.options.allPeers);
  const hosts = await makeHosts(bench.cleanup);
  const kinds = loadKinds(bench.options);
  const { samples, skipped } = await eachPeer(bench, hosts, peers, 'throughput', (peer, open, round) =>
    measurePeer(bench, hosts, peer, open, round),
  );
  const summary = peers.map(({ name }) => {
    const own = samples.filter(({ peer }) => peer === name);
    return summarize(name, own, kinds);
  });
  print(summary, kinds);
  return { skipped: [...left, ...skipped], samples, summary };
}

async function measurePeer(
  bench: Bench,
  hosts: BenchHosts,
  peer: Peer,
  open: OpenPeer,
  round: number,
): Promise<PeerSample> {
  const loadAverageBefore = loadAverage();
  const firstPings = await ping(hosts.client, ADDRESS.lan, FIRST_PINGS);
  // Programs that compile themselves as they run are measured warm, and everybody's TCP windows are open.
  await transfer(hosts.client, hosts.lan, ADDRESS.lan, { direction: 'down', streams: 1, seconds: 1 });
  const idlePings = await ping(hosts.client, ADDRESS.lan, IDLE_PINGS);
  const loads: LoadSample[] = [];
  for (const load of loadKinds(bench.options)) {
    loads.push(await measureLoad(hosts, open, { ...load, seconds: bench.options.seconds }));
  }
  return { peer: peer.name, round, loadAverageBefore, cipher: open.cipher, firstPings, idlePings, loads };
}

async function measureLoad(hosts: BenchHosts, open: OpenPeer, load: Load): Promise<LoadSample> {
  const client = await treeCpuSeconds(open.clientPid);
  const server = await treeCpuSeconds(open.serverPid);
  const canPeak = await forgetPeak(open.clientPid);
  const [transferred, pings] = await Promise.all([
    transfer(hosts.client, hosts.lan, ADDRESS.lan, load),
    ping(hosts.client, ADDRESS.lan, { interval: LOADED_PING_INTERVAL, seconds: load.seconds }),
  ]);
  const gigabytes = transferred.bytes / 1e9;
  const perGigabyte = async (pid: number | undefined, before: number): Promise<number | undefined> =>
    pid === undefined ? undefined : ((await treeCpuSeconds(pid)) - before) / gigabytes;
  return {
    direction: load.direction,
    streams: load.streams,
    megabitsPerSecond: transferred.bitsPerSecond / 1e6,
    retransmits: transferred.retransmits,
    clientCpuPerGigabyte: await perGigabyte(open.clientPid, client),
    serverCpuPerGigabyte: await perGigabyte(open.serverPid, server),
    pings,
    clientPeakBytes: canPeak ? await peakMemory(open.clientPid) : undefined,
  };
}

function summarize(peer: string, samples: readonly PeerSample[], kinds: readonly LoadKind[]): PeerSummary {
  return {
    peer,
    cipher: samples[0]?.cipher ?? '',
    firstPing: median(samples.flatMap(({ firstPings }) => firstPings.roundTrips)),
    idlePing: median(samples.flatMap(({ idlePings }) => idlePings.roundTrips)),
    loads: kinds.map(({ direction, streams }) => {
      const loads = samples.flatMap((sample) =>
        sample.loads.filter((load) => load.direction === direction && load.streams === streams),
      );
      const rates = loads.map(({ megabitsPerSecond }) => megabitsPerSecond);
      const pings = loads.flatMap((load) => load.pings.roundTrips);
      return {
        direction,
        streams,
        megabitsPerSecond: median(rates),
        lowest: Math.min(...rates),
        highest: Math.max(...rates),
        clientCpuPerGigabyte: median(loads.map((load) => load.clientCpuPerGigabyte ?? Number.NaN)),
        serverCpuPerGigabyte: median(loads.map((load) => load.serverCpuPerGigabyte ?? Number.NaN)),
        ping: median(pings),
        ping90: quantile(pings, 0.9),
        clientPeakBytes: Math.max(...loads.map((load) => load.clientPeakBytes ?? Number.NaN)),
      };
    }),
  };
}

function print(summary: readonly PeerSummary[], kinds: readonly LoadKind[]): void {
  const rows = [
    [
      'load',
      'path',
      'Mbit/s',
      'lowest–highest',
      '÷ no tunnel',
      '÷ openvpn',
      '÷ openconnect',
      'client CPU s/GB',
      'server CPU s/GB',
      'ping ms',
      'ping 90 %',
      'client RSS MiB',
    ],
  ];
  kinds.forEach(({ direction, streams }, index) => {
    const rateOf = (name: string): number =>
      summary.find(({ peer }) => peer === name)?.loads[index]?.megabitsPerSecond ?? Number.NaN;
    for (const { peer, loads } of summary) {
      const load = loads[index];
      if (load === undefined) continue;
      rows.push([
        `${direction} ${streams}`,
        peer,
        fixed(load.megabitsPerSecond, 0),
        `${fixed(load.lowest, 0)}–${fixed(load.highest, 0)}`,
        ratio(load.megabitsPerSecond, rateOf(noTunnel.name)),
        ratio(load.megabitsPerSecond, rateOf(openvpn.name)),
        ratio(load.megabitsPerSecond, rateOf(openconnect.name)),
        fixed(load.clientCpuPerGigabyte, 2),
        fixed(load.serverCpuPerGigabyte, 2),
        fixed(load.ping, 2),
        fixed(load.ping90, 2),
        mebibytes(load.clientPeakBytes),
      ]);
    }
  });
  table(rows);
  table([
    ['path', 'ping ms when just up', 'idle ping ms', 'cipher'],
    ...summary.map(({ peer, firstPing, idlePing, cipher }) => [
      peer,
      fixed(firstPing, 3),
      fixed(idlePing, 3),
      cipher,
    ]),
  ]);
}
