import type { Command } from 'commander';
import type { Folders } from '../client/store/folders.ts';
import type { Interruption } from './interruption.ts';
import type { Output } from './output.ts';
import type { Terminal } from './terminal/terminal.ts';

/** What every command is given. */
export interface Context {
  readonly output: Output;
  readonly interruption: Interruption;
  readonly folders: Folders;
  /** A person to ask; undefined where there is none. Opened when first called for. */
  terminal(): Terminal | undefined;
  /** Calls back when nobody reads standard output any more. */
  onOutputGone(callback: () => void): void;
}

/** Makes a commander action of a function that works with the context and hands back the exit code. */
export type Run = <Arguments extends unknown[]>(
  action: (context: Context, ...values: Arguments) => Promise<number>,
) => (...values: Arguments) => Promise<void>;

/** A file of commands/ describes its options and what they do; it is loaded when its name is called. */
export type DefineCommand = (command: Command, run: Run) => void;
