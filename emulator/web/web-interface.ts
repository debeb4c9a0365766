import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countWrongLogin } from '../brute-force.ts';
import type { HttpAnswer } from '../http-message.ts';
import type { RouterInside } from '../router-inside.ts';
import { refusalText } from '../state-file.ts';
import { syslogLine } from '../syslog.ts';
import type { WebPages, WebRequest } from '../web-pages.ts';
import { AdminSessions, type AdminSession, cookieId, setCookie } from './admin-sessions.ts';
import type { Administrator } from './administrator.ts';
import { administratorRoutes } from './administrator-page.ts';
import { connectionRoutes } from './connections-page.ts';
import { faultRoutes } from './faults-page.ts';
import { html } from './html.ts';
import { barePage, menuPage } from './layout.ts';
import { LiveLog } from './live-log.ts';
import { LiveRows } from './live-rows.ts';
import { loginPage, waitingText } from './login-page.ts';
import { bytesAnswer, guarded, guardedToken, redirect } from './page-answer.ts';
import type { PageRequest, Route } from './page-request.ts';
import { pppRoutes } from './ppp-page.ts';
import { sslRoutes } from './ssl-page.ts';
import { syslogRoutes } from './syslog-page.ts';
import { userRoutes } from './users-pages.ts';

/** Built files by request path, with their media types: requests are looked up here and never become file names. */
export type BrowserFiles = ReadonlyMap<string, { readonly type: string; readonly content: Uint8Array }>;

export interface WebInterfaceOptions {
  readonly administrator: Administrator;
  /** `/live.js` and `/token/…`, as built from `emulator/browser`; empty = without live parts and token page. */
  readonly browserFiles: BrowserFiles;
}

/** The router's web interface, for `RouterDependencies.pages`. */
export async function createWebInterface(
  options: WebInterfaceOptions,
): Promise<(inside: RouterInside) => WebPages> {
  const [style, icon] = await Promise.all(
    ['style.css', 'icon.svg'].map((name) => readFile(join(import.meta.dirname, name))),
  );
  const own: BrowserFiles = new Map([
    ['/style.css', { type: 'text/css; charset=utf-8', content: style ?? new Uint8Array(0) }],
    ['/icon.svg', { type: 'image/svg+xml', content: icon ?? new Uint8Array(0) }],
  ]);
  return (inside) => new WebInterface(inside, { ...options, ownFiles: own });
}

const LIVE_SCRIPT = '/live.js';
const TOKEN_PAGE = '/token/index.html';

class WebInterface implements WebPages {
  readonly #inside: RouterInside;
  readonly #options: WebInterfaceOptions & { readonly ownFiles: BrowserFiles };
  readonly #sessions: AdminSessions;
  readonly #rows: LiveRows;
  readonly #log: LiveLog;
  readonly #faults: ReturnType<typeof faultRoutes>;
  readonly #routes: readonly Route[];

