import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CommandNode, readCommandTree } from '../packaging/describe/command-tree.ts';

/** Every `smartvpn …` of README and docs is one that the program takes: in sentences and in what is there to be copied. */

const ROOT = join(import.meta.dirname, '..');
/** Up to what is the shell's, a comment, or the end of the code. */
const COMMAND = /\bsmartvpn((?: +[\w./:@-]+| +'[^'\n]*')+)/g;

async function documents(): Promise<readonly string[]> {
  const names = (await readdir(join(ROOT, 'docs'))).filter((name) => name.endsWith('.md'));
  return ['README.md', ...names.map((name) => join('docs', name))];
}

/** Code in a text: fenced, indented, or in a line. */
function codeOf(text: string): readonly string[] {
  const fenced = text.match(/^ *```[^]*?^ *```$/gm) ?? [];
  const rest = text.replaceAll(/^ *```[^]*?^ *```$/gm, '');
  return [...fenced, ...(rest.match(/^ {4}.*$/gm) ?? []), ...(rest.match(/`[^`]+`/g) ?? [])];
}

/** The words of each behind the program's name. */
async function commandsOf(name: string): Promise<readonly (readonly string[])[]> {
  return codeOf(await readFile(join(ROOT, name), 'utf8')).flatMap((code) =>
    Array.from(code.matchAll(COMMAND), ([, words = '']) => words.trim().split(/ +/)),
  );
}

/** What is not known of a command line; undefined when all is. */
function unknownOf(words: readonly string[], program: CommandNode): string | undefined {
  let node = program;
  for (const word of words) {
    if (word.startsWith('--')) {
      if (!node.options.some(({ long }) => long === word)) return word;
      continue;
    }
    const inner = node.commands.find(({ path }) => path.at(-1) === word);
    if (inner === undefined && node === program && word !== 'COMMAND') return word;
    node = inner ?? node;
  }
  return undefined;
}

test.each(await documents())('%s', async (name) => {
  const program = await readCommandTree();
  const wrong = (await commandsOf(name)).flatMap((words) => {
    const unknown = unknownOf(words, program);
    return unknown === undefined ? [] : [`${unknown}: smartvpn ${words.join(' ')}`];
  });
  expect(wrong).toEqual([]);
});

test('they are found', async () => {
  expect((await commandsOf('README.md')).length).toBeGreaterThan(10);
});
