import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileTree } from '../../packaging/contents/file-tree.ts';
import { buildProgram, layOutCode } from '../../packaging/contents/program-code.ts';
import { findRuntimes } from '../../packaging/runtime.ts';

let installed: Promise<string> | undefined;

/**
 * `smartvpn` as a package installs it, bundled and with its own Node: what its users run. In a folder for temporary
 * files, built when it is first asked for.
 */
export function installedProgram(): Promise<string> {
  installed ??= install();
  return installed;
}

async function install(): Promise<string> {
  const runtime = (await findRuntimes()).find(({ architecture }) => architecture.npm === process.arch);
  if (runtime === undefined) throw new Error(`node_modules has no Node for ${process.arch}`);
  const folder = await mkdtemp(join(tmpdir(), 'installed-'));
  const tree = new FileTree(join(folder, 'root'));
  await layOutCode(tree, await buildProgram(join(folder, 'built')), runtime);
  return tree.at('usr/bin/smartvpn');
}
