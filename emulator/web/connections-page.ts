import type { ConnectionRow } from '../connection-management.ts';
import type { HttpAnswer } from '../http-message.ts';
import type { RouterInside } from '../router-inside.ts';
import { html } from './html.ts';
import type { LiveRows } from './live-rows.ts';
import type { PageRequest, Route } from './page-request.ts';

const PATH = '/connections';

/** [VPN and Remote Access] > [Connection Management] */
export function connectionRoutes(inside: RouterInside, rows: LiveRows): readonly Route[] {
  return [
    { method: 'GET', path: /^\/connections$/, answer: (request) => show(request, inside) },
    {
      method: 'GET',
      path: /^\/connections\/events$/,
      answer: ({ loginHolds }) => rows.answer(loginHolds),
    },
    { method: 'POST', path: /^\/connections\/drop$/, answer: (request) => drop(request, inside) },
  ];
}

function drop(request: PageRequest, inside: RouterInside): HttpAnswer {
  const text = request.form.get('vpn') ?? '';
  const vpn = /^[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  const row = inside.connections().find((candidate) => candidate.vpn === vpn);
  if (row === undefined || !inside.drop(vpn)) return request.redirect(PATH, 'That tunnel has ended already.');
  return request.redirect(PATH, `Dropped: the tunnel of ${row.userName}.`);
}

function show(request: PageRequest, inside: RouterInside): HttpAnswer {
  const rows = inside.connections();
  const content = html`<p class="lead">
      <span id="tunnels">${rows.length}</span>
      <span id="tunnels-word">${rows.length === 1 ? 'tunnel is' : 'tunnels are'}</span> up.
      <span id="live" class="live" role="status"></span>
    </p>
    <form method="post" action="/connections/drop">
      ${request.formToken}
      <div class="scroll tall" tabindex="0" role="region" aria-label="VPN Connection Status">
        <table class="dense rows" data-live-rows="/connections/events">
          <thead>
            <tr>
              <th scope="col">VPN</th>
              <th scope="col">Type</th>
              <th scope="col">Remote IP</th>
              <th scope="col">Virtual Network</th>
              <th scope="col" class="number">Tx Pkts</th>
              <th scope="col" class="number">Tx Rate(bps)</th>
              <th scope="col" class="number">Rx Pkts</th>
              <th scope="col" class="number">Rx Rate(bps)</th>
              <th scope="col" class="number">UpTime</th>
              <th scope="col"><span class="unseen">Drop</span></th>
            </tr>
          </thead>
          <tbody>
            ${rows.map(rowOf)}
          </tbody>
        </table>
      </div>
    </form>
    <p class="empty" id="no-tunnels" ${rows.length > 0 && html` hidden`}>No tunnel is up.</p>
    <p class="hint">
      Tx is what the router sends to the client. A user who still owes a TOTP code is marked: only the router
      itself can be reached until then.
    </p>`;
  return request.page({ title: 'Connection Management', path: PATH, content, refreshSeconds: 5 });
}

/** The script makes the same rows: emulator/browser/live/live-rows.ts. */
function rowOf(row: ConnectionRow) {
  return html`<tr data-vpn="${row.vpn}">
    <th scope="row" title="${row.userName}">
      ${row.vpn} (${row.userName})${!row.authenticated && html` <span class="state">TOTP due</span>`}
    </th>
    <td>${row.type}</td>
    <td class="code">${row.remoteAddress}</td>
    <td class="code">${row.virtualNetwork}</td>
    <td class="number">${row.txPackets}</td>
    <td class="number">${row.txRate}</td>
    <td class="number">${row.rxPackets}</td>
    <td class="number">${row.rxRate}</td>
    <td class="number">${row.upTime}</td>
    <td>
      <button name="vpn" value="${row.vpn}" aria-label="Drop the tunnel of ${row.userName}">Drop</button>
    </td>
  </tr> `;
}
