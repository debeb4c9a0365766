import { z } from 'zod';
import { followEvents } from './event-stream.ts';
import { whileInSight } from './in-sight.ts';

/** As emulator/web/live-rows.ts sends it. */
const eventSchema = z.object({
  all: z.boolean(),
  rows: z.array(
    z.object({
      vpn: z.number(),
      user: z.string(),
      type: z.string(),
      remote: z.string(),
      network: z.string(),
      tx: z.number(),
      txRate: z.number(),
      rx: z.number(),
      rxRate: z.number(),
      upTime: z.number(),
      ok: z.boolean(),
    }),
  ),
  gone: z.array(z.number()),
});

type Row = z.infer<typeof eventSchema>['rows'][number];

interface ShownRow {
  readonly element: HTMLTableRowElement;
  readonly cells: readonly HTMLTableCellElement[];
  /** As they should be, and as they are: what is out of sight is written when it comes into sight. */
  texts: readonly string[];
  written: string[];
  /** Seconds, of the page's own clock, at which the tunnel came up. */
  upSince: number;
  user: string;
}

const UP_TIME = 8;
const NUMBERS: ReadonlySet<number> = new Set([4, 5, 6, 7, 8]);
const ADDRESSES: ReadonlySet<number> = new Set([2, 3]);

/** Keeps the table of Connection Management as the router's is. */
export function followRows(table: HTMLTableElement): void {
  const body = table.tBodies[0];
  const address = table.dataset['liveRows'];
  if (body === undefined || address === undefined) return;
  const shown = new Map<number, ShownRow>();
  let isFirst = true;
  followEvents(address, (text) => {
    performance.mark('rows-start');
    const event = eventSchema.safeParse(JSON.parse(text));
    if (!event.success) return;
    if (isFirst) body.replaceChildren();
    isFirst = false;
    take(event.data, shown, body);
    write();
    // so that the measurement holds the layout as well
    table.getBoundingClientRect();
    performance.measure('update', 'rows-start');
    if (performance.getEntriesByName('update').length > 100) performance.clearMeasures('update');
    performance.clearMarks('rows-start');
  });
  const write = () => {
    for (const row of inSight(table, body, shown)) writeRow(row);
  };
  whileInSight(() => {
    const timer = setInterval(write, 1000);
    return () => clearInterval(timer);
  });
  table.parentElement?.addEventListener('scroll', () => requestAnimationFrame(write), { passive: true });
}

/** Up to so many rows all are written. */
const FEW = 100;
/** Rows above and below those in sight. */
const MARGIN = 20;

/** The rows that can be seen: of a thousand, a few. All are of one height. */
function inSight(
  table: HTMLTableElement,
  body: HTMLTableSectionElement,
  shown: ReadonlyMap<number, ShownRow>,
): ShownRow[] {
  const place = table.parentElement;
  if (shown.size <= FEW || place === null) return [...shown.values()];
  const height = body.offsetHeight / shown.size;
  const first = Math.floor(place.scrollTop / height) - MARGIN;
  const last = Math.ceil((place.scrollTop + place.clientHeight) / height) + MARGIN;
  const rows: ShownRow[] = [];
  for (let at = Math.max(0, first); at <= last; at += 1) {
    const row = shown.get(Number(body.rows[at]?.dataset['vpn']));
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

function writeRow(row: ShownRow): void {
  const upTime = upTimeText(performance.now() / 1000 - row.upSince);
  for (const [place, cell] of row.cells.entries()) {
    const text = place === UP_TIME ? upTime : (row.texts[place] ?? '');
    if (row.written[place] === text) continue;
    row.written[place] = text;
    if (place === 0) showName(row, text);
    else cell.textContent = text;
  }
}

function take(event: z.infer<typeof eventSchema>, shown: Map<number, ShownRow>, body: HTMLElement): void {
  if (event.all) {
    const there = new Set(event.rows.map(({ vpn }) => vpn));
    for (const vpn of shown.keys()) if (!there.has(vpn)) remove(vpn, shown);
  }
  for (const vpn of event.gone) remove(vpn, shown);
  let isNew = false;
  for (const row of event.rows) isNew = show(row, shown) || isNew;
  if (isNew) inOrder(shown, body);
  tell('#tunnels', String(shown.size));
  tell('#tunnels-word', shown.size === 1 ? 'tunnel is' : 'tunnels are');
  document.querySelector('#no-tunnels')?.toggleAttribute('hidden', shown.size > 0);
}

function remove(vpn: number, shown: Map<number, ShownRow>): void {
  shown.get(vpn)?.element.remove();
  shown.delete(vpn);
}

/** True = it was not there before. */
function show(row: Row, shown: Map<number, ShownRow>): boolean {
  const known = shown.get(row.vpn);
  const upSince = performance.now() / 1000 - row.upTime;
  const now = known ?? makeRow(row.vpn);
  // the times of two messages differ by how long they took: the clock shall not jump back and forth
  if (known === undefined || Math.abs(known.upSince - upSince) > 1.5) now.upSince = upSince;
  now.texts = [
    // the state belongs to the name, so that a change of either is one
    `${row.vpn} (${row.user})${row.ok ? '' : STATE}`,
    row.type,
    row.remote,
    row.network,
    String(row.tx),
    String(row.txRate),
    String(row.rx),
    String(row.rxRate),
  ];
  now.user = row.user;
  if (known === undefined) writeRow(now);
  shown.set(row.vpn, now);
  return known === undefined;
}

const STATE = '\u0000TOTP due';

function showName({ element, cells: [cell], user }: ShownRow, text: string): void {
  const [name = '', state] = text.split('\u0000');
  element.querySelector('button')?.setAttribute('aria-label', `Drop the tunnel of ${user}`);
  if (cell === undefined) return;
  cell.textContent = name;
  cell.title = user;
  if (state === undefined) return;
  const mark = document.createElement('span');
  mark.className = 'state';
  mark.textContent = state;
  cell.append(' ', mark);
}

function makeRow(vpn: number): ShownRow {
  const element = document.createElement('tr');
  element.dataset['vpn'] = String(vpn);
  const cells = Array.from({ length: UP_TIME + 1 }, (_, place) => {
    const cell = document.createElement(place === 0 ? 'th' : 'td');
    if (place === 0) cell.setAttribute('scope', 'row');
    if (NUMBERS.has(place)) cell.className = 'number';
    if (ADDRESSES.has(place)) cell.className = 'code';
    return cell;
  });
  const button = document.createElement('button');
  button.name = 'vpn';
  button.value = String(vpn);
  button.textContent = 'Drop';
  const last = document.createElement('td');
  last.append(button);
  element.append(...cells, last);
  return { element, cells, texts: [], written: [], upSince: 0, user: '' };
}

/** Only rows that are not in their place are moved: a button keeps its focus. */
function inOrder(shown: ReadonlyMap<number, ShownRow>, body: HTMLElement): void {
  const sorted = [...shown].sort(([one], [other]) => one - other).map(([, { element }]) => element);
  let next = body.firstElementChild;
  for (const element of sorted) {
    if (element === next) next = next.nextElementSibling;
    else body.insertBefore(element, next);
  }
}

/** Hours are not folded into days. */
function upTimeText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function tell(place: string, text: string): void {
  const element = document.querySelector(place);
  if (element !== null && element.textContent !== text) element.textContent = text;
}
