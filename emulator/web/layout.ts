import { type HttpAnswer, htmlAnswer } from '../http-message.ts';
import { type Html, html } from './html.ts';
import type { PageContent } from './page-request.ts';

const MENU = [
  {
    title: 'VPN and Remote Access',
    entries: [
      { path: '/ppp', label: 'PPP General Setup' },
      { path: '/ssl', label: 'SSL General Setup' },
      { path: '/users', label: 'Remote Dial-In User' },
      { path: '/connections', label: 'Connection Management' },
    ],
  },
  {
    title: 'Diagnostics',
    entries: [
      { path: '/syslog', label: 'Syslog' },
      { path: '/faults', label: 'Fault Injection' },
    ],
  },
  {
    title: 'System Maintenance',
    entries: [{ path: '/administrator', label: 'Administrator Password' }],
  },
] as const;

function frame(title: string, body: Html, head?: Html): string {
  return html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Vigor Router</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/style.css" />
        ${head}
      </head>
      <body>
        ${body}
      </body>
    </html> `.text;
}

export interface Surroundings {
  readonly formToken: Html;
  readonly notice: string | undefined;
  readonly problems: readonly string[];
  /** Where the live parts' script is; undefined = it has not been built. */
  readonly script: string | undefined;
  /** Whether there is a token page to lead to. */
  readonly hasToken: boolean;
}

/** A page with menu, for an administrator who is logged in. */
export function menuPage(page: PageContent, around: Surroundings): HttpAnswer {
  const section = MENU.find(({ entries }) => entries.some(({ path }) => path === page.path));
  const entry = section?.entries.find(({ path }) => path === page.path);
  const head = html`${
    around.script !== undefined && html`<script src="${around.script}" type="module"></script> `
  }${
    page.refreshSeconds !== undefined &&
    html`<noscript><meta http-equiv="refresh" content="${page.refreshSeconds}" /></noscript> `
  }`;
  const body = html`<a class="skip" href="#content">To the content</a>
    <header class="top">
      <a class="brand" href="/">Vigor Router <small>emulator</small></a>
      <form method="post" action="/logout">${around.formToken}<button class="quiet">Log out</button></form>
    </header>
    <div class="columns">
      <nav class="menu" aria-label="Menu">
        ${MENU.map(
          ({ title, entries }) =>
            html`<section>
              <h2>${title}</h2>
              <ul>
                ${entries.map(
                  ({ path, label }) =>
                    html`<li>
                      <a href="${path}" ${path === page.path && html` aria-current="page"`}>${label}</a>
                    </li>`,
                )}
              </ul>
            </section>`,
        )}
        ${
          around.hasToken &&
          html`<section>
            <h2>Phone</h2>
            <ul>
              <li><a href="/token/">mOTP token</a></li>
            </ul>
          </section>`
        }
      </nav>
      <main id="content" tabindex="-1">
        <p class="place">
          ${section?.title}${entry !== undefined && html` <span aria-hidden="true">›</span> ${entry.label}`}
        </p>
        <h1>${page.title}</h1>
        ${around.problems.map((problem) => html`<p class="message warning">${problem}</p>`)}
        ${around.notice !== undefined && html`<p class="message done" role="status">${around.notice}</p>`}
        ${page.content}
      </main>
    </div>`;
  return htmlAnswer(page.status ?? 200, frame(page.title, body, head));
}

/** A page for somebody who is not logged in. */
export function barePage(status: number, title: string, content: Html): HttpAnswer {
  const body = html`<main class="bare" id="content">
    <p class="brand">Vigor Router <small>emulator</small></p>
    <h1>${title}</h1>
    ${content}
  </main>`;
  return htmlAnswer(status, frame(title, body));
}
