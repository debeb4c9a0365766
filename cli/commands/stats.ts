import type { Command } from 'commander';
import type { Context, Run } from '../context.ts';
import { fail } from '../command-failure.ts';
import { controlFailure } from '../control-failure.ts';
import { exitCode } from '../exit-codes.ts';
import { parseInteger } from '../option-values.ts';
import { bytesText, millisecondsText, rateText } from '../quantity-text.ts';
import { askStatus } from '../../client/control/ask-status.ts';
import { askHolder } from '../../client/control/client.ts';
import type { Statistics } from '../../client/control/messages.ts';

interface StatsOptions {
  readonly interval?: number;
  readonly count?: number;
}

export function defineStats(command: Command, run: Run): void {
  command
    .description('Shows the traffic of the running connection, live, until Ctrl-C or its end.')
    .option('--interval <seconds>', 'time between figures (1)', (text) => parseInteger(text, 1, 3600))
    .option('--count <n>', 'end after so many figures', (text) => parseInteger(text, 1, 1_000_000))
    .addHelpText('after', '\nExamples:\n  smartvpn stats\n  smartvpn stats --json --count 1')
    .action(run(showStatistics));
}

/** With the widths of the longest figures: together they fit a terminal of 80 columns. */
const COLUMNS = [
  ['Received', 8],
  ['Now', 12],
  ['Peak', 13],
  ['Sent', 9],
  ['Now', 12],
  ['Peak', 13],
  ['Round trip', 12],
] as const;

async function showStatistics(context: Context, options: StatsOptions): Promise<number> {
  const { output, folders, interruption } = context;
  const status = await askStatus(folders.runtime, interruption.signal);
  if (!status.ok) return output.fail(controlFailure(status.error));
  if (status.value.state !== 'connected') {
    return output.fail(fail('not-connected', `There is no traffic yet: ${status.value.text}.`).error);
  }
  const ended = new AbortController();
  interruption.signal.addEventListener('abort', () => ended.abort(), { once: true });
  context.onOutputGone(() => ended.abort());
  let shown = 0;
  output.line(output.style.dim(row(COLUMNS.map(([name]) => name))));
  const asked = await askHolder(
    folders.runtime,
    { request: 'statistics', intervalMilliseconds: (options.interval ?? 1) * 1000 },
    (reply) => {
      if (reply.reply !== 'statistics' || ended.signal.aborted) return;
      output.object({ event: 'statistics', ...reply.statistics });
      output.line(figuresLine(reply.statistics));
      shown += 1;
      if (shown === options.count) ended.abort();
    },
    ended.signal,
  );
  if (!asked.ok) return output.fail(controlFailure(asked.error));
  if (!ended.signal.aborted) output.note('The connection has ended.');
  return exitCode('done');
}

export function figuresLine(statistics: Statistics): string {
  return row([
    bytesText(statistics.receivedBytes),
    rateText(statistics.receiveRate),
    rateText(statistics.peakReceiveRate),
    bytesText(statistics.sentBytes),
    rateText(statistics.sendRate),
    rateText(statistics.peakSendRate),
    millisecondsText(statistics.roundTrip),
  ]);
}

function row(cells: readonly string[]): string {
  return COLUMNS.map(([, width], place) => (cells[place] ?? '').padStart(width)).join('');
}
