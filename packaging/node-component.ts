import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Component, licence } from './bill-of-materials.ts';
import { runCommand } from './run-command.ts';
import type { Runtime } from './runtime.ts';

/** Node and its parts, for the bill of materials. */
export async function nodeComponent(runtime: Runtime): Promise<Component> {
  const { nodeBinary, nodeVersion, architecture } = runtime;
  const reference = `node-${architecture.npm}`;
  const digest = createHash('sha256').update(await readFile(nodeBinary));
  const parts = (await nodeParts(runtime)).map(({ name, version }): Component => ({
    type: 'library',
    'bom-ref': `${reference}/${name}`,
    name,
    version,
    purl: `pkg:generic/${name}@${encodeURIComponent(version)}`,
  }));
  return {
    type: 'platform',
    'bom-ref': reference,
    name: 'node',
    version: nodeVersion,
    hashes: [{ alg: 'SHA-256', content: digest.digest('hex') }],
    licenses: licence('MIT'),
    purl: `pkg:generic/node@${nodeVersion}`,
    ...(parts.length === 0 ? {} : { components: parts }),
  };
}

interface NodePart {
  readonly name: string;
  readonly version: string;
}

/** Versions of interfaces and of tables are none of parts. */
const NO_PARTS = new Set(['node', 'modules', 'napi', 'unicode', 'cldr', 'tz']);

/** What is built into Node, as it says itself; another processor's binary cannot be asked. */
async function nodeParts({ nodeBinary, architecture }: Runtime): Promise<readonly NodePart[]> {
  if (architecture.npm !== process.arch) return [];
  const script = 'for (const part of Object.entries(process.versions)) console.log(part.join(" "))';
  const lines = (await runCommand(nodeBinary, ['-e', script])).trim().split('\n');
  return lines.flatMap((line) => {
    const [name = '', version = ''] = line.split(' ');
    return version === '' || NO_PARTS.has(name) ? [] : [{ name, version }];
  });
}
