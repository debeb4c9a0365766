import { installedPeers, missingTool } from './each-peer.ts';
import { makeHosts } from './hosts.ts';
import { loadEachPeer, printLoads, summarizeLoads } from './loaded-link.ts';
import type { Bench, SectionResult } from './section.ts';
import { shape } from './shaping.ts';

/** A slow link that TCP fills: how long does everybody else wait? */
export async function shaped(bench: Bench): Promise<SectionResult> {
  if (!bench.namespaces) return { skipped: ['needs network namespaces'], samples: [], summary: [] };
  const missing = missingTool('iperf3', 'tc');
  if (missing !== undefined) return { skipped: [`${missing} is not installed`], samples: [], summary: [] };
  const { peers, skipped: left } = installedPeers(bench.options.allPeers);
  const hosts = await makeHosts(bench.cleanup);
  const unshape = bench.cleanup.add(await shape(hosts));
  const { samples, skipped } = await loadEachPeer(bench, hosts, peers, { title: 'shaped' });
  await unshape();
  const summary = peers.map(({ name }) => ({ peer: name, loads: summarizeLoads(name, samples) }));
  printLoads(summary);
  return { skipped: [...left, ...skipped], samples, summary };
}
