import { spawnSync } from 'node:child_process';
import type { BenchHosts } from '../hosts.ts';

/** A way from the client to the LAN, to be compared with others. */
export interface Peer {
  readonly name: string;
  /** Programs that it needs. */
  readonly programs: readonly string[];
  /** Brings it up; resolves when packets pass. Nothing is left when it rejects. */
  open(hosts: BenchHosts): Promise<OpenPeer>;
}

export interface OpenPeer {
  /** Processes that carry the packets; none where the kernel does. Their children count as well. */
  readonly clientPid: number | undefined;
  readonly serverPid: number | undefined;
  /** As the program itself names it. */
  readonly cipher: string;
  close(): Promise<void>;
}

/** The first of its programs that is not installed. */
export function missingProgram(peer: Peer): string | undefined {
  return peer.programs.find(
    (program) => spawnSync('sh', ['-c', 'command -v "$0"', program], { stdio: 'ignore' }).status !== 0,
  );
}
