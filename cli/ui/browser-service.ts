import { contractServer, type ContractServer } from '../../shared/contract/contract-server.ts';
import type { Platform } from '../../shared/contract/snapshot-schema.ts';
import { controlClaim } from '../../client/control/control-claim.ts';
import { createLog, type Log } from '../../client/log.ts';
import type { Peer } from '../../client/service/audience.ts';
import { ProblemsUntilHeard } from '../../client/service/problems-until-heard.ts';
import { createService, handlerFault, type Service } from '../../client/service/service.ts';
import { systemWatch } from '../../client/monitor/system-watch.ts';
import { SpentCounters } from '../../client/session/spent-counters.ts';
import type { Folders } from '../../client/store/folders.ts';
import type { Store } from '../../client/store/store.ts';
import { isUsualForRoot, openSystemSecrets } from '../../client/store/system-secrets.ts';
import { mendedTunnels } from '../../client/tunnel-process/mended-tunnels.ts';
import { startTunnelWorker } from '../../client/tunnel-process/tunnel-worker.ts';

export interface BrowserService {
  readonly service: Service;
  readonly serve: ContractServer<Peer>;
  readonly log: Log;
}

/**
 * The client behind windows in a browser, its tunnels in a thread of their own, so that neither holds the other up.
 * Where there is no keyring, passwords stay in memory, so they are asked for once per run.
 */
export async function startBrowserService(
  store: Store,
  folders: Folders,
  version: string,
): Promise<BrowserService> {
  const log = createLog();
  const problems = new ProblemsUntilHeard(log);
  const tunnels = mendedTunnels({
    spawn: () => startTunnelWorker(folders.state),
    log,
    say: (problem) => problems.say(problem),
  });
  const counters = new SpentCounters(folders.state);
  const { secrets, problem: keyringProblem } = await openSystemSecrets({
    nameOf: (profileId) => store.profiles.get(profileId)?.name,
    onQuestion: () => log.info('The keyring asks for its password'),
  });
  if (keyringProblem !== undefined) {
    const { reason, detail } = keyringProblem;
    log.info(`Secrets: in memory (${reason}: ${detail})`);
    if (!isUsualForRoot(keyringProblem)) problems.say({ source: 'secrets', ...keyringProblem });
  }
  const service = await createService({
    store,
    secrets,
    network: process.platform === 'linux' ? tunnels.network : undefined,
    log,
    watchNetwork: systemWatch(log),
    startSessionFor: (profileId) => counters.guard(profileId, tunnels.startSession),
    version,
    platform: {
      shell: 'browser',
      system: systemOf(process.platform),
      hasTray: false,
      canStartAtLogin: false,
    },
    systemLanguage: Intl.DateTimeFormat().resolvedOptions().locale,
    claim: controlClaim(folders.runtime, log),
  });
  problems.tellTo((problem) => service.report(problem));
  const close = async (): Promise<void> => {
    await service.close();
    await counters.settled();
    tunnels.close();
  };
  return {
    service: { ...service, close },
    serve: contractServer(service.handlers, handlerFault(log)),
    log,
  };
}

function systemOf(platform: NodeJS.Platform): Platform['system'] {
  switch (platform) {
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
