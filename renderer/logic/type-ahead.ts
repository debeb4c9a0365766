import { folded } from './profile-order.ts';

/** What is typed in a list one letter after the other: the beginning of a name. */
export interface Typing {
  readonly text: string;
  /** Milliseconds; of which clock does not matter. */
  readonly at: number;
}

export const NOTHING_TYPED: Typing = { text: '', at: Number.NEGATIVE_INFINITY };

/** Who pauses for longer begins another name. */
const PAUSE_MILLISECONDS = 1000;

/** With `key` typed at `at`; undefined when it is no letter: a key with a name, or a space that no name begins with. */
export function typedOn({ text, at: before }: Typing, key: string, at: number): Typing | undefined {
  const begun = at - before > PAUSE_MILLISECONDS ? '' : text;
  const isLetter = Array.from(key).length === 1 && (key !== ' ' || begun !== '');
  return isLetter ? { text: begun + key, at } : undefined;
}

/**
 * The row whose name begins so (ARIA Authoring Practices, "Listbox"): the present one while it does, and by one letter, also
 * when it is pressed again and again, the next one. Undefined: there is none.
 */
export function typedTo(text: string, names: readonly string[], index: number): number | undefined {
  const wanted = folded(text);
  const letters = Array.from(wanted);
  const [first = ''] = letters;
  if (letters.length > 1) {
    const row = rowFrom(Math.max(0, index), wanted, names);
    if (row !== undefined || letters.some((letter) => letter !== first)) return row;
  }
  return rowFrom(index + 1, first, names);
}

/** Looked for downwards, and on from the top. */
function rowFrom(start: number, beginning: string, names: readonly string[]): number | undefined {
  for (let step = 0; step < names.length; step += 1) {
    const row = (start + step) % names.length;
    if (folded(names[row] ?? '').startsWith(beginning)) return row;
  }
  return undefined;
}
