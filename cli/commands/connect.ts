import type { Command } from 'commander';
import { type CommandFailure, failure } from '../command-failure.ts';
import { createAskingAttendant } from '../connect/asking-attendant.ts';
import { connectInBackground } from '../connect/background.ts';
import {
  type CredentialOptions,
  addCredentialOptions,
  givenAnswers,
  readMotpSecret,
  usesKeyring,
} from '../connect/credential-options.ts';
import type { Context, Run } from '../context.ts';
import { alreadyConnectedSentence } from '../control-failure.ts';
import { exitCode } from '../exit-codes.ts';
import { interruptedFailure } from '../interruption.ts';
import { findProfile, openProfiles } from '../store-access.ts';
import { askStatus } from '../../client/control/ask-status.ts';
import type { Status } from '../../client/control/messages.ts';

interface ConnectOptions extends CredentialOptions {
  readonly background?: true;
  readonly verbose?: true;
}

export function defineConnect(command: Command, run: Run): void {
  command
    .description(
      'Connects a profile and stays until Ctrl-C or "smartvpn disconnect". On a desktop NetworkManager makes the network device; elsewhere that needs root or CAP_NET_ADMIN ("smartvpn doctor" tells).',
    )
    .argument('<profile>', "a profile's name")
    .option('--background', 'once connected, go on in the background');
  addCredentialOptions(command)
    .addHelpText(
      'after',
      `
What is neither given nor in the keyring is asked for on the terminal, without
echo; a password that was right is then kept in the keyring, unless the profile
says otherwise. An unknown certificate is shown with its fingerprint, and
trusted after a yes; one that has changed is always refused.

Examples:
  smartvpn connect office
  smartvpn connect office --background && smartvpn status
  smartvpn connect office --motp-secret-file ~/motp     asks for the PIN alone
  pass show office | smartvpn connect office --password-stdin --background
  sudo --preserve-env=HOME smartvpn connect office      where NetworkManager is not`,
    )
    .action(run(connect));
}

async function connect(context: Context, name: string, options: ConnectOptions): Promise<number> {
  const { output, folders, interruption } = context;
  const store = await openProfiles(context);
  const profile = findProfile(store, name);
  if (!profile.ok) return output.fail(profile.error);
  // Before anything is asked for in vain. The control socket itself decides again later.
  const running = await askStatus(folders.runtime, interruption.signal);
  if (running.ok) return output.fail(alreadyConnected(running.value));
  const motpSecret = await readMotpSecret(options);
  if (!motpSecret.ok) return output.fail(motpSecret.error);
  const attendant = createAskingAttendant(context, givenAnswers(options));
  const verbose = options.verbose === true;
  const keyring = usesKeyring(options, profile.value);
  if (options.background === true) {
    return connectInBackground(context, attendant, profile.value, {
      motpSecret: motpSecret.value,
      keyring,
      verbose,
      timeout: options.timeout,
    });
  }
  // Loaded only now: what is wrong with the command line is said without the tunnel's machinery.
  const { holdConnection } = await import('../connect/hold-connection.ts');
  const ending = await holdConnection({
    profile: profile.value,
    store,
    folders,
    attendant,
    signal: interruption.signal,
    motpSecret: motpSecret.value,
    keyring,
    verbose,
    timeout: options.timeout,
  });
  if (ending.kind === 'failed') return output.fail(ending.failure);
  if (ending.wasConnected || interruption.reason() === undefined) return exitCode('done');
  return output.fail(interruptedFailure(interruption));
}

function alreadyConnected(status: Status): CommandFailure {
  // One that helps itself no more comes with what to do about it.
  const steps = status.state === 'waiting' ? undefined : status.failure?.steps;
  return failure(
    'already-connected',
    alreadyConnectedSentence(status),
    ...(steps ?? ['End it first with: smartvpn disconnect']),
  );
}
