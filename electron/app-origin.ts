import { extname, join, relative, sep } from 'node:path';

/**
 * The window's page comes from a scheme of its own: an origin that no web page has, and no file of the disk
 * beyond its folder.
 */
export const APP_SCHEME = 'smartvpn';
export const APP_ORIGIN = `${APP_SCHEME}://app`;
export const APP_PAGE = `${APP_ORIGIN}/index.html`;

/** Registered before the app is ready. */
export const APP_SCHEME_PRIVILEGES = {
  scheme: APP_SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true },
} as const;

const POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'font-src': "'self'",
  'connect-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  'object-src': "'none'",
  'require-trusted-types-for': "'script'",
  'trusted-types': "'none'",
};
export const CONTENT_SECURITY_POLICY = Object.entries(POLICY)
  .map(([directive, sources]) => `${directive} ${sources}`)
  .join('; ');

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** The one page that may talk to the program. A fragment or a query is no other page; a path is. */
export function isAppPage(url: string): boolean {
  const parsed = URL.parse(url);
  return (
    parsed !== null && isAppOrigin(parsed) && (parsed.pathname === '/index.html' || parsed.pathname === '/')
  );
}

/** `origin` of a URL with a scheme of its own is "null" in Node, so scheme and host are compared. */
export function isAppOrigin({ protocol, host }: URL): boolean {
  return protocol === `${APP_SCHEME}:` && host === 'app';
}

export interface AppFile {
  readonly path: string;
  readonly mediaType: string;
}

/** The file that a request is for; undefined when it is none of the window's. `folder` is absolute. */
export function appFile(folder: string, url: string): AppFile | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || !isAppOrigin(parsed)) return undefined;
  const path = decodedPath(parsed.pathname === '/' ? '/index.html' : parsed.pathname);
  // A backslash separates on Windows; a NUL ends a path in C; a colon names a stream of a file on NTFS.
  if (path === undefined || /[\\\0:]/.test(path)) return undefined;
  const file = join(folder, path);
  const inside = relative(folder, file);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`)) return undefined;
  const mediaType = MEDIA_TYPES[extname(file)];
  return mediaType === undefined ? undefined : { path: file, mediaType };
}

function decodedPath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
