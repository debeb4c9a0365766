import { contractServer, type ContractServer } from '../../shared/contract/contract-server.ts';
import type { Platform } from '../../shared/contract/snapshot-schema.ts';
import { controlClaim } from '../../client/control/control-claim.ts';
import { createLog, type Log } from '../../client/log.ts';
import { createIproute2Network } from '../../client/network/iproute2-network.ts';
import type { Peer } from '../../client/service/audience.ts';
import { createService, handlerFault, type Service } from '../../client/service/service.ts';
import { startSession } from '../../client/session/session.ts';
import { SpentCounters } from '../../client/session/spent-counters.ts';
import type { Folders } from '../../client/store/folders.ts';
import { MemorySecretStore } from '../../client/store/secret-store.ts';
import type { Store } from '../../client/store/store.ts';

export interface BrowserService {
  readonly service: Service;
  readonly serve: ContractServer<Peer>;
  readonly log: Log;
}

/** The client behind windows in a browser. Passwords stay in memory, so they are asked for once per run. */
export async function startBrowserService(
  store: Store,
  folders: Folders,
  version: string,
): Promise<BrowserService> {
  const log = createLog();
  const counters = await SpentCounters.open(folders.state);
  const service = await createService({
    store,
    secrets: new MemorySecretStore(),
    network: process.platform === 'linux' ? createIproute2Network({ stateFolder: folders.state }) : undefined,
    log,
    startSessionFor: (profileId) => counters.guard(profileId, startSession),
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
  const close = async (): Promise<void> => {
    await service.close();
    await counters.settled();
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
