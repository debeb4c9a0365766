import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENT = join(ROOT, 'docs', 'security.md');

interface Reference {
  readonly name: string;
  readonly file: string;
  readonly test: string;
}

/** `[name]: file 'name of the test'` at the document's end. */
function referencesIn(text: string): Reference[] {
  return Array.from(
    text.matchAll(/^\[([^\]]+)\]: (\S+) (?:'([^\n]*)'|"([^\n]*)")$/gm),
    ([, name = '', file = '', single, double]) => ({ name, file, test: single ?? double ?? '' }),
  );
}

function namesUsedIn(text: string): string[] {
  return Array.from(text.matchAll(/\[✓\]\[([^\]]+)\]/g), ([, name = '']) => name);
}

test('every sentence that is held by a test names one that is there', async () => {
  const text = await readFile(DOCUMENT, 'utf8');
  const references = referencesIn(text);
  const names = references.map(({ name }) => name);
  expect(names.length).toBeGreaterThan(30);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(namesUsedIn(text))).toEqual(new Set(names));
  const missing = await Promise.all(
    references.map(async ({ file, test: testName }) => {
      const path = join(dirname(DOCUMENT), file);
      // Quotes may be escaped where they stand in the source.
      const source = (await readFile(path, 'utf8')).replaceAll(String.raw`\'`, "'");
      return source.includes(testName) ? [] : [`${relative(ROOT, path)}: ${testName}`];
    }),
  );
  expect(missing.flat()).toEqual([]);
});

test('every sentence of a list says what holds it', async () => {
  const text = await readFile(DOCUMENT, 'utf8');
  const [, body = ''] = text.split('## What may leave the machine');
  const items = body.split(/\n(?=- )|\n\n/).filter((item) => item.startsWith('- '));
  expect(items.length).toBeGreaterThan(20);
  expect(items.filter((item) => !/\[✓\]\[|_By design/.test(item))).toEqual([]);
});
