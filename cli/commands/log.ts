import type { Command } from 'commander';
import type { Context, Run } from '../context.ts';
import { controlFailure } from '../control-failure.ts';
import { exitCode } from '../exit-codes.ts';
import { printable } from '../output.ts';
import { askHolder } from '../../client/control/client.ts';

interface LogOptions {
  readonly follow?: true;
}

export function defineLog(command: Command, run: Run): void {
  command
    .description("Prints the running connection's log. Passwords, codes and secrets are never in it.")
    .option('--follow', 'go on with new lines until Ctrl-C')
    .addHelpText('after', '\nExamples:\n  smartvpn log\n  smartvpn log --follow')
    .action(run(showLog));
}

async function showLog(context: Context, options: LogOptions): Promise<number> {
  const { output, folders, interruption } = context;
  const ended = new AbortController();
  interruption.signal.addEventListener('abort', () => ended.abort(), { once: true });
  context.onOutputGone(() => ended.abort());
  const asked = await askHolder(
    folders.runtime,
    { request: 'log', follow: options.follow === true },
    (reply) => {
      if (reply.reply !== 'log') return;
      output.object({ event: 'log', line: reply.line });
      output.line(printable(reply.line));
    },
    ended.signal,
  );
  return asked.ok ? exitCode('done') : output.fail(controlFailure(asked.error));
}
