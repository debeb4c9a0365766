import { allCommands, helpTopics, type CommandNode } from '../describe/command-tree.ts';
import { type ValueKind, argumentValue, optionValue } from './value-kind.ts';

/**
 * For bash 4 and newer; needs nothing of the bash-completion package but that it is loaded. The words before the
 * cursor lead to a command and, behind an option that takes one, to a value.
 */
export function bashCompletion(program: CommandNode): string {
  const nodes = allCommands(program);
  const topics = helpTopics(program);
  const [name = ''] = program.path;
  return `# bash completion for ${name}, made of the program's own help

_${name}_offer() {
  local candidate
  while IFS= read -r candidate; do
    [[ $candidate == "$current"* ]] && COMPREPLY+=("$(printf %q "$candidate")")
  done
}

_${name}_profiles() {
  _${name}_offer < <(${name} profile list --names 2>/dev/null)
}

_${name}_files() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

_${name}_folders() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen -d -- "$current")
}

_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} path=${name} wants='' word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [[ -n $wants ]]; then
      wants=''
      continue
    fi
    case "$path $word" in
${indent(
  nodes.flatMap((node) => node.commands.map((inner) => `'${inner.path.join(' ')}') path="$path $word" ;;`)),
  6,
)}
${indent(nodes.flatMap(optionsWithValue), 6)}
    esac
  done
  case $wants in
    '') ;;
${indent(wanted(nodes), 4)}
  esac
  if [[ $current == -* ]]; then
    case $path in
${indent(
  nodes.map((node) => `'${node.path.join(' ')}') ${offer(flags(node))} ;;`),
  6,
)}
    esac
    return
  fi
  case $path in
${indent(
  nodes.flatMap((node) => words(node, topics)),
  4,
)}
  esac
}

complete -F _${name} ${name}
`;

  function wanted(all: readonly CommandNode[]): readonly string[] {
    const kinds = new Map<string, ValueKind>();
    for (const option of all.flatMap(({ options }) => options)) {
      const value = optionValue(option);
      if (value !== undefined) kinds.set(wantName(value), value);
    }
    return [...kinds].map(([want, value]) => `'${want}') ${action(value)}; return ;;`);
  }

  function words(node: CommandNode, ofHelp: readonly string[]): readonly string[] {
    const path = node.path.join(' ');
    if (node.commands.length > 0) {
      return [`'${path}') ${offer(node.commands.map((inner) => inner.path.at(-1) ?? ''))} ;;`];
    }
    const [argument] = node.arguments;
    if (argument === undefined) return [];
    return [`'${path}') ${action(argumentValue(argument, ofHelp))} ;;`];
  }

  function action(value: ValueKind): string {
    switch (value.kind) {
      case 'choices':
        return offer(value.choices);
      case 'file':
        return `_${name}_files`;
      case 'folder':
        return `_${name}_folders`;
      case 'profile':
        return `_${name}_profiles`;
      case 'free':
        return ':';
    }
  }

  function offer(candidates: readonly string[]): string {
    return `_${name}_offer < <(printf '%s\\n' ${candidates.join(' ')})`;
  }
}

function flags({ options }: CommandNode): readonly string[] {
  return options.map(({ long }) => long);
}

function optionsWithValue(node: CommandNode): readonly string[] {
  return node.options.flatMap((option) => {
    const value = optionValue(option);
    return value === undefined
      ? []
      : [`'${node.path.join(' ')} ${option.long}') wants='${wantName(value)}' ;;`];
  });
}

function wantName(value: ValueKind): string {
  return value.kind === 'choices' ? value.choices.join('|') : value.kind;
}

function indent(lines: readonly string[], width: number): string {
  return lines.map((line) => `${' '.repeat(width)}${line}`).join('\n');
}
