#!/usr/bin/env node
import { CommanderError } from 'commander';
import { failure } from './command-failure.ts';
import type { Context, Run } from './context.ts';
import { exitCode } from './exit-codes.ts';
import { findFolders } from '../client/store/find-folders.ts';
import { watchInterruption } from './interruption.ts';
import { createOutput, watchOutput } from './output.ts';
import { createProgram, defineCommands } from './program.ts';
import { type Terminal, openTerminal } from './terminal/terminal.ts';

process.exitCode = await main(process.argv.slice(2));
// Everything has been said and tidied up; an open handle must not keep the program.
process.exit();

async function main(words: readonly string[]): Promise<number> {
  const json = words.includes('--json');
  const output = createOutput(json);
  const program = createProgram(json);
  let result: number = exitCode('done');
  const run: Run =
    (action) =>
    async (...values) => {
      result = await action(createContext(json), ...values);
    };
  try {
    await defineCommands(program, words, run);
    await program.parseAsync([...words], { from: 'user' });
    return result;
  } catch (error) {
    if (error instanceof CommanderError) return usage(error, json);
    const text = error instanceof Error ? error.message : String(error);
    if (words.includes('--verbose') && error instanceof Error) output.note(error.stack ?? text);
    return output.fail(failure('internal', `A fault of this program: ${text}`));
  }
}

function createContext(json: boolean): Context {
  let terminal: Terminal | undefined;
  const gone = new Set<() => void>();
  watchOutput(() => gone.forEach((callback) => callback()));
  return {
    output: createOutput(json),
    interruption: watchInterruption(),
    folders: findFolders(),
    terminal: () => (terminal ??= openTerminal()),
    onOutputGone: (callback) => void gone.add(callback),
  };
}

function usage(error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return exitCode('done');
  // commander has said it in words already, unless it was to be JSON
  if (json) createOutput(json).fail(failure('usage', error.message.replace(/^error: /, '')));
  return exitCode('usage');
}
