import type { Argument, Command, Option } from 'commander';
import { TOPICS } from '../../cli/help-topics.ts';
import { createProgram, defineAllCommands } from '../../cli/program.ts';

/** A command as its own help tells it: what manual page and completions are made of. */
export interface CommandNode {
  /** From the program's name on: `['smartvpn', 'profile', 'add']`. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly description: string;
  /** The words after the command's name, as in "Usage:". */
  readonly usage: string;
  readonly arguments: readonly ArgumentNode[];
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
  /** What its help says behind the options, as lines: remarks, and "Examples:". */
  readonly remarks: readonly string[];
}

export interface ArgumentNode {
  readonly name: string;
  readonly description: string;
  readonly isVariadic: boolean;
}

export interface OptionNode {
  readonly short: string | undefined;
  readonly long: string;
  /** Its value's name without brackets; undefined = takes none. */
  readonly value: string | undefined;
  readonly description: string;
  /** The values that it takes, when there are no others. */
  readonly choices: readonly string[];
}

export async function readCommandTree(): Promise<CommandNode> {
  const program = createProgram(false);
  await defineAllCommands(program, () => () => Promise.resolve());
  return readCommand(program, []);
}

function readCommand(command: Command, before: readonly string[]): CommandNode {
  const path = [...before, command.name()];
  const help = command.createHelp();
  return {
    path,
    summary: command.summary(),
    description: command.description() === '' ? sentence(command.summary()) : command.description(),
    usage: command.usage(),
    arguments: command.registeredArguments.map(readArgument),
    options: help
      .visibleOptions(command)
      .map(readOption)
      .filter((option) => option !== undefined),
    commands: help.visibleCommands(command).map((inner) => readCommand(inner, path)),
    remarks: readRemarks(command),
  };
}

function sentence(summary: string): string {
  return `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`;
}

function readArgument(argument: Argument): ArgumentNode {
  return { name: argument.name(), description: argument.description, isVariadic: argument.variadic };
}

function readOption(option: Option): OptionNode | undefined {
  if (option.long === undefined || option.long === null) return undefined;
  const value = /[<[]([^>\]]*(?:\[[^\]]*\])?)[>\]]\s*$/.exec(option.flags)?.[1];
  return {
    short: option.short ?? undefined,
    long: option.long,
    value,
    description: option.description,
    choices: option.argChoices ?? alternatives(value),
  };
}

/** `<yes|no>` names all there is. */
function alternatives(value: string | undefined): readonly string[] {
  return value?.includes('|') === true ? value.split('|') : [];
}

/** What `addHelpText('after', …)` added, which commander shows but does not hand out. */
function readRemarks(command: Command): readonly string[] {
  let shown = '';
  command.configureOutput({ writeOut: (text) => void (shown += text), getOutHasColors: () => false });
  command.outputHelp();
  return shown.slice(command.helpInformation().length).trim().split('\n');
}

/** The command itself and all below it. */
export function allCommands(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.commands.flatMap(allCommands)];
}

/** What `smartvpn help` explains. */
export function helpTopics(program: CommandNode): readonly string[] {
  const commands = program.commands.map(({ path }) => path.at(-1) ?? '').filter((name) => name !== 'help');
  return [...commands, ...Object.keys(TOPICS)];
}
