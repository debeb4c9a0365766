import { APP_ORIGIN, isAppPage } from './app-origin.ts';
import { externalLink } from './external-links.ts';

interface Preventable {
  preventDefault(): void;
}

/** What is used of Electron's Session. */
export interface LockableSession {
  setPermissionRequestHandler(
    handler: (contents: unknown, permission: string, answer: (granted: boolean) => void) => void,
  ): void;
  setPermissionCheckHandler(handler: (contents: unknown, permission: string) => boolean): void;
  setDevicePermissionHandler(handler: () => boolean): void;
  on(event: 'will-download', listener: (event: Preventable, item: { getURL(): string }) => void): unknown;
}

/** What is used of Electron's WebContents. */
export interface LockableContents {
  on(event: 'will-attach-webview', listener: (event: Preventable) => void): unknown;
  on(
    event: 'will-frame-navigate' | 'will-redirect',
    listener: (details: Preventable & { readonly url: string; readonly isMainFrame: boolean }) => void,
  ): unknown;
  setWindowOpenHandler(handler: (details: { readonly url: string }) => { action: 'deny' }): void;
}

/** All that a page of ours needs: "Copy" writes text to the clipboard, which Chromium allows at a click alone. */
const GRANTED = 'clipboard-sanitized-write';

/** What the page saves, it has made itself. */
export function lockSession(session: LockableSession): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(permission === GRANTED);
  });
  session.setPermissionCheckHandler((_contents, permission) => permission === GRANTED);
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event, item) => {
    if (!isOwnDownload(item.getURL())) event.preventDefault();
  });
}

/** A blob that our page made: an exported profile file, a report. */
function isOwnDownload(url: string): boolean {
  return url.startsWith(`blob:${APP_ORIGIN}/`);
}

/** For every WebContents there will ever be: nothing leads away from our page. */
export function lockContents(contents: LockableContents, openExternal: (url: string) => void): void {
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  for (const event of ['will-frame-navigate', 'will-redirect'] as const) {
    contents.on(event, (details) => {
      if (!mayNavigate(details)) details.preventDefault();
    });
  }
  contents.setWindowOpenHandler(({ url }) => {
    const link = externalLink(url);
    if (link !== undefined) openExternal(link);
    return { action: 'deny' };
  });
}

/** The page itself may be loaded again; there are no frames. */
export function mayNavigate({
  url,
  isMainFrame,
}: {
  readonly url: string;
  readonly isMainFrame: boolean;
}): boolean {
  return isMainFrame && isAppPage(url);
}
