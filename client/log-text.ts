import type { LogLine } from './log.ts';

/** "12:34:56.789 info  Signing in": local time. */
export function logLineText(line: LogLine): string {
  const time = new Date(line.at);
  const [hours, minutes, seconds] = [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) =>
    String(part).padStart(2, '0'),
  );
  const milliseconds = String(time.getMilliseconds()).padStart(3, '0');
  return `${hours}:${minutes}:${seconds}.${milliseconds} ${line.level.padEnd(5)} ${line.text}`;
}
