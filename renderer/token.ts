import { tokenSchema } from '../shared/contract/socket-messages.ts';

/** What of a page is needed to find its token. */
export interface TokenPage {
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string };
  readonly history: { replaceState(data: unknown, unused: string, url: string): void };
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem'>;
}

/**
 * The token of `http://127.0.0.1:…/#token=…`. It leaves the address bar at once, where it could be
 * copied or remembered, and stays with the tab so that it can be reloaded.
 */
export function readToken(page: TokenPage): string | undefined {
  const given = new URLSearchParams(page.location.hash.slice(1)).get('token');
  if (given !== null) {
    page.history.replaceState(null, '', `${page.location.pathname}${page.location.search}`);
    if (tokenSchema.safeParse(given).success) page.sessionStorage.setItem('token', given);
  }
  return page.sessionStorage.getItem('token') ?? undefined;
}
