import { connect } from 'node:net';
import { z } from 'zod';
import { hostText } from '../../shared/server-address.ts';

const PORT = 80;
const PROBE_MILLISECONDS = 1000;
/** A head that is longer is none of a sign-in page's. */
const LONGEST_HEAD = 8192;
/** RFC 6585 §6: Network Authentication Required. */
const AUTHENTICATION_REQUIRED = 511;

/**
 * Whether the network leads web browsers to a sign-in page: asks the router's own address for a page in plain HTTP, as
 * such networks want it, and nobody else. A router that leads to its own secure pages is none. Undefined: no answer
 * that says so. `page` is the host that it leads to. Never rejects; sends nothing of the profile but the server's name.
 */
export function probePortal(
  server: string,
  address: string,
  signal: AbortSignal,
  port = PORT,
): Promise<{ readonly page: string | undefined } | undefined> {
  return new Promise((resolve) => {
    let head = '';
    const socket = connect({ host: address, port });
    const timer = setTimeout(() => finish(), PROBE_MILLISECONDS);
    const abandon = (): void => finish();

    function finish(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', abandon);
      socket.destroy();
      resolve(readHead(head, server, address));
    }

    signal.addEventListener('abort', abandon);
    socket.once('connect', () =>
      socket.write(`GET / HTTP/1.1\r\nHost: ${hostText(server)}\r\nConnection: close\r\n\r\n`),
    );
    socket.on('data', (bytes: Buffer) => {
      head += bytes.toString('latin1');
      if (head.includes('\r\n\r\n') || head.length > LONGEST_HEAD) finish();
    });
    socket.once('close', () => finish());
    socket.on('error', () => finish());
    if (signal.aborted) finish();
  });
}

/** What an answer's head says, when it is that of a sign-in page. */
export function readHead(
  head: string,
  server: string,
  address: string,
): { readonly page: string | undefined } | undefined {
  const status = Number(/^HTTP\/1\.[01] ([0-9]{3})/.exec(head)?.[1]);
  if (status === AUTHENTICATION_REQUIRED) return { page: undefined };
  if (!(status >= 300 && status < 400)) return undefined;
  const location = /^location:[ \t]*(\S+)/im.exec(head)?.[1];
  const page = location === undefined ? undefined : hostOf(location);
  if (page === undefined) return undefined;
  const own = [server, address].map((name) => hostText(name).toLowerCase());
  return own.includes(page) ? undefined : { page };
}

/** Undefined for one that leads to the same host, or to none. */
function hostOf(location: string): string | undefined {
  const url = z.url({ protocol: /^https?$/ }).safeParse(location);
  return url.success ? new URL(url.data).hostname.toLowerCase() : undefined;
}
