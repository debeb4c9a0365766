import { controlClaim } from '../client/control/control-claim.ts';
import { createLog, type Log } from '../client/log.ts';
import type { Peer } from '../client/service/audience.ts';
import { ProblemsUntilHeard } from '../client/service/problems-until-heard.ts';
import { createService, handlerFault, type Service } from '../client/service/service.ts';
import { systemWatch } from '../client/monitor/system-watch.ts';
import { SpentCounters } from '../client/session/spent-counters.ts';
import type { Folders } from '../client/store/folders.ts';
import { openStore } from '../client/store/store.ts';
import { mendedTunnels } from '../client/tunnel-process/mended-tunnels.ts';
import type { TunnelProcess } from '../client/tunnel-process/tunnel-proxy.ts';
import { contractServer, type ContractServer } from '../shared/contract/contract-server.ts';
import type { Platform } from '../shared/contract/snapshot-schema.ts';
import { join } from 'node:path';
import { openSafeSecretStore, type Encryption } from './safe-secret-store.ts';

export interface DesktopServiceOptions {
  readonly folders: Folders;
  readonly system: NodeJS.Platform;
  readonly version: string;
  /** BCP 47. */
  readonly systemLanguage: string;
  readonly encryption: Encryption;
  readonly spawnTunnel: () => TunnelProcess;
  readonly hasTray: () => boolean;
  readonly canStartAtLogin: boolean;
  readonly log?: Log;
}

export interface DesktopService {
  readonly service: Service;
  readonly serve: ContractServer<Peer>;
  readonly log: Log;
  /** Disconnects and ends the tunnel process; resolves when nothing is left. */
  close(): Promise<void>;
}

/** The same client core as the command line's, with its tunnels in a process of their own and its secrets in the keyring. */
export async function openDesktopService(options: DesktopServiceOptions): Promise<DesktopService> {
  const { folders, system } = options;
  const log = options.log ?? createLog();
  const problems = new ProblemsUntilHeard(log);
  const tunnels = mendedTunnels({
    spawn: options.spawnTunnel,
    log,
    say: (problem) => {
      problems.say(problem);
    },
  });
  const secrets = await openSafeSecretStore({
    encryption: options.encryption,
    system,
    path: join(folders.config, 'secrets.json'),
    onProblem: (problem) => {
      problems.say({ source: 'secrets', ...problem });
    },
  });
  const counters = new SpentCounters(folders.state);
  const service = await createService({
    store: await openStore(folders),
    secrets,
    network: system === 'linux' ? tunnels.network : undefined,
    log,
    watchNetwork: systemWatch(log),
    startSessionFor: (profileId) => counters.guard(profileId, tunnels.startSession),
    version: options.version,
    platform: {
      shell: 'electron',
      system: systemName(system),
      // The desktop's tray comes and goes: asked for whenever a window takes its snapshot.
      get hasTray() {
        return options.hasTray();
      },
      canStartAtLogin: options.canStartAtLogin,
    },
    systemLanguage: options.systemLanguage,
    // Where there are no tunnels yet, there is nothing to overrun, and no Unix socket to say so with.
    ...(system === 'win32' ? {} : { claim: controlClaim(folders.runtime, log) }),
  });
  problems.tellTo((problem) => {
    service.report(problem);
  });
  return {
    service,
    serve: contractServer(service.handlers, handlerFault(log)),
    log,
    close: async () => {
      await service.close();
      await counters.settled();
      tunnels.close();
    },
  };
}

function systemName(system: NodeJS.Platform): Platform['system'] {
  switch (system) {
    case 'linux':
      return 'linux';
    case 'darwin':
      return 'macos';
    case 'win32':
      return 'windows';
    default:
      return 'other';
  }
}
