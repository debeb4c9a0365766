import type { HttpAnswer } from '../http-message.ts';
import type { Syslog, SyslogEntry } from '../syslog.ts';
import { Listeners, NO_EVENT, eventText } from './live-stream.ts';

/** A line as the page's script gets it. */
export interface LiveLine {
  readonly number: number;
  /** "2026-01-31 13:05:09", by the router's clock and time zone. */
  readonly at: string;
  readonly text: string;
}

/** `all`: these are all lines there are; else those that are new. */
export interface LinesEvent {
  readonly all: boolean;
  readonly lines: readonly LiveLine[];
}

/** What comes within this time goes together. */
const GATHER_MILLISECONDS = 100;
const QUIET_MILLISECONDS = 15_000;
/** More news than that, and everything is sent anew. */
const MAXIMUM_PENDING = 1000;

/** The syslog as it grows. */
export class LiveLog {
  readonly #syslog: Syslog;
  readonly #listeners: Listeners;
  #pending: LiveLine[] = [];
  #unsubscribe: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(syslog: Syslog) {
    this.#syslog = syslog;
    this.#listeners = new Listeners((count) => this.#follow(count));
  }

  answer(isWelcome: () => boolean): HttpAnswer {
    return this.#listeners.answer(isWelcome, () => this.#turn());
  }

  close(): void {
    this.#unsubscribe?.();
    clearTimeout(this.#timer);
    this.#listeners.close();
  }

  #follow(count: number): void {
    if (count > 0) {
      this.#unsubscribe ??= this.#syslog.subscribe((_line, entry) => this.#add(entry));
      return;
    }
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    clearTimeout(this.#timer);
    this.#pending = [];
  }

  #add(entry: SyslogEntry): void {
    const isFirst = this.#pending.length === 0;
    if (this.#pending.length < MAXIMUM_PENDING) this.#pending.push(liveLine(entry));
    if (isFirst) this.#turnIn(GATHER_MILLISECONDS);
  }

  #turnIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#turn(), milliseconds);
  }

  #turn(): void {
    const lines = this.#pending;
    this.#pending = [];
    const overflown = lines.length >= MAXIMUM_PENDING;
    const news = lines.length === 0 ? NO_EVENT : eventText({ all: false, lines });
    let all: string | undefined;
    this.#listeners.turn((listener) => {
      const isBehind = !listener.inStep || overflown;
      if (isBehind) all ??= eventText({ all: true, lines: this.#syslog.entries().map(liveLine) });
      listener.inStep = true;
      listener.sink.write(isBehind ? (all ?? '') : news);
    });
    if (this.#listeners.size > 0) this.#turnIn(QUIET_MILLISECONDS);
  }
}

export function liveLine({ number, at, text }: SyslogEntry): LiveLine {
  return { number, at: localTime(at), text };
}

function localTime(unixMilliseconds: number): string {
  const date = new Date(unixMilliseconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
