import { setImmediate } from 'node:timers/promises';
import { attend, type Ending } from './attend.ts';
import type { Attendant } from './attendant.ts';
import { SpentCounters } from '../../client/session/spent-counters.ts';
import { openProfileSecrets } from './profile-secrets.ts';
import { RecordKeeper } from './record-keeper.ts';
import { releaseStartUpMemory } from './start-up-memory.ts';
import { withTimeout } from './impatient-session.ts';
import type { CommandFailure } from '../command-failure.ts';
import { connectionFailure } from '../connection-failure.ts';
import { controlFailure } from '../control-failure.ts';
import { Connection } from '../../client/connection/connection.ts';
import { keepEnding, type LastEnding } from '../../client/control/last-ending.ts';
import type { Status } from '../../client/control/messages.ts';
import { startControlServer } from '../../client/control/server.ts';
import { profileSummary, statusOf } from '../../client/control/status-of.ts';
import { logLineText } from '../../client/log-text.ts';
import { createLog } from '../../client/log.ts';
import { holdingNetwork } from '../../client/network/holding-network.ts';
import { createSystemNetwork } from '../../client/network/system-network.ts';
import { systemWatch } from '../../client/monitor/system-watch.ts';
import { startSession } from '../../client/session/session.ts';
import type { Folders } from '../../client/store/folders.ts';
import type { Store } from '../../client/store/store.ts';
import { isBlocked } from '../../shared/connection.ts';
import type { Profile } from '../../shared/profile.ts';
import { en } from '../../shared/text/en.ts';

export interface HoldOptions {
  readonly profile: Profile;
  readonly store: Store;
  readonly folders: Folders;
  readonly attendant: Attendant;
  readonly signal: AbortSignal;
  /** For the built-in generator; the PIN is asked for. */
  readonly motpSecret: string | undefined;
  /** False: the keyring is left alone. */
  readonly keyring: boolean;
  readonly verbose: boolean;
  /** Seconds for each stage; undefined: as long as is usual. */
  readonly timeout: number | undefined;
  readonly onConnected?: () => void;
}

/**
 * Makes and holds this user's one connection: takes the control socket, mends what a crash left, connects,
 * answers other terminals, and leaves nothing behind.
 */
export async function holdConnection(options: HoldOptions): Promise<Ending> {
  const { profile, store, folders, attendant } = options;
  const log = createLog();
  if (options.verbose) log.subscribe((line) => attendant.report({ event: 'log', line: logLineText(line) }));
  const { motpSecret, keyring } = options;
  const secrets = openProfileSecrets({
    profile,
    motpSecret,
    keyring,
    log,
    report: (report) => attendant.report(report),
  });
  const records = new RecordKeeper(store, (message) => attendant.report({ event: 'warning', message }));
  const counters = new SpentCounters(folders.state);
  const network = holdingNetwork(createSystemNetwork({ stateFolder: folders.state }));
  const connection = new Connection(profile, {
    startSession: counters.guard(profile.id, withTimeout(startSession, options.timeout), (milliseconds) =>
      attendant.report({ event: 'waiting-for-code', milliseconds }),
    ),
    network,
    secrets,
    store: records.store,
    log,
    watchNetwork: systemWatch(log),
  });
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  let finished: Promise<unknown> = Promise.resolve();
  let unanswered: CommandFailure | undefined;

  const server = await startControlServer(folders.runtime, {
    status: () => heldStatus(connection, profile, unanswered),
    profile: () => profileSummary(profile),
    watchStatistics: (listener, interval) => connection.watchStatistics(listener, interval),
    logLines: () => log.lines().map(logLineText),
    watchLog: (listener) => log.subscribe((line) => listener(logLineText(line))),
    disconnect: async () => {
      ended.abort();
      await finished;
    },
  });
  if (!server.ok) return { kind: 'failed', failure: controlFailure(server.error) };
  // Only now: what another process of ours holds is not ours to mend.
  // What it still mends when somebody ends us, the next one mends.
  for (const message of await network.recover(signal)) attendant.report({ event: 'mended', message });

  const attending = attend({
    connection,
    profile,
    attendant,
    records,
    signal,
    device: 'tun',
    onConnected: () => {
      releaseStartUpMemory();
      options.onConnected?.();
    },
    onUnanswered: (why) => {
      unanswered = why;
    },
  });
  // Whoever ended it finds nothing that is still being written.
  const settled = attending.catch(internalFailure).then(async (how) => {
    await Promise.all([records.settled(), secrets.settled(), counters.settled()]);
    return how;
  });
  finished = settled;
  const ending = await settled;
  // Before the socket goes: whoever finds no connection finds this.
  if (ending.kind === 'failed' && attendant.isAlone() && !signal.aborted) {
    await keepEnding(folders.runtime, unseen(ending, profile));
  }
  // `disconnect` in another terminal gets its answer before the socket goes.
  await setImmediate();
  await server.value.close();
  return ending;
}

function internalFailure(error: unknown): Ending {
  const detail = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', failure: connectionFailure({ kind: 'internal', detail }) };
}

/** With what stands in the way of a blocked connection that helps itself no more, and how to get on. */
function heldStatus(
  connection: Connection,
  profile: Profile,
  unanswered: CommandFailure | undefined,
): Status {
  const { state } = connection;
  const status = statusOf(state, profile, connection.statistics());
  const isStuck = isBlocked(state) && (state.state === 'prompting' || state.state === 'failed');
  const failure = isStuck ? (unanswered ?? status.failure) : undefined;
  if (failure === undefined) return status;
  return { ...status, failure: { ...failure, steps: [LET_PASS, ...failure.steps] } };
}

const LET_PASS = 'First run "smartvpn disconnect", which lets traffic pass again.';

function unseen({ failure }: Extract<Ending, { kind: 'failed' }>, profile: Profile): LastEnding {
  const passes = profile.advanced.blockWhenDown ? [en.blocked.ended] : [];
  return {
    profile: profileSummary(profile),
    endedAt: Date.now(),
    failure: { ...failure, steps: [...passes, ...failure.steps] },
  };
}
