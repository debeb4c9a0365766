import type { HttpAnswer } from '../http-message.ts';
import type { ConnectionRow } from '../connection-management.ts';
import { Listeners, NO_EVENT, eventText } from './live-stream.ts';

/** A row as the page's script gets it. The script counts `upTime` (seconds) on by itself. */
export interface LiveRow {
  readonly vpn: number;
  readonly index: number;
  readonly user: string;
  readonly type: string;
  readonly remote: string;
  readonly network: string;
  readonly tx: number;
  readonly txRate: number;
  readonly rx: number;
  readonly rxRate: number;
  readonly upTime: number;
  readonly ok: boolean;
}

/** `all`: these are all rows there are; else those that are new or have changed, and the numbers that have gone. */
export interface RowsEvent {
  readonly all: boolean;
  readonly rows: readonly LiveRow[];
  readonly gone: readonly number[];
}

const PERIOD_MILLISECONDS = 1000;
/** Turns without news after which a browser hears of us all the same. */
const QUIET_TURNS = 15;

/** Connection Management as it changes: each browser is sent what is new, once a second, by one timer for all. */
export class LiveRows {
  readonly #rows: () => readonly ConnectionRow[];
  readonly #listeners: Listeners;
  #sent = new Map<number, LiveRow>();
  #timer: NodeJS.Timeout | undefined;
  #quiet = 0;

  constructor(rows: () => readonly ConnectionRow[]) {
    this.#rows = rows;
    this.#listeners = new Listeners((count) => this.#follow(count));
  }

  answer(isWelcome: () => boolean): HttpAnswer {
    return this.#listeners.answer(isWelcome, () => this.#turn());
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listeners.close();
  }

  #follow(count: number): void {
    if (count === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    } else {
      this.#timer ??= setInterval(() => this.#turn(), PERIOD_MILLISECONDS);
    }
  }

  #turn(): void {
    const rows = new Map(this.#rows().map((row) => [row.vpn, liveRow(row)]));
    const changes = rowChanges(this.#sent, rows);
    this.#sent = rows;
    const isNews = changes.rows.length > 0 || changes.gone.length > 0;
    this.#quiet = isNews ? 0 : (this.#quiet + 1) % QUIET_TURNS;
    const text = isNews ? eventText(changes) : this.#quiet === 0 ? NO_EVENT : '';
    let all: string | undefined;
    this.#listeners.turn((listener) => {
      all ??= listener.inStep ? undefined : eventText({ all: true, rows: [...rows.values()], gone: [] });
      const due = listener.inStep ? text : (all ?? '');
      listener.inStep = true;
      if (due !== '') listener.sink.write(due);
    });
  }
}

export function liveRow(row: ConnectionRow): LiveRow {
  return {
    vpn: row.vpn,
    index: row.userIndex,
    user: row.userName,
    type: row.type,
    remote: row.remoteAddress,
    network: row.virtualNetwork,
    tx: row.txPackets,
    txRate: row.txRate,
    rx: row.rxPackets,
    rxRate: row.rxRate,
    upTime: Math.floor(row.upTimeSeconds),
    ok: row.authenticated,
  };
}

export function rowChanges(
  before: ReadonlyMap<number, LiveRow>,
  now: ReadonlyMap<number, LiveRow>,
): RowsEvent {
  const rows = [...now.values()].filter((row) => {
    const old = before.get(row.vpn);
    return old === undefined || !isSame(old, row);
  });
  const gone = [...before.keys()].filter((vpn) => !now.has(vpn));
  return { all: false, rows, gone };
}

/** Time goes on by itself; a number taken by another session is another row, with a time that is less. */
function isSame(old: LiveRow, row: LiveRow): boolean {
  return (
    old.tx === row.tx &&
    old.rx === row.rx &&
    old.txRate === row.txRate &&
    old.rxRate === row.rxRate &&
    old.ok === row.ok &&
    old.user === row.user &&
    old.index === row.index &&
    old.network === row.network &&
    old.remote === row.remote &&
    old.type === row.type &&
    old.upTime <= row.upTime
  );
}
