import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandResult, fail } from '../command-failure.ts';
import { FolderLock } from '../../client/store/folder-lock.ts';
import { err, ok } from '../../shared/result.ts';

export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

/** Requests are looked up here and never made into a path of the file system: there is nothing else to be had. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIST = join(ROOT, 'dist');
const BUILT = join(DIST, 'renderer');
const BUILT_PAGE = join(BUILT, 'index.html');
const BUILD_CONFIGURATION = join(ROOT, 'renderer', 'vite.config.ts');
/** Longer than building takes: another terminal may be doing it. */
const BUILD_MILLISECONDS = 120_000;
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

/**
 * The built window, by request path. Built first where that has not been done since its sources changed: a
 * window of yesterday may not understand the program of today.
 */
export async function loadPage(note: (text: string) => void): Promise<CommandResult<PageFiles>> {
  // A window that came built has nobody who builds it meanwhile.
  if ((await changedAt(BUILD_CONFIGURATION)) === undefined) return readBuilt();
  const lock = new FolderLock(DIST, { patienceMilliseconds: BUILD_MILLISECONDS });
  const loaded = await lock.run(() => buildAndRead(note));
  if (loaded.ok) return loaded;
  // Somebody else's checkout, which cannot be written to: what is built there is shown.
  return 'reason' in loaded.error ? err(loaded.error) : readBuilt();
}

async function buildAndRead(note: (text: string) => void): Promise<CommandResult<PageFiles>> {
  const builtAt = await changedAt(BUILT_PAGE);
  if (builtAt === undefined || (await newestSource()) > builtAt) {
    const built = await build(note);
    if (!built.ok && builtAt === undefined) return built;
    if (!built.ok) note(`${built.error.message} The one that was built before is shown.`);
  }
  return readBuilt();
}

async function readBuilt(): Promise<CommandResult<PageFiles>> {
  return (await changedAt(BUILT_PAGE)) === undefined ? notBuilt() : ok(await readPage(BUILT));
}

function notBuilt(): CommandResult<never> {
  return fail('file-failed', 'The window has not been built.', `Build it with: ${BUILD_COMMAND}`);
}

/** Unix milliseconds. */
async function newestSource(): Promise<number> {
  const times = await Promise.all(['renderer', 'shared'].map((room) => newestIn(join(ROOT, room))));
  return Math.max(0, ...times);
}

async function newestIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const times = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
      .map((entry) => changedAt(join(entry.parentPath, entry.name))),
  );
  return times.reduce<number>((newest, time) => Math.max(newest, time ?? 0), 0);
}

async function changedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
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

async function build(note: (text: string) => void): Promise<CommandResult<undefined>> {
  const vite = await loadVite();
  if (vite === undefined) return notBuilt();
  note('Building the window…');
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
