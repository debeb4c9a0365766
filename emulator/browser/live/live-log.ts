import { z } from 'zod';
import { followEvents } from './event-stream.ts';

/** As emulator/web/live-log.ts sends it. */
const eventSchema = z.object({
  all: z.boolean(),
  lines: z.array(z.object({ number: z.number(), at: z.string(), text: z.string() })),
});

type Line = z.infer<typeof eventSchema>['lines'][number];

/** Keeps the syslog's table up to date, the newest line first, with the filter of the form above it. */
export function followLog(table: HTMLTableElement): void {
  const body = table.tBodies[0];
  const address = table.dataset['liveLog'];
  const maximum = Number(table.dataset['maximum'] ?? '1000');
  const filter = document.querySelector<HTMLInputElement>('input[name="filter"]');
  if (body === undefined || address === undefined) return;
  let lines: Line[] = [];
  const wanted = () => filter?.value.trim().toLowerCase() ?? '';
  const showAll = () => {
    const rows = lines.filter((line) => line.text.toLowerCase().includes(wanted())).map(rowOf);
    body.replaceChildren(...rows.reverse());
  };
  followEvents(address, (text) => {
    const event = eventSchema.safeParse(JSON.parse(text));
    if (!event.success) return;
    if (event.data.all) {
      ({ lines } = event.data);
      return showAll();
    }
    const news = newer(event.data.lines, lines);
    lines = [...lines, ...news].slice(-maximum);
    const rows = news.filter((line) => line.text.toLowerCase().includes(wanted())).map(rowOf);
    body.prepend(...rows.reverse());
    while (body.rows.length > maximum) body.lastElementChild?.remove();
  });
  filter?.addEventListener('input', showAll);
  filter?.form?.addEventListener('submit', (event) => event.preventDefault());
}

/** What was sent twice, once with all and once as news, counts once. */
function newer(news: readonly Line[], known: readonly Line[]): readonly Line[] {
  const last = known.at(-1)?.number ?? 0;
  return news.filter(({ number }) => number > last);
}

function rowOf({ at, text }: Line): HTMLTableRowElement {
  const row = document.createElement('tr');
  for (const content of [at, text]) {
    const cell = document.createElement('td');
    cell.className = 'code';
    cell.textContent = content;
    row.append(cell);
  }
  return row;
}
