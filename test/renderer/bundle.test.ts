import { readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { buildRenderer } from './window.ts';

test('the window weighs less than 250 kB gzipped and needs nothing inline', async () => {
  const folder = await buildRenderer();
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(file)).length));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  process.stdout.write(`renderer bundle: ${Math.round(total / 1000)} kB gzipped\n`);
  expect(total).toBeLessThan(250_000);
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
  expect(html).not.toMatch(/\sstyle=|<style/);
  await rm(folder, { recursive: true });
});
