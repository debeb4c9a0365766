import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandResult, fail } from '../command-failure.ts';
import { ok } from '../../shared/result.ts';

export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

/** Requests are looked up here and never made into a path of the file system: there is nothing else to be had. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BUILT = join(ROOT, 'dist', 'renderer');
const BUILD_CONFIGURATION = join(ROOT, 'renderer', 'vite.config.ts');
const BUILD_COMMAND = 'npm run build:renderer';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** The built window, by request path; built first where that has not been done and can be. */
export async function loadPage(note: (text: string) => void): Promise<CommandResult<PageFiles>> {
  if (!(await isBuilt())) {
    const built = await build(note);
    if (!built.ok) return built;
  }
  return ok(await readPage(BUILT));
}

/** All files under `folder` that a page can use, by request path; `index.html` is `/`. */
export async function readPage(folder: string): Promise<PageFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry): Promise<[string, PageFile] | undefined> => {
        const path = join(entry.parentPath, entry.name);
        const type = TYPES[extname(entry.name)];
        if (type === undefined) return undefined;
        return [requestPath(relative(folder, path)), { type, content: await readFile(path) }];
      }),
  );
  return new Map(files.filter((file) => file !== undefined));
}

function requestPath(path: string): string {
  const written = path.split(sep).map(encodeURIComponent).join('/');
  return written === 'index.html' ? '/' : `/${written}`;
}

async function isBuilt(): Promise<boolean> {
  try {
    return (await stat(join(BUILT, 'index.html'))).isFile();
  } catch {
    return false;
  }
}

async function build(note: (text: string) => void): Promise<CommandResult<undefined>> {
  const vite = await loadVite();
  if (vite === undefined) {
    return fail('file-failed', 'The window has not been built.', `Build it with: ${BUILD_COMMAND}`);
  }
  note('Building the window, this once…');
  try {
    await vite.build({ configFile: BUILD_CONFIGURATION, root: join(ROOT, 'renderer'), logLevel: 'silent' });
    return ok(undefined);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return fail('file-failed', `The window could not be built: ${detail}`, `Try: ${BUILD_COMMAND}`);
  }
}

/** A tool of this project's developers: an installed program has its window built. */
async function loadVite() {
  try {
    return await import('vite');
  } catch {
    return undefined;
  }
}
