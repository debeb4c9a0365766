import type { HttpAnswer } from '../http-message.ts';
import type { WebRequest } from '../web-pages.ts';
import type { AdminSession } from './admin-sessions.ts';
import type { Html } from './html.ts';

/** A request of an administrator who is logged in; a POST has shown its form's token. */
export interface PageRequest {
  readonly web: WebRequest;
  /** What a POST brings; empty for GET. */
  readonly form: URLSearchParams;
  readonly session: AdminSession;
  /** Whether the login still holds: for what goes on after the answer. */
  readonly loginHolds: () => boolean;
  /** A menu's page around `content`. */
  readonly page: (page: PageContent) => HttpAnswer;
  /** To one of our paths, where `notice` is shown once. */
  readonly redirect: (path: string, notice?: string) => HttpAnswer;
  /** The hidden field that every form has. */
  readonly formToken: Html;
}

export interface PageContent {
  readonly title: string;
  /** Of the menu. */
  readonly path: string;
  readonly content: Html;
  readonly status?: number;
  /** Loaded again every so many seconds where there is no script. */
  readonly refreshSeconds?: number;
}

/** Parts of the path are what the parentheses of `path` have caught. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly answer: (
    request: PageRequest,
    parts: readonly string[],
  ) => HttpAnswer | undefined | Promise<HttpAnswer | undefined>;
}
