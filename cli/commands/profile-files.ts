import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { type CommandResult, fail } from '../command-failure.ts';
import type { Context, Run } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { fileErrorText } from '../file-error-text.ts';
import { type WantedFile, readNamedFile, readStandardInput } from '../named-file.ts';
import { findProfile, openProfiles, saved } from '../store-access.ts';
import { firstIssue } from '../zod-text.ts';
import {
  type ExchangedProfile,
  type ExchangeProblem,
  exchangeProblemText,
  formatProfileExchange,
  parseProfileExchange,
  planImport,
} from '../../client/store/profile-exchange.ts';
import { errorCode } from '../../shared/error-code.ts';
import { type Profile, profileNameSchema } from '../../shared/profile.ts';
import { LARGEST_PROFILE_FILE } from '../../shared/profile-file.ts';
import { ok } from '../../shared/result.ts';

const EXPORTED: WantedFile = {
  maximumBytes: LARGEST_PROFILE_FILE,
  step: 'Name a file that "smartvpn profile export --output FILE" or the window wrote.',
};

const STEPS: Readonly<Record<ExchangeProblem['kind'], string>> = {
  'not-profiles': EXPORTED.step,
  'too-large': EXPORTED.step,
  'newer-version': 'Import it with that version, or a later one.',
  'invalid-profiles': 'Correct the file, or export it again.',
};

/** `profile import` and `profile export`. */
export function defineProfileFiles(command: Command, run: Run): void {
  command
    .command('export')
    .summary('write profiles to a file')
    .description('Writes profiles to a file, or to standard output. They hold no passwords and no secrets.')
    .argument('[profiles...]', 'names or ids (all)')
    .option('--output <file>', 'a file that does not exist yet')
    .addHelpText('after', '\nExample:\n  smartvpn profile export office --output office.json')
    .action(run(exportProfiles));
  command
    .command('import')
    .summary('add profiles from a file')
    .description('Adds the profiles of a file that "profile export" wrote; all of them, or none.')
    .argument('<file>', 'the file, or - for standard input')
    .option('--name <name>', 'another name, for a file with one profile')
    .addHelpText(
      'after',
      '\nExamples:\n  smartvpn profile import office.json\n  ssh desk smartvpn profile export | smartvpn profile import -',
    )
    .action(run(importProfiles));
}

async function exportProfiles(
  context: Context,
  names: readonly string[],
  options: { readonly output?: string },
): Promise<number> {
  const store = await openProfiles(context);
  const profiles: Profile[] = [];
  for (const name of names) {
    const profile = findProfile(store, name);
    if (!profile.ok) return context.output.fail(profile.error);
    if (!profiles.includes(profile.value)) profiles.push(profile.value);
  }
  const text = formatProfileExchange(names.length === 0 ? store.profiles.list() : profiles);
  if (options.output === undefined) {
    process.stdout.write(context.output.json ? `${JSON.stringify(JSON.parse(text))}\n` : text);
    return exitCode('done');
  }
  const written = await writeNewFile(options.output, text);
  if (!written.ok) return context.output.fail(written.error);
  context.output.object({ event: 'exported', file: options.output });
  context.output.note(`Written to ${options.output}.`);
  return exitCode('done');
}

async function importProfiles(
  context: Context,
  path: string,
  options: { readonly name?: string },
): Promise<number> {
  const text = await (path === '-'
    ? readStandardInput(context, EXPORTED)
    : readNamedFile(context, path, EXPORTED));
  if (!text.ok) return context.output.fail(text.error);
  const exchanged = parseProfileExchange(text.value);
  if (!exchanged.ok) {
    const problem = exchangeProblemText(exchanged.error);
    return context.output.fail(fail('file-failed', problem, STEPS[exchanged.error.kind]).error);
  }
  const named = rename(exchanged.value, options.name);
  if (!named.ok) return context.output.fail(named.error);
  const store = await openProfiles(context);
  const plan = planImport(store.profiles.list(), named.value, () => randomUUID());
  const result = saved(await store.profiles.add(plan.profiles));
  if (!result.ok) return context.output.fail(result.error);
  for (const { from, to } of plan.renamed) {
    context.output.note(`There is a profile ${from} already; the new one is called ${to}.`);
  }
  for (const profile of result.value) {
    context.output.object({ event: 'profile', profile });
    context.output.line(`Added ${profile.name}.`);
  }
  return exitCode('done');
}

function rename(
  profiles: readonly ExchangedProfile[],
  name: string | undefined,
): CommandResult<readonly ExchangedProfile[]> {
  if (name === undefined) return ok(profiles);
  const [profile, ...others] = profiles;
  if (profile === undefined || others.length > 0)
    return fail('usage', '--name needs a file with one profile.');
  const parsed = profileNameSchema.safeParse(name);
  return parsed.success
    ? ok([{ ...profile, name: parsed.data }])
    : fail('usage', `--name: ${firstIssue(parsed.error)}.`);
}

/** Never over a file that is there: an export must not cost anything. */
async function writeNewFile(path: string, text: string): Promise<CommandResult<undefined>> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } catch (error) {
      // Half a file would stand in the way of the next try.
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return ok(undefined);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') {
      return fail(
        'file-failed',
        `${path} is already there.`,
        'Give another name, or remove that file first.',
      );
    }
    return fail('file-failed', `${path} cannot be written: ${fileErrorText(error)}.`);
  }
}
