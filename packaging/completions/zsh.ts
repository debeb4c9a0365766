import { allCommands, helpTopics, type CommandNode, type OptionNode } from '../describe/command-tree.ts';
import { type ValueKind, argumentValue, optionValue } from './value-kind.ts';

/** A function for each command; `_arguments` of zsh's own completion system does the rest. */
export function zshCompletion(program: CommandNode): string {
  const topics = helpTopics(program);
  const [name = ''] = program.path;
  const functions = allCommands(program).map((node) =>
    node.commands.length > 0 ? group(node, name) : leaf(node, name, topics),
  );
  return `#compdef ${name}
# zsh completion for ${name}, made of the program's own help

_${name}_profiles() {
  local -a names=("\${(@f)$(_call_program profiles ${name} profile list --names 2>/dev/null)}")
  compadd -a names
}

${functions.join('\n\n')}

_${name} "$@"
`;
}

function group(node: CommandNode, name: string): string {
  const commands = node.commands.map(
    (inner) => `    ${quoted(`${inner.path.at(-1)}:${described(inner.summary)}`)}`,
  );
  const cases = node.commands.map((inner) => `        ${inner.path.at(-1)}) ${functionName(inner)} ;;`);
  return `${functionName(node)}() {
  local curcontext=$curcontext state line
  local -a commands=(
${commands.join('\n')}
  )
  _arguments -C \\
${node.options.map((option) => `    ${specification(option, name)} \\`).join('\n')}
    '1: :->command' '*:: :->words' && return
  case $state in
    command) _describe -t commands command commands ;;
    words)
      case $line[1] in
${cases.join('\n')}
      esac ;;
  esac
}`;
}

function leaf(node: CommandNode, name: string, topics: readonly string[]): string {
  const words = node.arguments.map((argument, index) => {
    const place = argument.isVariadic ? '*' : String(index + 1);
    return quoted(`${place}:${argument.name}:${action(argumentValue(argument, topics), name)}`);
  });
  const lines = [...node.options.map((option) => specification(option, name)), ...words];
  return `${functionName(node)}() {
  _arguments \\
${lines.map((line) => `    ${line}`).join(' \\\n')}
}`;
}

function specification(option: OptionNode, name: string): string {
  const value = optionValue(option);
  const text = `[${bracketed(option.description)}]`;
  const takes = value === undefined ? '' : `:${described(option.value ?? '')}:${action(value, name)}`;
  const repeats = option.description.includes('repeated') ? '*' : '';
  if (option.short === undefined) return quoted(`${repeats}${option.long}${text}${takes}`);
  return `{${option.short},${option.long}}${quoted(`${text}${takes}`)}`;
}

function action(value: ValueKind, name: string): string {
  switch (value.kind) {
    case 'choices':
      return `(${value.choices.join(' ')})`;
    case 'file':
      return '_files';
    case 'folder':
      return '_files -/';
    case 'profile':
      return `_${name}_profiles`;
    case 'free':
      return ' ';
  }
}

function functionName({ path }: CommandNode): string {
  return `_${path.join('_')}`;
}

/** In `_arguments` brackets end a description; in `_describe` a colon ends a name. */
function bracketed(text: string): string {
  return described(text).replace(/[[\]]/g, '\\$&');
}

function described(text: string): string {
  return text.replaceAll(':', '\\:');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
