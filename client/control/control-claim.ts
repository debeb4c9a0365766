import { setImmediate } from 'node:timers/promises';
import { askStatus } from './ask-status.ts';
import { claimObstacle, controlProblemText, type ControlProblem } from './control-problem.ts';
import { startControlServer } from './server.ts';
import { profileSummary, statusOf } from './status-of.ts';
import type { Connection } from '../connection/connection.ts';
import { logLineText } from '../log-text.ts';
import type { Log } from '../log.ts';
import type { ClaimConnection, ClaimRefusal } from '../service/connection-claim.ts';
import { err, ok } from '../../shared/result.ts';

const ANSWER_MILLISECONDS = 2_000;

/**
 * Takes this user's one control socket for a connection: `smartvpn status`, `stats`, `log` and `disconnect`
 * in a terminal find it, and `smartvpn connect` there is refused, as ours is while that runs.
 */
export function controlClaim(runtimeFolder: string, log: Log): ClaimConnection {
  return async (connection, calledOff) => {
    const server = await startControlServer(runtimeFolder, handlersOf(connection, log));
    if (server.ok) {
      return ok({
        release: async () => {
          // `disconnect` in a terminal gets its answer before the socket goes.
          await setImmediate();
          await server.value.close();
        },
      });
    }
    if (server.error.kind !== 'already-connected') {
      return err(unavailable(server.error));
    }
    const late = AbortSignal.timeout(ANSWER_MILLISECONDS);
    const status = await askStatus(runtimeFolder, AbortSignal.any([late, calledOff]));
    if (status.ok) return err({ kind: 'held', profileName: status.value.profile.name });
    return err(unavailable(status.error));
  };
}

function unavailable(problem: ControlProblem): ClaimRefusal {
  return { kind: 'unavailable', reason: claimObstacle(problem), detail: controlProblemText(problem) };
}

function handlersOf(connection: Connection, log: Log): Parameters<typeof startControlServer>[1] {
  return {
    status: () => statusOf(connection.state, connection.profile, connection.statistics()),
    profile: () => profileSummary(connection.profile),
    watchStatistics: (listener, interval) => connection.watchStatistics(listener, interval),
    logLines: () => log.lines().map(logLineText),
    watchLog: (listener) => log.subscribe((line) => listener(logLineText(line))),
    disconnect: () => connection.disconnect(),
  };
}
