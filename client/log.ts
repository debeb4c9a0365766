/** From the most talkative to the gravest. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogLine {
  /** Unix milliseconds. */
  readonly at: number;
  readonly level: LogLevel;
  /** One line; secrets and control characters already taken out. */
  readonly text: string;
}

/** What a part of the program needs to say something. */
export interface Logger {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  /**
   * Registers a password, code, PIN or token: from now on no line shows it, nor its base64, percent-encoded
   * or JSON form. Values shorter than 4 characters are ignored: taking them out would garble every line.
   */
  secret(value: string): void;
}

/** The logger's other end: a bounded memory of lines, and those who want to hear them at once. */
export interface Log extends Logger {
  /** Oldest first. Secrets registered after a line was written are taken out of it too. */
  lines(): readonly LogLine[];
  /** `text` without the secrets that are registered now: for what is shown or written elsewhere. */
  redact(text: string): string;
  subscribe(listener: (line: LogLine) => void): () => void;
}

export interface LogOptions {
  /** Lines kept. */
  readonly capacity?: number;
  /** Lines below this level are dropped. */
  readonly level?: LogLevel;
  /** Unix milliseconds. */
  readonly clock?: () => number;
}

const MASK = '•••';
const SHORTEST_SECRET = 4;
/** One-time codes are registered by the attempt; the oldest are long spent when they fall out. */
const MOST_SECRETS = 256;
const LONGEST_LINE = 2000;

/** Takes registered secrets out of text. */
class Redactor {
  // Longest first, so that a secret that contains another one leaves no remainder.
  #needles: string[] = [];
  readonly #values: string[] = [];

  add(value: string): void {
    if (value.length < SHORTEST_SECRET || this.#values.includes(value)) return;
    this.#values.push(value);
    if (this.#values.length > MOST_SECRETS) this.#values.shift();
    const needles = new Set(this.#values.flatMap(writtenForms));
    this.#needles = [...needles].sort((a, b) => b.length - a.length);
  }

  redact(text: string): string {
    let redacted = text.replace(/(authorization:\s*basic\s+)\S+/gi, `$1${MASK}`);
    for (const needle of this.#needles) redacted = redacted.replaceAll(needle, MASK);
    return redacted;
  }
}

function writtenForms(value: string): string[] {
  const base64 = Buffer.from(value, 'utf8').toString('base64').replace(/=+$/, '');
  return [value, percentEncoded(value), JSON.stringify(value).slice(1, -1), base64];
}

function percentEncoded(value: string): string {
  // encodeURIComponent throws on half a surrogate pair.
  return encodeURIComponent(value.toWellFormed());
}

/** A router's words end up here: they must not steer the terminal or forge a second line. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

export function createLog(options: LogOptions = {}): Log {
  const capacity = options.capacity ?? 2000;
  const clock = options.clock ?? Date.now;
  const lowest = LOG_LEVELS.indexOf(options.level ?? 'debug');
  const redactor = new Redactor();
  const listeners = new Set<(line: LogLine) => void>();
  const ring: LogLine[] = [];
  let oldest = 0;

  function remember(line: LogLine): void {
    if (ring.length < capacity) {
      ring.push(line);
      return;
    }
    ring[oldest] = line;
    oldest = (oldest + 1) % capacity;
  }

  function write(level: LogLevel, text: string): void {
    if (LOG_LEVELS.indexOf(level) < lowest) return;
    // Redacted before it is cut, so that no half of a secret survives at the end.
    const line = { at: clock(), level, text: printable(redactor.redact(text)).slice(0, LONGEST_LINE) };
    remember(line);
    for (const listener of listeners) listener(line);
  }

  return {
    debug: (text) => write('debug', text),
    info: (text) => write('info', text),
    warn: (text) => write('warn', text),
    error: (text) => write('error', text),
    secret: (value) => redactor.add(value),
    redact: (text) => redactor.redact(text),
    lines: () =>
      [...ring.slice(oldest), ...ring.slice(0, oldest)].map(({ at, level, text }) => {
        return { at, level, text: redactor.redact(text) };
      }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
