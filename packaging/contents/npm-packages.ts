import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { type LockedPackages, PROJECT, readLock } from '../project.ts';
import type { BundledModules } from './bundled-modules.ts';

/** A package of the registry whose code is in what was built. */
export interface NpmPackage {
  /** As package-lock.json names it: `node_modules/conf/node_modules/ajv`. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** As its package.json names it. */
  readonly author: string | undefined;
  /** Its own text; undefined = it brings none. */
  readonly licenceText: string | undefined;
  /** Of its archive, as package-lock.json has it: `sha512-…`, base64. */
  readonly integrity: string | undefined;
  /** Folders of those of these packages that it uses. */
  readonly uses: readonly string[];
}

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  author: z.union([z.string(), z.object({ name: z.string() })]).optional(),
});

/** The packages that modules belong to, and those in `folders`, in the order of their folders. */
export async function packagesOf(
  modules: BundledModules,
  folders: readonly string[],
): Promise<readonly NpmPackage[]> {
  const lock = await readLock();
  const bundled = [...modules].map(packageFolder).filter((folder) => folder !== undefined);
  const all = [...new Set([...bundled, ...folders])].sort();
  return Promise.all(all.map((folder) => readPackage(folder, all, lock)));
}

/** From the project's root; undefined = the project's own source, or the bundler's. */
export function packageFolder(module: string): string | undefined {
  const path = relative(PROJECT.root, module.replace(/^\0/, '').replace(/\?.*$/, '')).split(sep);
  const last = path.lastIndexOf('node_modules');
  if (last < 0) return undefined;
  const length = path[last + 1]?.startsWith('@') === true ? 2 : 1;
  return path.slice(0, last + 1 + length).join('/');
}

async function readPackage(
  folder: string,
  all: readonly string[],
  lock: LockedPackages,
): Promise<NpmPackage> {
  const place = join(PROJECT.root, folder);
  const { name, version, license, author } = manifestSchema.parse(
    JSON.parse(await readFile(join(place, 'package.json'), 'utf8')),
  );
  const licenceFile = (await readdir(place)).sort().find((file) => /^(licen[cs]e|copying)\b/i.test(file));
  const locked = lock[folder];
  const wanted = Object.keys({
    ...locked?.peerDependencies,
    ...locked?.optionalDependencies,
    ...locked?.dependencies,
  });
  return {
    folder,
    name,
    version,
    licence: license,
    author: typeof author === 'object' ? author.name : author,
    licenceText:
      licenceFile === undefined ? undefined : (await readFile(join(place, licenceFile), 'utf8')).trim(),
    integrity: locked?.integrity,
    uses: wanted.map((used) => resolve(folder, used, all)).filter((used) => used !== undefined),
  };
}

/** As Node finds it: in the package's own node_modules, then in those above. */
function resolve(from: string, name: string, all: readonly string[]): string | undefined {
  const nested = `${from}/node_modules/${name}`;
  if (all.includes(nested)) return nested;
  const above = from.lastIndexOf('/node_modules/');
  if (above >= 0) return resolve(from.slice(0, above), name, all);
  const top = `node_modules/${name}`;
  return all.includes(top) ? top : undefined;
}
