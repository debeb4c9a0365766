import type { LogLine } from '../../shared/contract.ts';

const GRAVITY = { debug: 0, info: 1, warn: 2, error: 3 } as const;

/** Lines of this level or a graver one that have the text in them. */
export function filteredLines<Line extends LogLine>(
  lines: readonly Line[],
  level: LogLine['level'],
  search: string,
): Line[] {
  const wanted = search.trim().toLowerCase();
  return lines.filter(
    (line) =>
      GRAVITY[line.level] >= GRAVITY[level] && (wanted === '' || line.text.toLowerCase().includes(wanted)),
  );
}

/** For the clipboard: ISO time, level, text, a line each. */
export function linesText(lines: readonly LogLine[]): string {
  return lines.map(({ at, level, text }) => `${new Date(at).toISOString()} ${level} ${text}\n`).join('');
}
