import type { ArgumentNode, OptionNode } from '../describe/command-tree.ts';

/** What a shell can offer for a word: told by the name that the help gives it. */
export type ValueKind =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'file' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'profile' }
  /** A name or a number that only the person knows. */
  | { readonly kind: 'free' };

/** Undefined = the option takes no value. */
export function optionValue({ value, choices }: OptionNode): ValueKind | undefined {
  if (value === undefined) return undefined;
  return choices.length > 0 ? { kind: 'choices', choices } : named(value);
}

/** `topics`: what `smartvpn help` explains. */
export function argumentValue({ name }: ArgumentNode, topics: readonly string[]): ValueKind {
  return name === 'topic' ? { kind: 'choices', choices: topics } : named(name);
}

function named(name: string): ValueKind {
  if (name === 'file') return { kind: 'file' };
  if (name === 'folder') return { kind: 'folder' };
  if (name === 'profile' || name === 'profiles') return { kind: 'profile' };
  return { kind: 'free' };
}
