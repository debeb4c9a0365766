import type { Command } from 'commander';
import { askSecret } from '../asking.ts';
import { type CommandResult, fail } from '../command-failure.ts';
import type { Context, Run } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import type { CommandKeyring } from '../keyring.ts';
import { parseDescriptor } from '../option-values.ts';
import { readSecretFile } from '../secret-file.ts';
import { findProfile, openProfiles } from '../store-access.ts';
import type { SecretName } from '../../client/store/secret-store.ts';
import type { Profile } from '../../shared/profile.ts';
import { err, ok, type Result } from '../../shared/result.ts';

interface SetOptions {
  readonly stdin?: true;
  readonly fd?: number;
  readonly file?: string;
}

const WORDS: Readonly<Record<SecretName, string>> = { password: 'password', 'motp-secret': 'mOTP secret' };
/** RFC 1334 carries a password behind a one-byte length. */
const LONGEST_PASSWORD = 255;

/** `profile secret`: what the keyring holds for a profile. */
export function defineProfileSecrets(command: Command, run: Run): void {
  const secret = command
    .command('secret')
    .summary("keep a profile's password or mOTP secret in the keyring")
    .description(
      "Keeps a profile's secret in the keyring: the mOTP secret of one with one-time passwords, so that connecting asks for the PIN alone; the password of any other.",
    )
    .helpCommand(false);
  secret
    .command('set')
    .summary('keep it')
    .description('Keeps the secret, in place of one that is there. It is asked for without echo.')
    .argument('<profile>', 'its name or id')
    .option('--stdin', 'read it from standard input')
    .option('--fd <n>', 'read it from this file descriptor', parseDescriptor)
    .option('--file <file>', 'read it from a file that only its owner may read')
    .addHelpText(
      'after',
      `
Examples:
  smartvpn profile secret set office
  smartvpn profile secret set office --file ~/motp`,
    )
    .action(run(set));
  secret
    .command('list')
    .summary('list what is kept')
    .description('Lists which profiles have a secret in the keyring. None is read.')
    .addHelpText('after', '\nExample:\n  smartvpn profile secret list')
    .action(run(list));
  secret
    .command('forget')
    .summary('remove it')
    .description('Removes everything of the profile from the keyring.')
    .argument('<profile>', 'its name or id')
    .addHelpText('after', '\nExample:\n  smartvpn profile secret forget office')
    .action(run(forget));
}

async function set(context: Context, name: string, options: SetOptions): Promise<number> {
  const { output } = context;
  const profile = findProfile(await openProfiles(context), name);
  if (!profile.ok) return output.fail(profile.error);
  const secretName = secretNameOf(profile.value);
  if (secretName === 'password' && !profile.value.rememberCredentials) {
    const step = `Change that with: smartvpn profile edit ${name} --remember-credentials yes`;
    return output.fail(fail('usage', `${profile.value.name} is not to remember its password.`, step).error);
  }
  // Before anything is typed in vain.
  const keyring = await openKeyring([profile.value]);
  if (!keyring.ok) return output.fail(keyring.error);
  const secret = await readSecret(context, secretName, options);
  if (!secret.ok) return output.fail(secret.error);
  const kept = await keyring.value.set(profile.value, secretName, secret.value);
  if (!kept.ok) return output.fail(kept.error);
  output.object({ event: 'kept', ...named(profile.value), secret: secretName });
  output.line(`The ${WORDS[secretName]} of ${profile.value.name} is in the keyring.`);
  if (secretName === 'motp-secret') output.note('Connecting asks for the PIN alone now.');
  return exitCode('done');
}

async function list(context: Context): Promise<number> {
  const { output } = context;
  const store = await openProfiles(context);
  const profiles = store.profiles.list();
  const keyring = await openKeyring(profiles);
  if (!keyring.ok) return output.fail(keyring.error);
  const kept = await keyring.value.list();
  if (!kept.ok) return output.fail(kept.error);
  const width = Math.max(0, ...profiles.map(({ name }) => name.length));
  for (const { profile, name } of kept.value) {
    output.object({ event: 'kept', ...named(profile), secret: name });
    output.line(`${profile.name.padEnd(width)}  ${WORDS[name]}`);
  }
  if (kept.value.length === 0) output.note('The keyring holds nothing for these profiles.');
  return exitCode('done');
}

async function forget(context: Context, name: string): Promise<number> {
  const { output } = context;
  const profile = findProfile(await openProfiles(context), name);
  if (!profile.ok) return output.fail(profile.error);
  const keyring = await openKeyring([profile.value]);
  if (!keyring.ok) return output.fail(keyring.error);
  const removed = await keyring.value.remove(profile.value);
  if (!removed.ok) return output.fail(removed.error);
  output.object({ event: 'forgotten', ...named(profile.value) });
  output.line(`The keyring holds nothing of ${profile.value.name} any more.`);
  return exitCode('done');
}

/** Loaded only now: the other commands on profiles do without. */
async function openKeyring(profiles: readonly Profile[]): Promise<CommandResult<CommandKeyring>> {
  const keyring = await import('../keyring.ts');
  return keyring.openKeyring(profiles);
}

/** The one secret that connecting can do with. */
function secretNameOf({ authentication }: Profile): SecretName {
  return authentication === 'motp' ? 'motp-secret' : 'password';
}

function named({ id, name }: Profile): { readonly profile: { readonly id: string; readonly name: string } } {
  return { profile: { id, name } };
}

async function readSecret(
  context: Context,
  name: SecretName,
  options: SetOptions,
): Promise<CommandResult<string>> {
  const parse = name === 'motp-secret' ? (await import('../otp-key.ts')).readMotpKey : parsePassword;
  if (options.file !== undefined) {
    const line = await readSecretFile(options.file);
    if (!line.ok) return line;
    const parsed = parse(line.value);
    return parsed.ok ? parsed : fail('usage', `The ${WORDS[name]} in ${options.file}: ${parsed.error}.`);
  }
  return askSecret(context, {
    asks: name === 'motp-secret' ? 'mOTP secret' : 'Password',
    descriptor: options.stdin === true ? 0 : options.fd,
    option: '--stdin, --fd or --file',
    parse,
  });
}

function parsePassword(text: string): Result<string, string> {
  if (text === '') return err('Enter the password');
  return Buffer.byteLength(text) > LONGEST_PASSWORD ? err(`Use at most ${LONGEST_PASSWORD} bytes`) : ok(text);
}
