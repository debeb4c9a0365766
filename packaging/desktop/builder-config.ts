import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inProject } from '../project.ts';
import { parseYaml } from '../yaml.ts';

/** What is asked of electron-builder.yml here; the rest is electron-builder's. */
const schema = z.looseObject({
  files: z.array(z.string()),
  electronFuses: z.record(z.string(), z.boolean()),
  linux: z.looseObject({ executableName: z.string() }),
});

export type BuilderConfig = z.infer<typeof schema>;

export async function readBuilderConfig(): Promise<BuilderConfig> {
  return schema.parse(parseYaml(await readFile(inProject('electron-builder.yml'), 'utf8')));
}

/** The same, but for the bundles of `dist`, which are taken from `folder`. */
export function withBundlesFrom(folder: string, config: BuilderConfig): object {
  const bundle = /^dist\/(\w+)\/\*\*\/\*$/;
  const names = config.files.flatMap((pattern) => bundle.exec(pattern)?.[1] ?? []);
  const bundles = names.map((name) => ({ from: join(folder, name), to: `dist/${name}`, filter: ['**/*'] }));
  // Patterns come first: electron-builder forgets those behind a folder.
  return { ...config, files: [...config.files.filter((pattern) => !bundle.test(pattern)), ...bundles] };
}
