import type { Problem } from '../../shared/contract/snapshot-schema.ts';
import type { Logger } from '../log.ts';
import { CrashMending } from './crash-mending.ts';
import { TunnelProxy, type TunnelProcess } from './tunnel-proxy.ts';

export interface MendedTunnelsOptions {
  readonly spawn: () => TunnelProcess;
  readonly log: Logger;
  /** For people: a crash, and what was mended after it. */
  readonly say: (problem: Problem) => void;
}

/** Tunnels in a process of their own; what a crash of it leaves behind is undone, and said. */
export function mendedTunnels({ spawn, log, say }: MendedTunnelsOptions): TunnelProxy {
  const crashes = new CrashMending(say);
  const tunnels = new TunnelProxy({
    spawn,
    log,
    onCrash: (detail) => {
      log.error(`The tunnel process ended unexpectedly: ${detail}`);
      void crashes.mend(detail, () => tunnels.network.recover());
    },
  });
  return tunnels;
}
