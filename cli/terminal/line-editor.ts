/** What typing has come to so far. */
export interface LineProgress {
  /** To be written back to the terminal; empty for a hidden line. */
  readonly echo: string;
  readonly outcome:
    | { readonly kind: 'typing' }
    | { readonly kind: 'entered'; readonly line: string }
    /** Ctrl-C. */
    | { readonly kind: 'interrupted' }
    /** Ctrl-D on an empty line. */
    | { readonly kind: 'ended' };
  /** Typed ahead, after the end of this line. */
  readonly rest: string;
}

/** More than any password or answer; the rest of a runaway paste is ignored. */
const MAXIMUM_CHARACTERS = 1024;

// What follows ESC in CSI and SS3 sequences: cursor and function keys, which a one-line question has no use for.
const ESCAPE_SEQUENCE = /^(?:\[[0-?]*[ -/]*[@-~]|O.)/u;

/** One line typed on a terminal in raw mode: keeps the text, decides the echo. No I/O. */
export class LineEditor {
  readonly #hidden: boolean;
  #characters: string[] = [];

  constructor(hidden: boolean) {
    this.#hidden = hidden;
  }

  /** `text` is what the terminal sent, in any pieces. */
  type(text: string): LineProgress {
    let echo = '';
    let remaining = text;
    while (remaining !== '') {
      const character = String.fromCodePoint(remaining.codePointAt(0) ?? 0);
      if (character === '\u001b') {
        remaining = remaining.slice(1).replace(ESCAPE_SEQUENCE, '');
        continue;
      }
      remaining = remaining.slice(character.length);
      switch (character) {
        case '\r':
        case '\n':
          return {
            echo: `${echo}\r\n`,
            outcome: { kind: 'entered', line: this.#characters.join('') },
            rest: remaining,
          };
        case '\u0003':
          return { echo: `${echo}\r\n`, outcome: { kind: 'interrupted' }, rest: '' };
        case '\u0004':
          if (this.#characters.length === 0)
            return { echo: `${echo}\r\n`, outcome: { kind: 'ended' }, rest: '' };
          break;
        case '\u0008':
        case '\u007f':
          if (this.#characters.pop() !== undefined) echo += this.#shown('\b \b');
          break;
        case '\u0015': // Ctrl-U: the whole line
          echo += this.#shown('\b \b'.repeat(this.#characters.length));
          this.#characters = [];
          break;
        default:
          if (isControl(character) || this.#characters.length >= MAXIMUM_CHARACTERS) break;
          this.#characters.push(character);
          echo += this.#shown(character);
      }
    }
    return { echo, outcome: { kind: 'typing' }, rest: '' };
  }

  #shown(text: string): string {
    return this.#hidden ? '' : text;
  }
}

function isControl(character: string): boolean {
  return /^\p{Cc}$/u.test(character);
}
