import { arch, platform, release } from 'node:os';
import type { ConnectionState } from '../../shared/connection.ts';
import type { Problem } from '../../shared/contract/snapshot-schema.ts';
import type { Profile } from '../../shared/profile.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Log, LogLine } from '../log.ts';

/** Characters; the newest log lines that fit in the rest are taken. */
const LONGEST_REPORT = 2_000_000;

export interface ReportFacts {
  readonly version: string;
  readonly settings: Settings;
  readonly problems: readonly Problem[];
  /** Those that were dialled or looked at in this run. */
  readonly connections: readonly { readonly profile: Profile; readonly state: ConnectionState }[];
  readonly log: Pick<Log, 'lines' | 'redact'>;
}

/**
 * What a user may pass on to somebody who helps. Without secrets, user names and the names of profiles; the
 * user reads it before it is written.
 */
export function reportText({ version, settings, problems, connections, log }: ReportFacts): string {
  const head = [
    'Smart VPN Client report',
    `Version ${version}, Node ${process.version}, ${platform()} ${release()} ${arch()}`,
    `Settings ${JSON.stringify(settings)}`,
    ...problems.map((problem) => `Problem ${JSON.stringify(problem)}`),
    ...connections.flatMap(({ profile, state }, index) => [
      `Profile ${index + 1} ${JSON.stringify(impersonal(profile))}`,
      `  State ${JSON.stringify(state)}`,
    ]),
    '',
  ].map((line) => log.redact(line));
  const text = head.join('\n');
  return `${text}\n${newestThatFit(log.lines(), LONGEST_REPORT - text.length).join('\n')}\n`;
}

function impersonal({ id: _id, name: _name, userName, ...profile }: Profile) {
  return { ...profile, userName: userName === '' ? 'none' : 'left out' };
}

function newestThatFit(lines: readonly LogLine[], characters: number): string[] {
  const taken: string[] = [];
  let left = characters;
  for (const { at, level, text } of lines.toReversed()) {
    const line = `${new Date(at).toISOString()} ${level.padEnd(5)} ${text}`;
    left -= line.length + 1;
    if (left < 0) break;
    taken.push(line);
  }
  return taken.reverse();
}
