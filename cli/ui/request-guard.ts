/**
 * Which requests come from this machine's own browser and from our own page. A foreign page can make a
 * browser connect here, and by DNS rebinding even believe that it talks to its own server: then the Host header
 * names that server, and the Origin header names the page, neither of which a page can change.
 *
 * Any port is right: an SSH port forward has another one at the browser's end. Names other than these would
 * be resolved by a DNS server that somebody else may control.
 */
const LOCAL_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?$/;

export interface RequestFacts {
  /** Names and values in turn, as in `IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
}

export type Guarded =
  | { readonly allowed: true; readonly host: string }
  | { readonly allowed: false; readonly because: 'host' | 'origin' };

/** For pages and what belongs to them: a browser sends no Origin with these, and ours with some. */
export function guardPage(request: RequestFacts): Guarded {
  const host = localHost(request);
  if (host === undefined) return { allowed: false, because: 'host' };
  const origins = headerValues(request, 'origin');
  return origins.every((origin) => isOurs(origin, host))
    ? { allowed: true, host }
    : { allowed: false, because: 'origin' };
}

/** For the WebSocket, with which browsers always send Origin. */
export function guardSocket(request: RequestFacts): Guarded {
  const page = guardPage(request);
  if (!page.allowed || headerValues(request, 'origin').length === 1) return page;
  return { allowed: false, because: 'origin' };
}

function isOurs(origin: string, host: string): boolean {
  return origin === `http://${host}`;
}

function localHost(request: RequestFacts): string | undefined {
  const hosts = headerValues(request, 'host');
  const host = hosts[0]?.toLowerCase();
  return hosts.length === 1 && host !== undefined && LOCAL_HOST.test(host) ? host : undefined;
}

function headerValues({ rawHeaders }: RequestFacts, name: string): string[] {
  return rawHeaders.filter(
    (_value, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  );
}
