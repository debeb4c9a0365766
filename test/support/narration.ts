const color = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

function paint(code: number, text: string): string {
  return color ? `\u001B[${code}m${text}\u001B[0m` : text;
}

/** A heading: what happens now. */
export function step(text: string): void {
  process.stdout.write(`\n${paint(1, text)}\n`);
}

export function say(text: string): void {
  process.stdout.write(`  ${text}\n`);
}

/** A statement that was checked. Gives the check's outcome back. */
export function check(holds: boolean, text: string): boolean {
  process.stdout.write(`  ${holds ? paint(32, 'ok') : paint(31, 'FAILED')}  ${text}\n`);
  return holds;
}

/** Rows of equal columns, as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    say(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('   ')
        .trimEnd(),
    );
}
