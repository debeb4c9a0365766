import { Command } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { COMMANDS, HIDDEN_COMMANDS } from './command-index.ts';
import type { Run } from './context.ts';
import { defineHelp } from './help-topics.ts';

const EXAMPLES = `
Examples:
  smartvpn profile add office --server vpn.example.com --user-name anna --authentication motp
  smartvpn test office              is everything right? (needs no privileges)
  smartvpn connect office           connect; Ctrl-C disconnects
  smartvpn doctor                   may you connect here without root? why not?
  smartvpn router --demo-user       no router at hand? run one

"smartvpn help COMMAND" explains a command, "smartvpn help exit-codes" and
"smartvpn help json" what programs need to know.`;

/** Without its commands: `defineCommands` and `defineAllCommands` add them. */
export function createProgram(json: boolean): Command {
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
export async function defineCommands(program: Command, words: readonly string[], run: Run): Promise<void> {
  const called = words[0] === 'help' ? words[1] : words.find((word) => !word.startsWith('-'));
  await define(program, (name) => name === called, run);
  const hidden = HIDDEN_COMMANDS.find(({ name }) => name === called);
  if (hidden !== undefined) (await hidden.load())(program.command(hidden.name, { hidden: true }), run);
}

/** Every command in full: for what describes them all, like the manual page. */
export async function defineAllCommands(program: Command, run: Run): Promise<void> {
  await define(program, () => true, run);
}

async function define(program: Command, isWanted: (name: string) => boolean, run: Run): Promise<void> {
  for (const entry of COMMANDS) {
    const command = program.command(entry.name).summary(entry.summary);
    if (isWanted(entry.name)) {
      (await entry.load())(command, run);
      addOutputOptions(command);
    }
  }
  defineHelp(program.command('help').summary('explain a command or a topic'), program);
}

function addOutputOptions(command: Command): void {
  for (const inner of command.commands) addOutputOptions(inner);
  command
    .option('--json', 'print one JSON object per line, for programs ("smartvpn help json")')
    .option('--verbose', 'say more: the log as it is written');
}