  constructor(inside: RouterInside, options: WebInterfaceOptions & { readonly ownFiles: BrowserFiles }) {
    this.#inside = inside;
    this.#options = options;
    this.#sessions = new AdminSessions(inside.clock, inside.random);
    this.#rows = new LiveRows(() => inside.connections());
    this.#log = new LiveLog(inside.syslog);
    this.#faults = faultRoutes(inside);
    this.#routes = [
      ...userRoutes(inside),
      ...pppRoutes(inside),
      ...sslRoutes(inside),
      ...connectionRoutes(inside, this.#rows),
      ...syslogRoutes(inside, this.#log),
      ...this.#faults.routes,
      ...administratorRoutes(inside, options.administrator, this.#sessions),
    ];
  }

  close(): void {
    this.#rows.close();
    this.#log.close();
    this.#faults.close();
  }

  async answer(web: WebRequest): Promise<HttpAnswer | undefined> {
    if (web.path === '/token' || web.path.startsWith('/token/')) return this.#token(web);
    const answer = await this.#answer(web);
    return answer === undefined ? undefined : guarded(answer);
  }

  async #answer(web: WebRequest): Promise<HttpAnswer | undefined> {
    const isPost = web.method === 'POST';
    if (isPost && !isFromOurPages(web)) return this.#refused();
    if (!isPost) {
      const file = this.#options.ownFiles.get(web.path) ?? this.#builtFile(web.path);
      if (file !== undefined) return bytesAnswer(file.type, file.content);
    }
    const id = cookieId(web.headers.get('cookie'));
    const session = this.#sessions.find(id);
    if (web.path === '/login') return isPost ? this.#login(web, id) : this.#loginForm(id, session);
    if (session === undefined) return this.#notLoggedIn(web);
    const form = isPost ? new URLSearchParams(Buffer.from(web.body).toString('utf8')) : new URLSearchParams();
    if (isPost && !this.#sessions.isFormToken(session.id, form.get('token') ?? '')) return this.#refused();
    if (web.path === '/logout' && isPost) return this.#logout(session);
    if (web.path === '/' && !isPost) return redirect('/users');
    const request = this.#pageRequest(web, form, session);
    try {
      return await this.#route(request);
    } catch (error) {
      return this.#failed(request, error);
    }
  }

  /** A full disk, as a rule. What could not be stored is not in force either. */
  #failed({ web, page }: PageRequest, error: unknown): HttpAnswer {
    const why = refusalText(error);
    const [, section = ''] = web.path.split('/');
    this.#inside.syslog.write(syslogLine.changed(`${web.path} failed: ${why}`));
    const content = html`<p class="message wrong" role="alert">
        The router could not do this: ${why}. What was to be stored has not been changed.
      </p>
      <p class="buttons"><a class="button main" href="/${section}">Back</a></p>`;
    return page({ title: 'Not done', path: `/${section}`, status: 500, content });
  }

  #builtFile(path: string) {
    return path === LIVE_SCRIPT ? this.#options.browserFiles.get(path) : undefined;
  }

