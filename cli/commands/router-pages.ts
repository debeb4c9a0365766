import type { RouterInside } from '../../emulator/router-inside.ts';
import type { WebPages } from '../../emulator/web-pages.ts';
import type { Output } from '../output.ts';
import type { BuiltPages } from '../ui/page-files.ts';

const ROUTER_PAGES: BuiltPages = {
  name: 'The router’s pages',
  built: 'router-pages',
  entry: 'live.js',
  source: 'emulator/browser',
  command: 'npm run build:router-pages',
};

export interface RouterPages {
  readonly pages: (inside: RouterInside) => WebPages;
  /** Whether the mOTP token page is among them. */
  readonly hasToken: boolean;
  /** Undefined = there was an administrator already. */
  readonly firstPassword: string | undefined;
  /** To be called when the first password can be shown. */
  readonly keep: () => Promise<void>;
}

/**
 * The router's web interface with its administrator. Without built files it lacks its live parts and the token
 * page, and whoever reads `output` is told. Rejects with the system's error when the state folder cannot be used.
 */
export async function loadRouterPages(
  folder: string | undefined,
  output: Pick<Output, 'note' | 'warn'>,
): Promise<RouterPages> {
  const [{ mkdir }, { openAdministrator }, { createWebInterface }, { loadPage }] = await Promise.all([
    import('node:fs/promises'),
    import('../../emulator/web/administrator.ts'),
    import('../../emulator/web/web-interface.ts'),
    import('../ui/page-files.ts'),
  ]);
  if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = await loadPage(output.note, ROUTER_PAGES);
  if (!files.ok) {
    const { message, steps } = files.error;
    output.warn([message, 'They come without live parts and without the token page.', ...steps].join(' '));
  }
  const { administrator, firstPassword, keep, problems } = await openAdministrator(folder);
  for (const problem of problems) output.warn(problem);
  const browserFiles = files.ok ? files.value : new Map<string, never>();
  const pages = await createWebInterface({ administrator, browserFiles });
  return { pages, hasToken: files.ok, firstPassword, keep };
}
