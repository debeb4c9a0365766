import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;
/** Windows that may come back; of more, the one that was there longest ago must be opened anew. */
const MOST_WINDOWS = 64;

/**
 * Who may drive the program from a browser. The token in a printed address lets one window in, once: an
 * address found in a browser's history, a screenshot or a list of processes is of no use afterwards. The window
 * gets a token of its own, with which it may come back (reloaded, or after a lost link).
 */
export class WindowTokens {
  readonly #random: (length: number) => Buffer;
  #invitation: string;
  /** Newest last. */
  #windows: readonly string[] = [];

  constructor(random: (length: number) => Buffer = randomBytes) {
    this.#random = random;
    this.#invitation = this.#fresh();
  }

  /** For the next address. Good until it is used. */
  get invitation(): string {
    return this.#invitation;
  }

  /** The window's own token; undefined: it is not to be let in. */
  admit(token: string): { readonly windowToken: string; readonly usedInvitation: boolean } | undefined {
    const isInvited = isSame(token, this.#invitation);
    const known = this.#windows.find((window) => isSame(token, window));
    if (known !== undefined) {
      this.#windows = [...this.#windows.filter((window) => window !== known), known];
      return { windowToken: known, usedInvitation: false };
    }
    if (!isInvited) return undefined;
    this.#invitation = this.#fresh();
    const windowToken = this.#fresh();
    this.#windows = [...this.#windows, windowToken].slice(-MOST_WINDOWS);
    return { windowToken, usedInvitation: true };
  }

  #fresh(): string {
    return this.#random(TOKEN_BYTES).toString('base64url');
  }
}

/** Digests are of one length, whatever was given. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
