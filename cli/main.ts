#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { failure } from './command-failure.ts';
import { COMMANDS, HOLDER } from './command-index.ts';
import type { Context, Run } from './context.ts';
import { exitCode } from './exit-codes.ts';
import { findFolders } from '../client/store/find-folders.ts';
import { defineHelp } from './help-topics.ts';
import { watchInterruption } from './interruption.ts';
import { createOutput, watchOutput } from './output.ts';
import { type Terminal, openTerminal } from './terminal/terminal.ts';

const EXAMPLES = `
Examples:
  smartvpn profile add office --server vpn.example.com --user-name anna --authentication motp
  smartvpn test office              is everything right? (needs no privileges)
  sudo smartvpn connect office      connect; Ctrl-C disconnects
  smartvpn router --demo-user       no router at hand? run one

"smartvpn help COMMAND" explains a command, "smartvpn help exit-codes" and "smartvpn help json"
what programs need to know.`;

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

function createProgram(json: boolean): Command {
  return new Command('smartvpn')
    .description('VPN client for DrayTek Vigor routers: SSL VPN with passwords and one-time codes.')
    .version(packageFile.version, '-V, --version', 'print the version')
    .usage('COMMAND [options]')
    .helpCommand(false)
    .helpOption('-h, --help', 'explain')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(--help explains)')
    .exitOverride()
    .configureOutput(json ? { writeErr: () => undefined } : {});
}

/** Only the command that is called describes itself in full: the others' modules stay unread. */
async function defineCommands(program: Command, words: readonly string[], run: Run): Promise<void> {
  const called = words[0] === 'help' ? words[1] : words.find((word) => !word.startsWith('-'));
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).summary(entry.summary);
    if (entry.name === called) {
      (await entry.load())(command, run);
      addOutputOptions(command);
    }
  }
  if (called === HOLDER.name) {
    (await HOLDER.load())(program.command(HOLDER.name, { hidden: true }), run);
  }
  defineHelp(program.command('help').summary('explain a command or a topic'), program);
}

function addOutputOptions(command: Command): void {
  for (const inner of command.commands) addOutputOptions(inner);
  command
    .option('--json', 'print one JSON object per line, for programs ("smartvpn help json")')
    .option('--verbose', 'say more: the log as it is written');
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
