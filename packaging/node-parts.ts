import { runCommand } from './run-command.ts';
import type { Runtime } from './runtime.ts';

export interface NodePart {
  readonly name: string;
  readonly version: string;
}

/** Versions of interfaces and of tables are none of parts. */
const NO_PARTS = new Set(['node', 'modules', 'napi', 'unicode', 'cldr', 'tz']);

/** What is built into Node, as it says itself; another processor's binary cannot be asked. */
export async function nodeParts({ nodeBinary, architecture }: Runtime): Promise<readonly NodePart[]> {
  if (architecture.npm !== process.arch) return [];
  const script = 'for (const part of Object.entries(process.versions)) console.log(part.join(" "))';
  const lines = (await runCommand(nodeBinary, ['-e', script])).trim().split('\n');
  return lines.flatMap((line) => {
    const [name = '', version = ''] = line.split(' ');
    return version === '' || NO_PARTS.has(name) ? [] : [{ name, version }];
  });
}
