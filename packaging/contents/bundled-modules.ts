import type { build } from 'vite';

/** The source files that went into what was built, as absolute paths. */
export type BundledModules = ReadonlySet<string>;

export function modulesOf(built: Awaited<ReturnType<typeof build>>): BundledModules {
  const modules = new Set<string>();
  for (const output of Array.isArray(built) ? built : [built]) {
    if (!('output' in output)) throw new Error('Vite watches instead of building.');
    for (const chunk of output.output) {
      if (chunk.type === 'chunk') chunk.moduleIds.forEach((id) => modules.add(id));
    }
  }
  return modules;
}
