import { askHolder } from './client.ts';
import type { Status } from './messages.ts';
import type { ControlProblem } from './control-problem.ts';
import { type Result, err, ok } from '../../shared/result.ts';

/** The user's running connection, if there is one. */
export async function askStatus(
  runtimeFolder: string,
  signal: AbortSignal,
): Promise<Result<Status, ControlProblem>> {
  let status: Status | undefined;
  const asked = await askHolder(
    runtimeFolder,
    { request: 'status' },
    (reply) => {
      if (reply.reply === 'status') status = reply.status;
    },
    signal,
  );
  if (!asked.ok) return asked;
  return status === undefined ? err({ kind: 'just-ended' }) : ok(status);
}
