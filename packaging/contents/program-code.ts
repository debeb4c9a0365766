import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inProject, PROJECT } from '../project.ts';
import type { Runtime } from '../runtime.ts';
import { bundlePages, bundleProgram } from './bundle.ts';
import type { BundledModules } from './bundled-modules.ts';
import type { FileTree } from './file-tree.ts';
import { LAUNCHER } from './launcher.ts';

/** Everything that runs; laid out inside as the project is (cli/program-folder.ts). */
const HOME = 'usr/lib/smart-vpn-client';

/** What is the same on every processor, built once. */
export interface BuiltProgram {
  /** Has the folders `program` and `dist`. */
  readonly folder: string;
  /** Of the bundles. */
  readonly modules: BundledModules;
}

export async function buildProgram(folder: string): Promise<BuiltProgram> {
  const program = await bundleProgram(join(folder, 'program'));
  const window = await bundlePages('renderer', join(folder, 'dist', 'renderer'));
  const router = await bundlePages(join('emulator', 'browser'), join(folder, 'dist', 'router-pages'));
  return { folder, modules: new Set([...program, ...window, ...router]) };
}

/** The registry's packages that stay such, by their names. */
export function nativePackages({ architecture }: Runtime): readonly string[] {
  return ['koffi', `@koromix/koffi-linux-${architecture.npm}`];
}

/** What is loaded of each of them. */
function nativeFiles({ architecture }: Runtime): readonly (readonly string[])[] {
  return [
    [
      'package.json',
      ...['js', 'cjs'].flatMap((kind) => [
        `index.${kind}`,
        `src/koffi/index.${kind}`,
        `src/koffi/src/static.${kind}`,
      ]),
    ],
    ['package.json', 'index.js', `linux_${architecture.npm}/koffi.node`],
  ];
}

export async function layOutCode(tree: FileTree, built: BuiltProgram, runtime: Runtime): Promise<void> {
  await copyAll(built.folder, tree, HOME);
  const manifest = { name: PROJECT.packageName, version: PROJECT.version, type: 'module' };
  await tree.write(`${HOME}/program/package.json`, `${JSON.stringify(manifest)}\n`);
  // The module that serves them reads them from beside itself.
  for (const file of ['style.css', 'icon.svg']) {
    await tree.copy(inProject('emulator', 'web', file), `${HOME}/program/${file}`);
  }
  const files = nativeFiles(runtime);
  for (const [index, name] of nativePackages(runtime).entries()) {
    for (const file of files[index] ?? []) {
      await tree.copy(inProject('node_modules', name, file), `${HOME}/node_modules/${name}/${file}`);
    }
  }
  // Not stripped: byte for byte the runtime that was published.
  await tree.copy(runtime.nodeBinary, `${HOME}/node`, 0o755);
  for (const part of ['compile-cache.sh', 'memory.sh', 'hangup.sh']) {
    await tree.copy(inProject('cli', part), `${HOME}/${part}`);
  }
  await tree.write(`${HOME}/${PROJECT.program}`, LAUNCHER, 0o755);
  await tree.link(`usr/bin/${PROJECT.program}`, `../lib/smart-vpn-client/${PROJECT.program}`);
}

async function copyAll(folder: string, tree: FileTree, to: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const source = join(folder, entry.name);
    if (entry.isDirectory()) await copyAll(source, tree, `${to}/${entry.name}`);
    else await tree.copy(source, `${to}/${entry.name}`);
  }
}
