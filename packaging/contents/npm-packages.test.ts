import { expect, test } from 'vitest';
import { inProject } from '../project.ts';
import { packageFolder, packagesOf } from './npm-packages.ts';

test.each([
  ['node_modules/zod/v4/index.js', 'node_modules/zod'],
  ['node_modules/@noble/hashes/sha2.js?commonjs', 'node_modules/@noble/hashes'],
  ['node_modules/a/node_modules/b/lib/index.js', 'node_modules/a/node_modules/b'],
  ['cli/main.ts', undefined],
])('%s belongs to %s', (module, folder) => {
  expect(packageFolder(inProject(module))).toBe(folder);
});

test('a module that the bundler made belongs to nobody', () => {
  expect(packageFolder('\0rolldown/runtime.js')).toBeUndefined();
});

test('packages come with licence, checksum, and what they use of each other', async () => {
  const modules = new Set(['dns-packet/index.js', '@leichtgewicht/ip-codec/index.cjs', 'zod/index.js']);
  const paths = new Set(Array.from(modules, (module) => inProject('node_modules', module)));
  const packages = await packagesOf(paths, ['node_modules/koffi']);
  expect(packages.map(({ name }) => name)).toEqual(['@leichtgewicht/ip-codec', 'dns-packet', 'koffi', 'zod']);
  expect(packages.map(({ uses }) => uses)).toEqual([[], ['node_modules/@leichtgewicht/ip-codec'], [], []]);
  for (const { licenceText, integrity, licence } of packages) {
    expect(licence).toBe('MIT');
    expect(licenceText).toContain('Permission is hereby granted');
    expect(integrity).toMatch(/^sha512-/);
  }
});
