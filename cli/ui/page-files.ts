import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { type CommandResult, fail } from '../command-failure.ts';
import { PROGRAM_FOLDER } from '../program-folder.ts';
import { FolderLock } from '../../client/store/folder-lock.ts';
import { err, ok } from '../../shared/result.ts';

export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

/** Requests are looked up here and never made into a path of the file system: there is nothing else to be had. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const DIST = join(PROGRAM_FOLDER, 'dist');
/** Longer than building takes: another terminal may be doing it. */
const BUILD_MILLISECONDS = 120_000;

/** Pages that vite builds. */
export interface BuiltPages {
  /** As the beginning of a sentence. */
  readonly name: string;
  /** A folder of `dist`. */
  readonly built: string;
  /** What is there when they have been built. */
  readonly entry: string;
  /** The project's folder with their sources and their vite.config.ts. */
  readonly source: string;
  readonly command: string;
}

export const WINDOW_PAGES: BuiltPages = {
  name: 'The window',
  built: 'renderer',
  entry: 'index.html',
  source: 'renderer',
  command: 'npm run build:renderer',
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Built pages, by request path. Built first where that has not been done since their sources changed: a
 * window of yesterday may not understand the program of today.
 */
export async function loadPage(
  note: (text: string) => void,
  pages: BuiltPages = WINDOW_PAGES,
): Promise<CommandResult<PageFiles>> {
  // Pages that came built have nobody who builds them meanwhile.
  if ((await changedAt(configurationOf(pages))) === undefined) return readBuilt(pages);
  const lock = new FolderLock(DIST, { patienceMilliseconds: BUILD_MILLISECONDS });
  const loaded = await lock.run(() => buildAndRead(note, pages));
  if (loaded.ok) return loaded;
  // Somebody else's checkout, which cannot be written to: what is built there is shown.
  return 'reason' in loaded.error ? err(loaded.error) : readBuilt(pages);
}

function configurationOf({ source }: BuiltPages): string {
  return join(PROGRAM_FOLDER, source, 'vite.config.ts');
}

function entryOf({ built, entry }: BuiltPages): string {
  return join(DIST, built, entry);
}

async function buildAndRead(
  note: (text: string) => void,
  pages: BuiltPages,
): Promise<CommandResult<PageFiles>> {
  const builtAt = await changedAt(entryOf(pages));
  if (builtAt === undefined || (await newestSource(pages)) > builtAt) {
    const built = await build(note, pages);
    if (!built.ok && builtAt === undefined) return built;
    if (!built.ok) note(`${built.error.message} What was built before is shown.`);
  }
  return readBuilt(pages);
}

async function readBuilt(pages: BuiltPages): Promise<CommandResult<PageFiles>> {
  if ((await changedAt(entryOf(pages))) === undefined) return notBuilt(pages);
  return ok(await readPage(join(DIST, pages.built)));
}

function notBuilt({ name, command }: BuiltPages): CommandResult<never> {
  return fail('file-failed', `${name}: not built yet.`, `Build with: ${command}`);
}

/** Unix milliseconds. */
async function newestSource({ source }: BuiltPages): Promise<number> {
  const times = await Promise.all([source, 'shared'].map((room) => newestIn(join(PROGRAM_FOLDER, room))));
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

async function build(note: (text: string) => void, pages: BuiltPages): Promise<CommandResult<undefined>> {
  const { name, source, command } = pages;
  const vite = await loadVite();
  if (vite === undefined) return notBuilt(pages);
  note(`${name}: building…`);
  try {
    await vite.build({
      configFile: configurationOf(pages),
      root: join(PROGRAM_FOLDER, source),
      logLevel: 'silent',
    });
    return ok(undefined);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return fail('file-failed', `${name}: could not be built: ${detail}`, `Try: ${command}`);
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
