import type { Command } from 'commander';
import type { Context, Run } from '../context.ts';
import { controlFailure, rootConnectionStep } from '../control-failure.ts';
import { dnsText } from '../dns-text.ts';
import { exitCode } from '../exit-codes.ts';
import { printable } from '../output.ts';
import { bytesText, durationText, millisecondsText, rateText, timeText } from '../quantity-text.ts';
import { serverAddressText } from '../../shared/server-address.ts';
import { en } from '../../shared/text/en.ts';
import { askStatus } from '../../client/control/ask-status.ts';
import { type LastEnding, readEnding } from '../../client/control/last-ending.ts';
import type { Status } from '../../client/control/messages.ts';

export function defineStatus(command: Command, run: Run): void {
  command
    .description(
      'Shows what is connected, and how; or how a connection in the background ended by itself. Exit code 6 when nothing is connected.',
    )
    .addHelpText('after', '\nExamples:\n  smartvpn status\n  smartvpn status --json | jq .tunnel.address')
    .action(run(showStatus));
}

async function showStatus(context: Context): Promise<number> {
  const { output, folders, interruption } = context;
  const status = await askStatus(folders.runtime, interruption.signal);
  if (!status.ok) {
    const failure = controlFailure(status.error);
    if (failure.reason !== 'not-connected') return output.fail(failure);
    const ending = await readEnding(folders.runtime);
    output.object({ event: 'status', state: 'disconnected', text: 'Not connected', ...ending });
    output.line('Not connected.');
    const step = rootConnectionStep();
    if (step !== undefined) output.line(step);
    if (ending !== undefined) for (const line of endingLines(ending)) output.line(printable(line));
    return exitCode('not-connected');
  }
  output.object({ event: 'status', ...status.value });
  for (const [name, value] of statusRows(status.value, Date.now())) {
    output.line(`${name.padEnd(14)}${value}`);
  }
  return exitCode('done');
}

/** How a connection ended that nobody watched. */
function endingLines({ profile, endedAt, failure }: LastEnding): readonly string[] {
  const ended = `The connection to ${profile.name} in the background ended on ${timeText(endedAt)}.`;
  return [ended, `  ${failure.message}`, ...failure.steps.map((step) => `  ${step}`)];
}

/** What `status` prints, a name and a value each. `now` in Unix milliseconds. */
export function statusRows(status: Status, now: number): (readonly [string, string])[] {
  const { profile, tunnel, statistics } = status;
  const rows: (readonly [string, string])[] = [
    ['State', status.text],
    ['Profile', profile.name],
    ['Server', serverAddressText(profile)],
  ];
  if (status.failure !== undefined) {
    const { message, steps } = status.failure;
    rows.push(['Because', message]);
    // A connection that waits for its next attempt helps itself.
    if (status.state !== 'waiting') {
      for (const [place, step] of steps.entries()) rows.push([place === 0 ? 'To do' : '', step]);
    }
  }
  if (status.traffic === 'blocked') rows.push(['Traffic', en.blocked.sentence]);
  if (status.since !== undefined) rows.push(['Up for', durationText(now - status.since)]);
  if (tunnel !== undefined) {
    rows.push(['Address', tunnel.address]);
    if (tunnel.address6 !== undefined) rows.push(['IPv6 address', tunnel.address6]);
    rows.push(['Router', `${tunnel.gateway} (${tunnel.routerAddress})`]);
    rows.push(['DNS', dnsText(tunnel)]);
    rows.push(['Device', `${tunnel.interfaceName ?? 'none'}, MTU ${tunnel.mtu}`]);
    rows.push(['Security', `${tunnel.cipher}, ${tunnel.authentication}`]);
  }
  if (statistics !== undefined) {
    const { receivedBytes, receiveRate, sentBytes, sendRate, roundTrip } = statistics;
    rows.push(['Received', `${bytesText(receivedBytes)}, now ${rateText(receiveRate)}`]);
    rows.push(['Sent', `${bytesText(sentBytes)}, now ${rateText(sendRate)}`]);
    rows.push(['Round trip', millisecondsText(roundTrip)]);
  }
  rows.push(['Process', String(status.pid)]);
  return rows;
}
