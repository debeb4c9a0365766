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

const gone = new Set<() => void>();
const watched = watchOutput(() => gone.forEach((callback) => callback()));
process.exitCode = await arrived(await main(process.argv.slice(2)));
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
    if (error instanceof CommanderError) return usage(error, words);
    const text = error instanceof Error ? error.message : String(error);
    if (words.includes('--verbose') && error instanceof Error) output.note(error.stack ?? text);
    return output.fail(failure('internal', `A fault of this program: ${text}`));
  }
}

/** A result that went nowhere (a full disk behind `>`) is none. */
async function arrived(result: number): Promise<number> {
  const lost = await watched.failure();
  return lost === undefined || result !== exitCode('done') ? result : createOutput(false).fail(lost);
}

function createContext(json: boolean): Context {
  let terminal: Terminal | undefined;
  return {
    output: createOutput(json),
    interruption: watchInterruption(),
    folders: findFolders(),
    terminal: () => (terminal ??= openTerminal()),
    onOutputGone: (callback) => void gone.add(callback),
  };
}

function usage(error: CommanderError, words: readonly string[]): number {
  if (error.exitCode === 0) return exitCode('done');
  const [first = ''] = words;
  const isTooEarly = first === '--json' || first === '--verbose';
  const hint = `Options stand behind their command: smartvpn COMMAND ${first}`;
  if (words.includes('--json')) {
    // commander's word for having shown the help instead, because no command was named
    const message = error.code === 'commander.help' ? 'Say which command.' : error.message;
    const steps = isTooEarly ? [hint] : [];
    createOutput(true).fail(failure('usage', message.replace(/^error: /, ''), ...steps));
  } else if (isTooEarly) {
    // commander has said the rest
    createOutput(false).note(hint);
  }
  return exitCode('usage');
}
