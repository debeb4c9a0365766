import type { Report } from './report.ts';
import type { CommandFailure } from '../command-failure.ts';
import { type Output, printable } from '../output.ts';
import { bytesText, durationText, millisecondsText } from '../quantity-text.ts';
import { dnsText } from '../dns-text.ts';
import { en } from '../../shared/text/en.ts';
import { assertNever } from '../../shared/assert-never.ts';

/** Prints reports: one line per stage for people, the object itself for programs. */
export function printReport(output: Output, report: Report): void {
  output.object(report);
  if (output.json) return;
  const { style } = output;
  switch (report.event) {
    case 'mended':
      output.note(`${style.wait('Mended:')} ${report.message}`);
      return;
    case 'stage':
      output.note(`${style.dim(report.attempt > 1 ? `[attempt ${report.attempt}] ` : '')}${report.text}`);
      return;
    case 'waiting-for-code':
      output.note(`Waiting ${Math.ceil(report.milliseconds / 1000)} s for a fresh one-time password…`);
      return;
    case 'connected':
      printConnected(output, report);
      return;
    case 'waiting': {
      const seconds = Math.max(0, Math.round((report.retryAt - Date.now()) / 1000));
      printFailure(output, report.because, 'Lost:');
      output.note(
        `${style.wait('Waiting:')} attempt ${report.attempt} follows in ${seconds} s. Ctrl-C ends it.`,
      );
      if (report.traffic === 'blocked') printBlocked(output);
      return;
    }
    case 'blocked':
      printFailure(output, report.because, 'Lost:');
      output.note(`${style.wait('Waiting:')} nothing is tried any more. Ctrl-C ends it.`);
      printBlocked(output);
      return;
    case 'disconnecting':
      output.note('Disconnecting…');
      return;
    case 'disconnected':
      output.note(`Disconnected.${report.session === undefined ? '' : ` ${sessionText(report.session)}`}`);
      return;
    case 'warning':
      output.note(`${style.wait('Warning:')} ${report.message}`);
      return;
    case 'ping': {
      const answer =
        report.milliseconds === undefined ? style.bad('no answer') : millisecondsText(report.milliseconds);
      output.line(`Ping ${report.address}: ${answer}`);
      return;
    }
    case 'log':
      output.note(style.dim(printable(report.line)));
      return;
    case 'asking':
      // All other questions stand on this terminal.
      if (report.asks === 'keyring') output.note('The keyring asks for its own password…');
      if (report.traffic === 'blocked') printBlocked(output);
      return;
    default:
      assertNever(report);
  }
}

function printBlocked(output: Output): void {
  output.note(`${output.style.wait('Blocked:')} ${en.blocked.sentence}`);
}

function printConnected(output: Output, report: Extract<Report, { event: 'connected' }>): void {
  const { tunnel, profile } = report;
  output.line(
    `${output.style.good('Connected')} to ${profile.name} as ${output.style.strong(tunnel.address)}.`,
  );
  if (tunnel.address6 !== undefined) output.line(`  IPv6 address ${tunnel.address6}`);
  output.line(`  Router ${tunnel.gateway} (${tunnel.routerAddress})`);
  if (tunnel.dns.length > 0) output.line(`  DNS ${dnsText(tunnel)}`);
  output.line(`  ${tunnel.cipher}, ${tunnel.authentication}, MTU ${tunnel.mtu}`);
  if (tunnel.interfaceName !== undefined) output.line(`  Device ${tunnel.interfaceName}`);
}

/** For a failure that is not the end: the command's own failure is printed by Output.fail. */
function printFailure(output: Output, failure: CommandFailure, word: string): void {
  output.note(`${output.style.bad(word)} ${failure.message}`);
}

function sessionText(
  session: Exclude<Extract<Report, { event: 'disconnected' }>['session'], undefined>,
): string {
  const { startedAt, endedAt, receivedBytes, sentBytes } = session;
  return `${durationText(endedAt - startedAt)}, received ${bytesText(receivedBytes)}, sent ${bytesText(sentBytes)}.`;
}
