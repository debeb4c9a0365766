import type { HttpAnswer, StreamSink } from '../http-message.ts';

/** Server-sent events (WHATWG HTML §9.2) for one browser. */
export interface Listener {
  readonly sink: StreamSink;
  /** False = its administrator has logged out, or the login has ended by itself. */
  readonly isWelcome: () => boolean;
  /** It has all that was sent so far; else it needs everything anew. */
  inStep: boolean;
  /** How often in a row there was no room for it. */
  skipped: number;
}

const MAXIMUM_LISTENERS = 32;
/** A browser that takes nothing for so many turns has gone. */
const MAXIMUM_SKIPPED = 60;

/** Who follows a live part. A turn: `send` for each one that has room. */
export class Listeners {
  readonly #listeners = new Set<Listener>();
  readonly #changed: (count: number) => void;

  /** Told the number of listeners whenever it changes. */
  constructor(changed: (count: number) => void) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#listeners.size;
  }

  answer(isWelcome: () => boolean, joined: () => void): HttpAnswer {
    if (this.#listeners.size >= MAXIMUM_LISTENERS) return { status: 503 };
    return {
      status: 200,
      stream: {
        contentType: 'text/event-stream; charset=utf-8',
        start: (sink) => {
          const listener: Listener = { sink, isWelcome, inStep: false, skipped: 0 };
          this.#listeners.add(listener);
          this.#changed(this.#listeners.size);
          joined();
          return () => {
            if (this.#listeners.delete(listener)) this.#changed(this.#listeners.size);
          };
        },
      },
    };
  }

  turn(send: (listener: Listener) => void): void {
    for (const listener of this.#listeners) {
      const { sink } = listener;
      if (!listener.isWelcome() || listener.skipped > MAXIMUM_SKIPPED) {
        sink.end();
      } else if (sink.hasRoom) {
        listener.skipped = 0;
        send(listener);
      } else {
        listener.skipped += 1;
        listener.inStep = false;
      }
    }
  }

  close(): void {
    for (const { sink } of this.#listeners) sink.end();
  }
}

/** JSON has no line ends of its own, so one `data` line holds it. */
export function eventText(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** Nothing to tell: finds out whether the browser is still there. */
export const NO_EVENT = ':\n\n';
