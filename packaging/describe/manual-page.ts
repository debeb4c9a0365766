import { EXIT_CODES } from '../../cli/exit-codes.ts';
import { PROJECT } from '../project.ts';
import type { CommandNode, OptionNode } from './command-tree.ts';
import { example, item, paragraph, roffArgument, section, subsection } from './roff.ts';

export interface ManualFacts {
  readonly version: string;
  /** Unix seconds. */
  readonly date: number;
}

/** Every command has these; they are explained once. */
const EVERYWHERE = new Set(['--json', '--verbose', '--help']);

const FILES = [
  ['~/.config/smartvpn/', 'profiles and settings ($XDG_CONFIG_HOME)'],
  [
    '~/.local/state/smartvpn/',
    'history, journal of what was changed, the router emulator’s state ($XDG_STATE_HOME)',
  ],
  [
    '$XDG_RUNTIME_DIR/smartvpn/',
    'the running connection’s control socket (of root: /run/smartvpn), for its owner alone',
  ],
  [
    `/usr/share/doc/${PROJECT.packageName}/`,
    'what programs need to know, what is kept where, and the guide to the router emulator',
  ],
] as const;

/** smartvpn(1) in groff's man macros, of the program's own help. */
export function manualPage(program: CommandNode, { version, date }: ManualFacts): string {
  const [name = ''] = program.path;
  const day = new Date(date * 1000).toISOString().slice(0, 10);
  const everywhere = firstWith(program, '--json').options.filter(({ long }) => EVERYWHERE.has(long));
  const codes = Object.values(EXIT_CODES);
  return `${[
    `.TH ${[name.toUpperCase(), '1', day, `${name} ${version}`, 'User Commands'].map(roffArgument).join(' ')}`,
    '.nh',
    '.ad l',
    section('NAME'),
    `${name} \\- ${program.description.replace(/\.$/, '')}`,
    section('SYNOPSIS'),
    `.B ${roffArgument(name)}`,
    roffArgument(program.usage).slice(1, -1),
    section('DESCRIPTION'),
    paragraph(program.description),
    ...remarks(program.remarks),
    section('OPTIONS'),
    ...program.options.map(option),
    paragraph('Every command also takes:'),
    ...everywhere.map(option),
    section('COMMANDS'),
    ...program.commands.flatMap(command),
    section('EXIT STATUS'),
    ...codes.map(({ code, means }) => item(String(code), means)),
    section('FILES'),
    ...FILES.map(([path, text]) => item(path, text)),
    section('NOTES'),
    paragraph('Not affiliated with DrayTek. Names are used to say what this works with.'),
  ].join('\n')}\n`;
}

function command(node: CommandNode): readonly string[] {
  const usage = node.usage.replace('[options] [command]', 'COMMAND');
  return [
    subsection(`${node.path.join(' ')} ${usage}`),
    paragraph(node.description),
    ...node.arguments.map(({ name, description, isVariadic }) =>
      item(isVariadic ? `${name}…` : name, description),
    ),
    ...node.options.filter(({ long }) => !EVERYWHERE.has(long)).map(option),
    ...remarks(node.remarks),
    ...node.commands.flatMap(command),
  ];
}

function option({ short, long, value, description, choices }: OptionNode): string {
  const flags = [short, long].filter((flag) => flag !== undefined).join(', ');
  const term = value === undefined ? flags : `${flags} <${value}>`;
  const isListed = choices.length > 0 && value !== choices.join('|');
  return item(term, isListed ? `${description}: ${choices.join(', ')}` : description);
}

/** Sentences flow; examples stay lines. */
function remarks(lines: readonly string[]): readonly string[] {
  const blocks = lines.join('\n').split('\n\n');
  return blocks
    .filter((block) => block !== '')
    .flatMap((block) => {
      const [first = '', ...rest] = block.split('\n');
      if (rest.length > 0 && rest.every((line) => line.startsWith('  '))) {
        return [paragraph(first), example(rest.map((line) => line.trimStart()))];
      }
      return [paragraph(block)];
    });
}

function firstWith(program: CommandNode, long: string): CommandNode {
  const found = program.commands.find(({ options }) => options.some((given) => given.long === long));
  if (found === undefined) throw new Error(`No command has ${long}.`);
  return found;
}
