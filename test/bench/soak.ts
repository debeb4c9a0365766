import { setTimeout as wait } from 'node:timers/promises';
import { table } from '../support/narration.ts';
import { ADDRESS, makeHosts } from './hosts.ts';
import { type Transferred, transfer } from './iperf.ts';
import { median } from './median.ts';
import { missingTool } from './each-peer.ts';
import { smartvpn } from './peers/smartvpn.ts';
import { pingAll } from './ping.ts';
import { openDescriptors, processUsage } from './process-usage.ts';
import type { Bench, SectionResult } from './section.ts';
import { checksumErrors } from './tcp-errors.ts';
import { fixed, mebibytes } from './text.ts';

const SAMPLE_SECONDS = 5;
const PING_INTERVAL = 0.5;
/** What a process that has just begun to work still gathers is no leak. */
const WARM_SHARE = 0.2;

interface SoakSample {
  readonly second: number;
  readonly clientRssBytes: number;
  readonly serverRssBytes: number;
  readonly clientDescriptors: number;
}

/** Full load both ways at once for minutes: is the memory flat, is anything lost? */
export async function soak(bench: Bench): Promise<SectionResult> {
  if (!bench.namespaces) return { skipped: ['needs network namespaces'], samples: [], summary: [] };
  if (missingTool('iperf3') !== undefined) {
    return { skipped: ['iperf3 is not installed'], samples: [], summary: [] };
  }
  const hosts = await makeHosts(bench.cleanup);
  const open = await smartvpn.open(hosts);
  bench.cleanup.add(() => open.close());
  const { clientPid, serverPid } = open;
  if (clientPid === undefined || serverPid === undefined) throw new Error('no processes');
  const seconds = bench.options.minutes * 60;
  const ended = new AbortController();
  const samples: SoakSample[] = [];
  const watching = watch(clientPid, serverPid);
  const load = (direction: 'down' | 'up', port: number): Promise<Transferred> =>
    transfer(hosts.client, hosts.lan, ADDRESS.lan, { direction, streams: 2, seconds, port });
  const [down, up, pings] = await Promise.all([
    load('down', 5201),
    load('up', 5202),
    pingAll(hosts.client, ADDRESS.lan, { count: seconds / PING_INTERVAL, interval: PING_INTERVAL }),
  ]);
  ended.abort();
  await watching;
  bench.progress('');
  const settled = samples.filter(({ second }) => second >= seconds * WARM_SHARE);
  const half = Math.floor(settled.length / 2);
  const rss = (part: readonly SoakSample[], of: 'clientRssBytes' | 'serverRssBytes'): number =>
    median(part.map((sample) => sample[of]));
  const summary = {
    minutes: bench.options.minutes,
    downMegabits: down.bitsPerSecond / 1e6,
    upMegabits: up.bitsPerSecond / 1e6,
    gigabytes: (down.bytes + up.bytes) / 1e9,
    pingsSent: pings.sent,
    pingsLost: pings.sent - pings.roundTrips.length,
    ping: median(pings.roundTrips),
    checksumErrors: (await checksumErrors(hosts.client)) + (await checksumErrors(hosts.lan)),
    clientRssFirstHalf: rss(settled.slice(0, half), 'clientRssBytes'),
    clientRssSecondHalf: rss(settled.slice(half), 'clientRssBytes'),
    clientRssHighest: Math.max(...samples.map(({ clientRssBytes }) => clientRssBytes)),
    serverRssFirstHalf: rss(settled.slice(0, half), 'serverRssBytes'),
    serverRssSecondHalf: rss(settled.slice(half), 'serverRssBytes'),
    clientDescriptorsFirst: samples[0]?.clientDescriptors,
    clientDescriptorsLast: samples.at(-1)?.clientDescriptors,
    /** Whether it was one connection from the beginning to the end. */
    connections: open.connections(),
  };
  table([
    ['figure', 'value'],
    ['down, up Mbit/s', `${fixed(summary.downMegabits, 0)}, ${fixed(summary.upMegabits, 0)}`],
    ['carried GB', fixed(summary.gigabytes, 0)],
    ['pings lost', `${summary.pingsLost} of ${summary.pingsSent} (median ${fixed(summary.ping, 1)} ms)`],
    ['wrong checksums', String(summary.checksumErrors)],
    ['connections', String(summary.connections)],
    [
      'client RSS MiB, first and second half',
      `${mebibytes(summary.clientRssFirstHalf)}, ${mebibytes(summary.clientRssSecondHalf)} (highest ${mebibytes(summary.clientRssHighest)})`,
    ],
    [
      'emulator RSS MiB, first and second half',
      `${mebibytes(summary.serverRssFirstHalf)}, ${mebibytes(summary.serverRssSecondHalf)}`,
    ],
    [
      'open files of the client, first and last',
      `${summary.clientDescriptorsFirst}, ${summary.clientDescriptorsLast}`,
    ],
  ]);
  return { skipped: [], samples, summary: [summary] };

  async function watch(client: number, server: number): Promise<void> {
    const started = performance.now();
    while (!ended.signal.aborted) {
      const second = (performance.now() - started) / 1000;
      const [clientUsage, serverUsage, clientDescriptors] = await Promise.all([
        processUsage(client),
        processUsage(server),
        openDescriptors(client),
      ]);
      samples.push({
        second,
        clientRssBytes: clientUsage.rssBytes,
        serverRssBytes: serverUsage.rssBytes,
        clientDescriptors,
      });
      bench.progress(`soak: ${fixed(second / 60, 1)} of ${bench.options.minutes} minutes`);
      await wait(SAMPLE_SECONDS * 1000, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  }
}
