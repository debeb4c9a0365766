import { expect, test } from 'vitest';
import { EXIT_CODES } from '../../cli/exit-codes.ts';
import { allCommands, readCommandTree } from './command-tree.ts';
import { manualPage } from './manual-page.ts';
import { roffText } from './roff.ts';

const program = await readCommandTree();
const page = manualPage(program, { version: '1.2.3', date: 1_700_000_000 });

test('says which version it is of, and of when', () => {
  expect(page).toMatch(/^\.TH "SMARTVPN" "1" "2023\\-11\\-14" "smartvpn 1.2.3" "User Commands"\n/);
});

test('has all commands, options and exit codes', () => {
  for (const node of allCommands(program).slice(1)) {
    expect(page).toContain(`.SS "${roffText(node.path.join(' '))} `.trimEnd());
    for (const { long } of node.options) expect(page).toContain(roffText(long));
  }
  for (const { code, means } of Object.values(EXIT_CODES)) {
    expect(page).toContain(`.TP\n.B "${code}"\n${roffText(means)}`);
  }
});

test('explains once what every command has', () => {
  expect(page.split('.B "\\-\\-verbose"')).toHaveLength(2);
});
