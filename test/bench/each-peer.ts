import { type BenchHosts, deviceToLan } from './hosts.ts';
import { noTunnel } from './peers/no-tunnel.ts';
import { openconnect } from './peers/openconnect.ts';
import { openvpn } from './peers/openvpn.ts';
import { type OpenPeer, type Peer, missingProgram } from './peers/peer.ts';
import { smartvpn } from './peers/smartvpn.ts';
import { socat } from './peers/socat.ts';
import type { Bench } from './section.ts';

const BASE: readonly Peer[] = [noTunnel, smartvpn, openvpn];
const FURTHER: readonly Peer[] = [openconnect, socat];

export function installedPeers(all: boolean): { peers: Peer[]; skipped: string[] } {
  const peers: Peer[] = [];
  const skipped: string[] = all ? [] : FURTHER.map(({ name }) => `${name}: not in a quick run`);
  for (const peer of [...BASE, ...(all ? FURTHER : [])]) {
    const missing = missingProgram(peer);
    if (missing === undefined) peers.push(peer);
    else skipped.push(`${peer.name}: ${missing} is not installed`);
  }
  return { peers, skipped };
}

/** What a load needs that is not ours. */
export function missingTool(...programs: string[]): string | undefined {
  return missingProgram({ ...noTunnel, programs });
}

/** One after the other in each round. One round of a peer that fails throws the others away no more than it is hidden. */
export async function eachPeer<Sample>(
  bench: Bench,
  hosts: BenchHosts,
  peers: readonly Peer[],
  title: string,
  measure: (peer: Peer, open: OpenPeer, round: number) => Promise<Sample>,
): Promise<{ samples: Sample[]; skipped: string[] }> {
  const samples: Sample[] = [];
  const skipped: string[] = [];
  const { rounds } = bench.options;
  for (let round = 1; round <= rounds; round += 1) {
    for (const peer of peers) {
      bench.progress(`${title}: round ${round} of ${rounds}, ${peer.name}`);
      try {
        samples.push(await measureOpen(bench, hosts, peer, (open) => measure(peer, open, round)));
      } catch (error) {
        if (bench.cleanup.begun) throw error;
        skipped.push(
          `${peer.name} in round ${round}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }
  bench.progress('');
  return { samples, skipped };
}

async function measureOpen<Sample>(
  bench: Bench,
  hosts: BenchHosts,
  peer: Peer,
  measure: (open: OpenPeer) => Promise<Sample>,
): Promise<Sample> {
  const open = await peer.open(hosts);
  const close = bench.cleanup.add(() => open.close());
  try {
    const viaTunnel = (await deviceToLan(hosts)) !== 'eth0';
    if (viaTunnel !== (peer !== noTunnel)) throw new Error(`${peer.name}: packets take another way`);
    return await measure(open);
  } finally {
    await close();
  }
}