  async #route(request: PageRequest): Promise<HttpAnswer | undefined> {
    const { path, method } = request.web;
    const asked = method === 'HEAD' ? 'GET' : method;
    let isKnown = false;
    for (const route of this.#routes) {
      const match = route.path.exec(path);
      if (match === null) continue;
      isKnown = true;
      if (route.method !== asked) continue;
      return route.answer(request, match.slice(1));
    }
    if (!isKnown) return undefined;
    return { status: 405, headers: { Allow: asked === 'GET' ? 'POST' : 'GET' } };
  }

  #pageRequest(web: WebRequest, form: URLSearchParams, session: AdminSession): PageRequest {
    const formToken = this.#formToken(session.id);
    return {
      web,
      form,
      session,
      loginHolds: () => this.#sessions.holds(session),
      formToken,
      page: (page) => {
        const { notice } = session;
        session.notice = undefined;
        const script = this.#options.browserFiles.has(LIVE_SCRIPT) ? LIVE_SCRIPT : undefined;
        return menuPage(page, {
          formToken,
          notice,
          problems: this.#inside.problems,
          script,
          hasToken: this.#hasToken,
        });
      },
      redirect: (path, notice) => {
        session.notice = notice;
        return redirect(path);
      },
    };
  }

  get #hasToken(): boolean {
    return this.#options.browserFiles.has(TOKEN_PAGE);
  }

  #formToken(id: string) {
    return html`<input type="hidden" name="token" value="${this.#sessions.formToken(id)}" />`;
  }

  // ---- logging in and out

  #loginForm(id: string | undefined, session: AdminSession | undefined): HttpAnswer {
    if (session !== undefined) return redirect('/users');
    return this.#loginPage(id, { status: 200 });
  }

  #loginPage(
    id: string | undefined,
    page: { status: number; userName?: string; message?: string; retryAfter?: number },
  ): HttpAnswer {
    const known = id ?? this.#sessions.newId();
    const answer = loginPage({ ...page, formToken: this.#formToken(known), hasToken: this.#hasToken });
    const retry = page.retryAfter === undefined ? {} : { 'Retry-After': String(page.retryAfter) };
    return { ...answer, headers: { 'Set-Cookie': setCookie(known), ...retry } };
  }

  async #login(web: WebRequest, id: string | undefined): Promise<HttpAnswer> {
    const form = new URLSearchParams(Buffer.from(web.body).toString('utf8'));
    if (id === undefined || !this.#sessions.isFormToken(id, form.get('token') ?? '')) {
      return this.#loginPage(undefined, {
        status: 403,
        message: 'The page was out of date, or the browser refuses cookies. Please try again.',
      });
    }
    const { bruteForce, syslog } = this.#inside;
    const { remoteAddress } = web;
    const userName = (form.get('userName') ?? '').slice(0, 64);
    const password = (form.get('password') ?? '').slice(0, 1024);
    const verdict = await this.#options.administrator.check(
      userName,
      password,
      () => bruteForce.blockedFor(remoteAddress) === 0,
    );
    switch (verdict) {
      case 'right': {
        bruteForce.right(remoteAddress);
        syslog.write(syslogLine.administrator(remoteAddress, true));
        // a new id: whoever knew the old one, or planted it, has nothing
        const session = this.#sessions.start();
        return {
          ...redirect('/users'),
          headers: { Location: '/users', 'Set-Cookie': setCookie(session.id) },
        };
      }
      case 'wrong':
        syslog.write(syslogLine.administrator(remoteAddress, false));
        countWrongLogin(remoteAddress, bruteForce, syslog);
        return this.#refusedLogin(id, userName, remoteAddress);
      case 'not-now':
        syslog.write(syslogLine.blocked(remoteAddress));
        return this.#refusedLogin(id, userName, remoteAddress);
      default:
        return this.#loginPage(id, {
          status: 503,
          userName,
          message: 'The router is busy. Please try again.',
        });
    }
  }

  #refusedLogin(id: string, userName: string, address: string): HttpAnswer {
    const blocked = this.#inside.bruteForce.blockedFor(address);
    const message = blocked > 0 ? waitingText(blocked) : 'Wrong user name or password.';
    const page = { status: 403, userName, message };
    return this.#loginPage(id, blocked > 0 ? { ...page, retryAfter: Math.ceil(blocked / 1000) } : page);
  }

  #logout(session: AdminSession): HttpAnswer {
    this.#sessions.end(session);
    return {
      ...redirect('/login'),
      headers: { Location: '/login', 'Set-Cookie': setCookie(this.#sessions.newId()) },
    };
  }

  #notLoggedIn(web: WebRequest): HttpAnswer | undefined {
    const isKnown = web.path === '/' || this.#routes.some(({ path }) => path.test(web.path));
    if (!isKnown) return undefined;
    if (web.method === 'POST' || web.path.endsWith('/events')) return this.#refused();
    return redirect('/login');
  }

  #refused(): HttpAnswer {
    return barePage(
      403,
      'Not taken',
      html`<p>This form is not from this login, or the login has ended. Nothing was changed.</p>
        <p><a href="/">To the router’s pages</a></p>`,
    );
  }

  // ---- the token page: for everybody, without a login

  #token(web: WebRequest): HttpAnswer | undefined {
    if (web.method === 'POST') return undefined;
    if (web.path === '/token') return guardedToken(redirect('/token/'));
    if (web.path === '/token/clock') {
      const now = Buffer.from(JSON.stringify({ now: this.#inside.clock() }));
      const headers = { 'Cache-Control': 'no-store' };
      return guardedToken({ ...bytesAnswer('application/json', now), headers });
    }
    const name = web.path === '/token/' ? TOKEN_PAGE : web.path;
    const file = this.#options.browserFiles.get(name);
    return file === undefined ? undefined : guardedToken(bytesAnswer(file.type, file.content));
  }
}

/** Browsers say where a form's request comes from; other pages' are not for us. What says nothing needs the token anyway. */
function isFromOurPages({ headers }: WebRequest): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin') return false;
  const origin = headers.get('origin');
  return origin === undefined || origin === `https://${headers.get('host') ?? ''}`;
}
