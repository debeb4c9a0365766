import { say } from '../support/narration.ts';
import { installedPeers, missingTool } from './each-peer.ts';
import { moveFarAway } from './far-cable.ts';
import { makeHosts } from './hosts.ts';
import { type LoadedLink, loadEachPeer, printLoads, summarizeLoads } from './loaded-link.ts';
import type { Bench, SectionResult } from './section.ts';

interface FarLink {
  readonly link: string;
  readonly oneLostIn: number;
}

const CABLE = { delay: 20, megabitsPerSecond: 100, buffer: 40 } as const;
const LINKS: readonly FarLink[] = [
  { link: 'nothing lost', oneLostIn: 0 },
  { link: 'one packet in 2000 lost', oneLostIn: 2000 },
];
/** What Linux, Windows and macOS come with. */
const CONGESTION_CONTROL = 'cubic';

/** A fast link to a router that is far away: is it filled, and how long do others wait meanwhile? */
export async function far(bench: Bench): Promise<SectionResult> {
  if (!bench.namespaces) return { skipped: ['needs network namespaces'], samples: [], summary: [] };
  const missing = missingTool('iperf3');
  if (missing !== undefined) return { skipped: [`${missing} is not installed`], samples: [], summary: [] };
  const { peers, skipped } = installedPeers(bench.options.allPeers);
  const samples: object[] = [];
  const summary: object[] = [];
  for (const { link, oneLostIn } of LINKS) {
    const hosts = await makeHosts(bench.cleanup);
    await moveFarAway(hosts, { ...CABLE, oneLostIn }, CONGESTION_CONTROL);
    const load: LoadedLink = { title: `far, ${link}`, congestionControl: CONGESTION_CONTROL };
    const loaded = await loadEachPeer(bench, hosts, peers, load);
    skipped.push(...loaded.skipped);
    samples.push(...loaded.samples.map((sample) => ({ link, ...sample })));
    const found = peers.map(({ name }) => ({
      link,
      peer: name,
      loads: summarizeLoads(name, loaded.samples),
    }));
    say(`${CABLE.megabitsPerSecond} Mbit/s, ${2 * CABLE.delay} ms there and back, ${link}`);
    printLoads(found);
    summary.push(...found);
  }
  return { skipped, samples, summary };
}
