import { z } from 'zod';

/** Where a router is dialled, as a person types it. */
export interface ServerAddress {
  /** A name or an address; not checked here. */
  readonly server: string;
  /** What stood behind the colon; text when it is no number. */
  readonly port: number | string | undefined;
}

/**
 * Takes apart `host:port`, `[2001:db8::1]:4433` and an address pasted from a browser
 * (`https://host:4433/`). An IPv6 address without brackets has no port.
 */
export function parseServerAddress(text: string): ServerAddress {
  const bare = text
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/.*$/s, '');
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(bare);
  if (bracketed !== null) return { server: bracketed[1] ?? '', port: readPort(bracketed[2]) };
  const colon = bare.indexOf(':');
  if (colon < 0 || colon !== bare.lastIndexOf(':')) return { server: bare, port: undefined };
  return { server: bare.slice(0, colon), port: readPort(bare.slice(colon + 1)) };
}

/** As `parseServerAddress` takes it: an IPv6 address stands in brackets. */
export function serverAddressText({
  server,
  port,
}: {
  readonly server: string;
  readonly port: number;
}): string {
  return `${hostText(server)}:${port}`;
}

/** A name or address as it stands before a port: an IPv6 address in brackets (RFC 3986 §3.2.2, RFC 9110 §7.2). */
export function hostText(server: string): string {
  return server.includes(':') ? `[${server}]` : server;
}

/** zod asks the platform's own URL parser, which is the same in Node and in a page. */
const urlSchema = z.url({ normalize: true });

/**
 * A name in the letters that DNS and TLS know (RFC 5890 §2.3.2.1): vpn.münchen.de is vpn.xn--mnchen-3ya.de. What is in these
 * letters already comes back as it is, and so does what can be no name.
 */
export function asciiName(server: string): string {
  const mayBeName = /^[\w.\-\u0080-\u{10ffff}]+$/u.test(server);
  if (!mayBeName || /^\p{ASCII}*$/u.test(server)) return server;
  const url = urlSchema.safeParse(`https://${server}/`);
  return url.success ? url.data.slice('https://'.length, -1) : server;
}

/** Whether both are one name: letter case and spelling do not make another. */
export function isSameServer(one: string, other: string): boolean {
  return asciiName(one).toLowerCase() === asciiName(other).toLowerCase();
}

/** Whether both lead to one router: behind another port may be another one. What is `typed` need not be checked yet. */
export function isSameRouter(
  typed: { readonly server: unknown; readonly port: unknown },
  known: { readonly server: string; readonly port: number },
): boolean {
  const { server, port } = typed;
  return typeof server === 'string' && isSameServer(server, known.server) && port === known.port;
}

function readPort(text: string | undefined): number | string | undefined {
  if (text === undefined || text === '') return undefined;
  return /^[0-9]+$/.test(text) ? Number(text) : text;
}
