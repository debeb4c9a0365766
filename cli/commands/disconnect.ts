import type { Command } from 'commander';
import type { Context, Run } from '../context.ts';
import { controlFailure } from '../control-failure.ts';
import { exitCode } from '../exit-codes.ts';
import { askHolder } from '../../client/control/client.ts';

export function defineDisconnect(command: Command, run: Run): void {
  command
    .description('Ends the running connection, and returns when its device, routes and DNS are gone.')
    .addHelpText('after', '\nExample:\n  smartvpn disconnect')
    .action(run(disconnect));
}

async function disconnect(context: Context): Promise<number> {
  const { output, folders, interruption } = context;
  const asked = await askHolder(
    folders.runtime,
    { request: 'disconnect' },
    (reply) => {
      if (reply.reply !== 'disconnected') return;
      output.object({ event: 'disconnected', profile: reply.profile });
      output.line(`Disconnected from ${reply.profile.name}.`);
    },
    interruption.signal,
  );
  return asked.ok ? exitCode(interruption.reason() ?? 'done') : output.fail(controlFailure(asked.error));
}
