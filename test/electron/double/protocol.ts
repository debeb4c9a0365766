import type { DesktopApi } from '../../../electron/desktop-api.ts';

/**
 * Chromium does not know the app's scheme: to it the page comes from this origin, which no server has, and every
 * request is answered by the handler that the shell registered.
 */
export const DOUBLE_ORIGIN = 'https://smartvpn-app.invalid';

/** The URL as Electron would have it. */
export function ownUrl(url: string): string {
  return url.replace(/^https:\/\/smartvpn-app\.invalid/, 'smartvpn://app');
}

type Handler = (request: Request) => Promise<Response>;

export class ProtocolDouble {
  readonly #handlers = new Map<string, Handler>();
  readonly #isReady: () => boolean;
  privileged: string[] = [];

  constructor(isReady: () => boolean) {
    this.#isReady = isReady;
  }

  registerSchemesAsPrivileged(
    schemes: Parameters<DesktopApi['protocol']['registerSchemesAsPrivileged']>[0],
  ): void {
    if (this.#isReady())
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    this.privileged = schemes.map(({ scheme }) => scheme);
  }

  handle(scheme: string, handler: Handler): void {
    if (!this.#isReady()) throw new Error('protocol.handle can only be called after app is ready');
    this.#handlers.set(scheme, handler);
  }

  /** Undefined: no scheme of the app's. */
  async answer(url: string, method: string): Promise<Response | undefined> {
    const handler = this.#handlers.get(new URL(url).protocol.replace(':', ''));
    return await handler?.(new Request(url, { method }));
  }
}
