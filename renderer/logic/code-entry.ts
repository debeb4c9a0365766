/** What a person types into a box that takes so many characters of an alphabet. */
export interface CodeEntry {
  /** What stands in the box from now on. */
  readonly text: string;
  readonly problem: 'none' | 'wrong-characters' | 'too-long';
  readonly isComplete: boolean;
}

/** A mOTP code: six hex digits, lower-cased as they are typed; grouping that was pasted along is left out. */
export function motpCodeEntry(typed: string): CodeEntry {
  return entry(typed.replace(/[\s-]/g, '').toLowerCase(), /^[0-9a-f]*$/, 6, 6);
}

/** The generator's PIN: four to seven digits. */
export function motpPinEntry(typed: string): CodeEntry {
  return entry(typed.replace(/\s/g, ''), /^[0-9]*$/, 4, 7);
}

/** A TOTP code: six digits, shown by apps in two groups. */
export function totpCodeEntry(typed: string): CodeEntry {
  return entry(typed.replace(/\s/g, ''), /^[0-9]*$/, 6, 6);
}

/** Longest text that is kept while it is wrong: enough to see what is wrong with it. */
const LONGEST = 40;

function entry(text: string, alphabet: RegExp, least: number, most: number): CodeEntry {
  const kept = text.slice(0, LONGEST);
  if (!alphabet.test(kept)) return { text: kept, problem: 'wrong-characters', isComplete: false };
  if (kept.length > most) return { text: kept, problem: 'too-long', isComplete: false };
  return { text: kept, problem: 'none', isComplete: kept.length >= least };
}
