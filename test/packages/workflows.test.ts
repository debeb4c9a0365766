import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import packageFile from '../../package.json' with { type: 'json' };
import { parseYaml } from '../../packaging/yaml.ts';

/** Workflows run with a repository's rights: what they may do, and whose code they run. */

const FOLDER = join(import.meta.dirname, '../../.github/workflows');

const permissionsSchema = z.record(z.string(), z.enum(['read', 'write', 'none']));
const stepSchema = z.strictObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  shell: z.literal('bash').optional(),
  'working-directory': z.string().optional(),
});
const jobSchema = z.strictObject({
  if: z.string().optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  strategy: z.object({ matrix: z.unknown() }).optional(),
  container: z.object({ image: z.string(), options: z.string() }).optional(),
  'runs-on': z.string(),
  'timeout-minutes': z.number(),
  permissions: permissionsSchema,
  steps: z.array(stepSchema),
});
const workflowSchema = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: permissionsSchema,
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), jobSchema),
});

const names = await readdir(FOLDER);

describe.each(names)('%s', (name) => {
  async function workflow(): Promise<z.infer<typeof workflowSchema>> {
    return workflowSchema.parse(parseYaml(await readFile(join(FOLDER, name), 'utf8')));
  }

  test('runs actions by the hash of their commit, with their version beside it', async () => {
    const text = await readFile(join(FOLDER, name), 'utf8');
    const lines = text.split('\n').filter((line) => /^\s*(- )?uses:/.test(line));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/uses: actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test('names one commit for each action', async () => {
    const { jobs } = await workflow();
    const uses = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
    const actions = uses.map((action) => action.split('@')[0]);
    expect(new Set(uses).size).toBe(new Set(actions).size);
  });

  test('gives each job only what it needs', async () => {
    const { permissions, jobs } = await workflow();
    expect(permissions).toEqual({});
    for (const [job, { permissions: given }] of Object.entries(jobs)) {
      const expected =
        job === 'release'
          ? { contents: 'write', 'id-token': 'write', attestations: 'write' }
          : { contents: 'read' };
      expect({ job, given }).toEqual({ job, given: expected });
    }
  });

  test('leaves no token in a checkout, and puts nothing into a script that others wrote', async () => {
    const { jobs } = await workflow();
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const { with: options } of checkouts) expect(options?.['persist-credentials']).toBe(false);
    const scripts = steps.flatMap(({ run }) => run ?? []);
    const inserted = scripts.flatMap((script) => script.match(/\$\{\{[^}]*\}\}/g) ?? []);
    expect(inserted.filter((expression) => expression !== '${{ matrix.target }}')).toEqual([]);
  });

  test('runs scripts that the project has', async () => {
    const { jobs } = await workflow();
    const scripts = Object.values(jobs).flatMap((job) => job.steps.flatMap(({ run }) => run ?? []));
    const called = scripts.flatMap((text) =>
      Array.from(text.matchAll(/npm run ([\w:]+)/g), ([, script]) => script),
    );
    for (const script of called) expect(Object.keys(packageFile.scripts)).toContain(script);
  });
});

test('a release is made of packages that were built twice, on all three systems', async () => {
  const { jobs } = workflowSchema.parse(parseYaml(await readFile(join(FOLDER, 'release.yml'), 'utf8')));
  expect(jobs['release']?.needs).toEqual(['linux', 'reproduce', 'other-systems']);
  expect(Object.keys(jobs)).toEqual(expect.arrayContaining(['linux', 'reproduce', 'other-systems']));
});
