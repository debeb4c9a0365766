import { askHolder } from './client.ts';
import type { Status } from './messages.ts';
import { type CommandResult, fail } from '../command-failure.ts';
import { ok } from '../../shared/result.ts';

/** The user's running connection, if there is one. */
export async function askStatus(runtimeFolder: string, signal: AbortSignal): Promise<CommandResult<Status>> {
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
  return status === undefined ? fail('not-connected', 'The connection has just ended.') : ok(status);
}

/** For a second `connect`. */
export function alreadyConnectedSentence(status: Status): string {
  const { name, server } = status.profile;
  return status.tunnel === undefined
    ? `A connection to ${name} (${server}) is already being made: ${status.text}.`
    : `Already connected to ${name} (${server}) as ${status.tunnel.address}.`;
}
