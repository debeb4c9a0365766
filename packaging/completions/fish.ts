import { allCommands, helpTopics, type CommandNode, type OptionNode } from '../describe/command-tree.ts';
import { type ValueKind, argumentValue, optionValue } from './value-kind.ts';

/** A line for each word that fish may offer, with the command at which it does. */
export function fishCompletion(program: CommandNode): string {
  const nodes = allCommands(program);
  const topics = helpTopics(program);
  const [name = ''] = program.path;
  const paths = nodes.map(({ path }) => `    ${quoted(path.join(' '))}`);
  return `# fish completion for ${name}, made of the program's own help

set -g __${name}_paths \\
${paths.join(' \\\n')}

function __${name}_at --description 'Whether the words so far lead to this command'
    set -l path ${name}
    for word in (commandline -opc)[2..-1]
        contains -- "$path $word" $__${name}_paths; and set path "$path $word"
    end
    test "$path" = "$argv"
end

complete -c ${name} -f
${nodes.flatMap((node) => lines(node)).join('\n')}
`;

  function lines(node: CommandNode): readonly string[] {
    const at = `complete -c ${name} -n ${quoted(`__${name}_at ${node.path.join(' ')}`)}`;
    const [argument] = node.arguments;
    return [
      ...node.commands.map((inner) => `${at} -a ${inner.path.at(-1)} -d ${quoted(inner.summary)}`),
      ...node.options.map((option) => `${at} ${specification(option)}`),
      ...(argument === undefined ? [] : words(at, argumentValue(argument, topics))),
    ];
  }

  function words(at: string, value: ValueKind): readonly string[] {
    return value.kind === 'free' ? [] : [`${at} ${offer(value)}`];
  }

  function specification(option: OptionNode): string {
    const value = optionValue(option);
    const flags = option.short === undefined ? '' : `-s ${option.short.slice(1)} `;
    const takes = value === undefined ? '' : ` ${offer(value)}`;
    return `${flags}-l ${option.long.slice(2)}${takes} -d ${quoted(option.description)}`;
  }

  /** `-x`: a value has to follow, and is no file unless it is said. */
  function offer(value: ValueKind): string {
    switch (value.kind) {
      case 'choices':
        return `-x -a ${quoted(value.choices.join(' '))}`;
      case 'file':
        return '-r -F';
      case 'folder':
        return "-x -a '(__fish_complete_directories)'";
      case 'profile':
        return `-x -a ${quoted(`(${name} profile list --names 2>/dev/null)`)}`;
      case 'free':
        return '-x';
    }
  }
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
