import type { HttpAnswer } from '../http-message.ts';
import type { RouterInside } from '../router-inside.ts';
import { textField } from './form-fields.ts';
import { html } from './html.ts';
import { type LiveLog, liveLine } from './live-log.ts';
import type { PageRequest, Route } from './page-request.ts';

const PATH = '/syslog';

/** The log, the newest line first; a filter without regard to case. */
export function syslogRoutes(inside: RouterInside, log: LiveLog): readonly Route[] {
  return [
    { method: 'GET', path: /^\/syslog$/, answer: (request) => show(request, inside) },
    {
      method: 'GET',
      path: /^\/syslog\/events$/,
      answer: ({ loginHolds }) => log.answer(loginHolds),
    },
  ];
}

function show(request: PageRequest, inside: RouterInside): HttpAnswer {
  const filter = (request.web.query.get('filter') ?? '').slice(0, 200);
  const wanted = filter.toLowerCase();
  const entries = inside.syslog.entries().filter(({ text }) => text.toLowerCase().includes(wanted));
  const lines = entries.toReversed().map(liveLine);
  const content = html`<form method="get" action="/syslog" class="filter">
      ${textField({ name: 'filter', label: 'Filter', value: filter, maxLength: 200 })}
      <button>Filter</button> <span id="live" class="live" role="status"></span>
    </form>
    <div class="scroll tall" tabindex="0" role="region" aria-label="Syslog">
      <table class="dense log" data-live-log="/syslog/events" data-maximum="${inside.config.syslogLines}">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Message</th>
          </tr>
        </thead>
        <tbody>
          ${lines.map(
            ({ at, text }) =>
              html`<tr>
                <td class="code">${at}</td>
                <td class="code">${text}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="hint">The last ${inside.config.syslogLines} lines are kept, in memory.</p>`;
  return request.page({ title: 'Syslog', path: PATH, content });
}
