/** Names are one when a person reads them as one: letter case and the way accents are encoded do not count. */
export function sameName(one: string, other: string): boolean {
  return nameKey(one) === nameKey(other);
}

export function nameKey(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

const LONGEST_NAME = 100;

/** `name`, or `name (2)`, `name (3)` … when it is taken. `taken` holds `nameKey`s. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(nameKey(name))) return name;
  for (let number = 2; ; number += 1) {
    const suffix = ` (${number})`;
    const numbered = shorten(name, LONGEST_NAME - suffix.length) + suffix;
    if (!taken.has(nameKey(numbered))) return numbered;
  }
}

/** At most `length` UTF-16 units, never half a character. */
function shorten(text: string, length: number): string {
  return text
    .slice(0, length)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
}

/** Not before it is needed: its tables are 2 MB, and a tunnel's process sorts nothing. */
let collator: Intl.Collator | undefined;

/** As a person sorts: letter case does not count, 9 comes before 10. */
export function compareNames(a: string, b: string): number {
  collator ??= new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
  return collator.compare(a, b);
}
