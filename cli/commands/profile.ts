import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { type CommandResult, fail } from '../command-failure.ts';
import { unanswered } from '../asking.ts';
import type { Context, Run } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { addProfileOptions, givenFields, optionOfField } from '../profile-options.ts';
import { profileRows } from '../profile-text.ts';
import { findProfile, openProfiles, saved } from '../store-access.ts';
import { askYesNo } from '../terminal/terminal.ts';
import { defineProfileFiles } from './profile-files.ts';
import { defineProfileSecrets } from './profile-secrets.ts';
import { askStatus } from '../../client/control/ask-status.ts';
import type { SecretName } from '../../client/store/secret-store.ts';
import { type FieldError, parseProfile } from '../../shared/profile-fields.ts';
import type { Profile } from '../../shared/profile.ts';
import { err, ok } from '../../shared/result.ts';
import { serverAddressText } from '../../shared/server-address.ts';

type Options = Readonly<Record<string, unknown>>;

export function defineProfile(command: Command, run: Run): void {
  command
    .description(
      'Keeps the profiles: one for each router and account. They hold no passwords and no codes; a password may be kept in the keyring.',
    )
    .helpCommand(false)
    .addHelpText(
      'after',
      `
Examples:
  smartvpn profile add office --server vpn.example.com --user-name anna --authentication motp
  smartvpn profile edit office --default-gateway no --route 10.20.0.0/16
  smartvpn profile show office`,
    );
  addProfileOptions(
    command
      .command('add')
      .summary('add a profile')
      .description('Adds a profile.')
      .argument('<name>', 'what to call it'),
  )
    .addHelpText(
      'after',
      `
Examples:
  smartvpn profile add office --server vpn.example.com --user-name anna --authentication motp
  smartvpn profile add lab --server 203.0.113.7:8443 --default-gateway no --route 10.20.0.0/16`,
    )
    .action(run(add));
  command
    .command('list')
    .summary('list the profiles')
    .description('Lists the profiles.')
    .option('--names', 'only their names, a line each')
    .addHelpText('after', '\nExample:\n  smartvpn profile list --json | jq -r .profile.name')
    .action(run(list));
  command
    .command('show')
    .summary('show all of one profile')
    .description('Shows all of one profile.')
    .argument('<profile>', 'its name or id')
    .addHelpText('after', '\nExample:\n  smartvpn profile show office')
    .action(run(show));
  addProfileOptions(
    command
      .command('edit')
      .summary('change a profile')
      .description('Changes what is given, and leaves the rest as it is.')
      .argument('<profile>', 'its name or id'),
  )
    .option('--name <name>', 'another name')
    .option('--forget-certificate', 'ask again which certificate to trust: after the router was replaced')
    .addHelpText(
      'after',
      `
Examples:
  smartvpn profile edit office --name work --port 8443
  smartvpn profile edit office --forget-certificate`,
    )
    .action(run(edit));
  command
    .command('remove')
    .summary('remove a profile')
    .description('Removes a profile, after asking.')
    .argument('<profile>', 'its name or id')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  smartvpn profile remove office --yes')
    .action(run(remove));
  defineProfileFiles(command, run);
  defineProfileSecrets(command, run);
}

async function add(context: Context, name: string, options: Options): Promise<number> {
  if (options['server'] === undefined) {
    return context.output.fail(fail('usage', 'Say where the router is, with --server HOST.').error);
  }
  const parsed = worded(parseProfile({ ...givenFields(options), id: randomUUID(), name }));
  if (!parsed.ok) return context.output.fail(parsed.error);
  const store = await openProfiles(context);
  const result = saved(await store.profiles.save(parsed.value));
  if (!result.ok) return context.output.fail(result.error);
  context.output.object({ event: 'profile', profile: result.value });
  context.output.line(`Added ${result.value.name}.`);
  return exitCode('done');
}

async function list(context: Context, options: Options): Promise<number> {
  const store = await openProfiles(context);
  const profiles = store.profiles.list();
  const width = Math.max(0, ...profiles.map(({ name }) => name.length));
  for (const profile of profiles) {
    context.output.object({ event: 'profile', profile });
    if (options['names'] === true) {
      context.output.line(profile.name);
      continue;
    }
    const account = profile.userName === '' ? '' : `${profile.userName}@`;
    context.output.line(
      `${profile.name.padEnd(width)}  ${account}${serverAddressText(profile)}  ${profile.serverType}, ${profile.authentication}`,
    );
  }
  if (profiles.length === 0 && options['names'] !== true) {
    context.output.note('There are no profiles. Add one with: smartvpn profile add NAME --server HOST');
  }
  return exitCode(store.problems.length === 0 ? 'done' : 'storage-failed');
}

