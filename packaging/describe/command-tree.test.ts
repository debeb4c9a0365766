import { expect, test } from 'vitest';
import { COMMANDS } from '../../cli/command-index.ts';
import { allCommands, helpTopics, readCommandTree } from './command-tree.ts';

const program = await readCommandTree();

function command(...path: string[]) {
  return allCommands(program).find((node) => node.path.join(' ') === ['smartvpn', ...path].join(' '));
}

test('has every command, with its own options', () => {
  expect(program.commands.map(({ path }) => path.at(-1))).toEqual([
    ...COMMANDS.map(({ name }) => name),
    'help',
  ]);
  for (const node of allCommands(program)) {
    expect(node.description).not.toBe('');
    expect(node.options.every(({ description }) => description !== '')).toBe(true);
  }
});

test('leaves out what the program calls by itself', () => {
  expect(command('hold')).toBeUndefined();
});

test('reads values, choices and arguments from the help', () => {
  const options = command('profile', 'add')?.options ?? [];
  expect(options.find(({ long }) => long === '--server')?.value).toBe('host[:port]');
  expect(options.find(({ long }) => long === '--reconnect')?.choices).toEqual(['yes', 'no']);
  const router = command('router')?.options ?? [];
  expect(router.find(({ long }) => long === '--lan')?.choices).toEqual(['none', 'built-in', 'tun']);
  expect(router.find(({ long }) => long === '--open')?.value).toBeUndefined();
  expect(command('connect')?.arguments).toMatchObject([{ name: 'profile', isVariadic: false }]);
});

test('reads what the help says behind the options', () => {
  const remarks = command('otp', 'new')?.remarks;
  expect(remarks).toEqual(['Example:', '  (umask 077; smartvpn otp new > ~/motp)']);
});

test('knows what can be explained', () => {
  expect(helpTopics(program)).toEqual(expect.arrayContaining(['connect', 'exit-codes', 'json']));
});