async function show(context: Context, name: string): Promise<number> {
  const profile = findProfile(await openProfiles(context), name);
  if (!profile.ok) return context.output.fail(profile.error);
  context.output.object({ event: 'profile', profile: profile.value });
  for (const [field, value] of profileRows(profile.value)) context.output.line(`${field.padEnd(42)}${value}`);
  return exitCode('done');
}

async function edit(context: Context, name: string, options: Options): Promise<number> {
  const store = await openProfiles(context);
  const before = findProfile(store, name);
  if (!before.ok) return context.output.fail(before.error);
  const renamed = options['name'] === undefined ? {} : { name: options['name'] };
  const fields = { ...givenFields(options), ...renamed };
  const forget = options['forgetCertificate'] === true;
  if (Object.keys(fields).length === 0 && !forget) {
    return context.output.fail(
      fail('usage', 'Say what to change.', 'See: smartvpn profile edit --help').error,
    );
  }
  const parsed = worded(parseProfile(fields, before.value));
  if (!parsed.ok) return context.output.fail(parsed.error);
  const { trustedCertificate, ...untrusted } = parsed.value;
  const kept = trustedCertificate === undefined || forget ? untrusted : parsed.value;
  const result = saved(await store.profiles.save(kept, before.value));
  if (!result.ok) return context.output.fail(result.error);
  if (keepsPassword(before.value) && !keepsPassword(kept)) await forgetKept(context, kept, 'password');
  context.output.object({ event: 'profile', profile: result.value });
  context.output.line(`Changed ${result.value.name}.`);
  if (await isConnected(context, result.value)) {
    context.output.note(
      'It is connected, and goes on as it was: the change counts from the next connection.',
    );
  }
  return exitCode('done');
}

/** Or on the way there. */
async function isConnected({ folders, interruption }: Context, { id }: Profile): Promise<boolean> {
  const status = await askStatus(folders.runtime, interruption.signal);
  return status.ok && status.value.profile.id === id;
}

async function remove(context: Context, name: string, options: Options): Promise<number> {
  const store = await openProfiles(context);
  const profile = findProfile(store, name);
  if (!profile.ok) return context.output.fail(profile.error);
  const agreed =
    options['yes'] === true ? { ok: true as const, value: true } : await mayRemove(context, profile.value);
  if (!agreed.ok) return context.output.fail(agreed.error);
  const result = saved(await store.profiles.remove(profile.value.id));
  if (!result.ok) return context.output.fail(result.error);
  await forgetKept(context, result.value);
  const { id, name: removed } = result.value;
  context.output.object({ event: 'removed', id, name: removed });
  context.output.line(`Removed ${removed}.`);
  return exitCode('done');
}

/** The keyring's part is loaded only now. */
async function forgetKept(context: Context, profile: Profile, name?: SecretName): Promise<void> {
  const { forgetSecrets } = await import('../keyring.ts');
  await forgetSecrets(context, profile, name);
}

function keepsPassword({ authentication, rememberCredentials }: Profile): boolean {
  return authentication === 'password' && rememberCredentials;
}

async function mayRemove(context: Context, profile: Profile): Promise<CommandResult<true>> {
  const terminal = context.terminal();
  if (terminal === undefined) {
    return fail(
      'nobody-to-ask',
      'There is no terminal to ask on.',
      'Give --yes to remove it without a question.',
    );
  }
  const answer = await askYesNo(
    terminal,
    `Remove ${profile.name} (${profile.server})?`,
    context.interruption.signal,
  );
  if (answer === true) return ok(true);
  if (answer !== false && answer.kind !== 'ended') return err(unanswered(context, answer));
  return fail('declined', `${profile.name} was not removed.`);
}

/** Errors of fields, named as options. */
function worded(
  parsed:
    { readonly ok: true; readonly value: Profile } | { readonly ok: false; readonly error: FieldError[] },
): CommandResult<Profile> {
  if (parsed.ok) return parsed;
  const sentences = parsed.error.map(({ field, message }) => `${optionOfField(field)}: ${message}.`);
  const [first = 'This profile is not valid.', ...others] = sentences;
  return fail('usage', first, ...others);
}
