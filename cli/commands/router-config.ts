import { randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import { type CommandResult, fail } from '../command-failure.ts';
import type { Context } from '../context.ts';
import { readNamedFile } from '../named-file.ts';
import { configurationProblems } from './configuration-problems.ts';
import { type RouterConfig, routerConfigSchema } from '../../emulator/config.ts';
import { type DialInUserInput, dialInUserInputSchema } from '../../emulator/dial-in-user.ts';
import { generateMotpSecret } from '../../shared/otp/motp.ts';
import { ok } from '../../shared/result.ts';

/** What the options of `smartvpn router` say; they win over the configuration file. */
export interface RouterFlags {
  readonly config?: string;
  readonly listen?: string;
  readonly port?: number;
  readonly lan?: 'none' | 'built-in' | 'tun';
  readonly usersFile?: string;
  /** The state folder where neither `state` nor the configuration names one. */
  readonly usualFolder: string;
  readonly state?: string;
  /** Nothing outlives the process, whatever folder is named. */
  readonly ephemeral?: true;
  readonly users: readonly DialInUserInput[];
}

/** Bytes: 500 users with all they may have take less than one million. */
const LARGEST_CONFIGURATION = 4_000_000;

/** The configuration file with the options over it, checked as a whole. */
export async function routerConfig(
  context: Context,
  flags: RouterFlags,
): Promise<CommandResult<RouterConfig>> {
  const file = flags.config === undefined ? ok({}) : await readConfigFile(context, flags.config);
  if (!file.ok) return file;
  const users = flags.usersFile === undefined ? ok([]) : await readUsersFile(context, flags.usersFile);
  if (!users.ok) return users;
  const parsed = routerConfigSchema.safeParse(merge(file.value, flags, users.value), { reportInput: false });
  if (parsed.success) return ok(parsed.data);
  return fail('usage', ...configurationProblems(flags.config ?? 'The options', parsed.error));
}

/** What cannot be joined is left as it is: the check says what is wrong with it. */
function merge(
  file: Readonly<Record<string, unknown>>,
  flags: RouterFlags,
  users: readonly DialInUserInput[],
): Readonly<Record<string, unknown>> {
  const listen = recordSchema.safeParse(file['listen'] ?? {});
  const ownUsers = z.array(z.unknown()).safeParse(file['users'] ?? []);
  return {
    ...file,
    listen: listen.success
      ? {
          ...listen.data,
          ...(flags.listen === undefined ? {} : { host: flags.listen }),
          ...(flags.port === undefined ? {} : { port: flags.port }),
        }
      : file['listen'],
    folder: flags.ephemeral === true ? undefined : (flags.state ?? file['folder'] ?? flags.usualFolder),
    lan: lanOf(flags.lan, file['lan']),
    users: ownUsers.success ? [...ownUsers.data, ...users, ...flags.users] : file['users'],
  };
}

/** A router that is tried out has something behind it, unless told otherwise. */
function lanOf(flag: RouterFlags['lan'], configured: unknown): unknown {
  if (flag !== undefined) return flag === 'none' ? 'none' : { kind: flag };
  return configured ?? { kind: 'built-in' };
}

const recordSchema = z.record(z.string(), z.unknown());

async function readConfigFile(
  context: Context,
  path: string,
): Promise<CommandResult<Readonly<Record<string, unknown>>>> {
  const value = await readJson(context, path, 'Name a file as "smartvpn router --print-config" prints it.');
  if (!value.ok) return value;
  const record = recordSchema.safeParse(value.value);
  return record.success ? ok(record.data) : fail('file-failed', `${path} holds no JSON object.`);
}

async function readUsersFile(
  context: Context,
  path: string,
): Promise<CommandResult<readonly DialInUserInput[]>> {
  const value = await readJson(context, path, 'Name a file with a JSON array of users.');
  if (!value.ok) return value;
  const users = z.array(dialInUserInputSchema).safeParse(value.value);
  return users.success ? ok(users.data) : fail('usage', ...configurationProblems(path, users.error));
}

async function readJson(context: Context, path: string, step: string): Promise<CommandResult<unknown>> {
  const text = await readNamedFile(context, path, { maximumBytes: LARGEST_CONFIGURATION, step });
  if (!text.ok) return text;
  try {
    const value: unknown = JSON.parse(text.value);
    return ok(value);
  } catch (error) {
    return fail(
      'file-failed',
      `${path} is no JSON: ${error instanceof Error ? error.message : 'unreadable'}.`,
    );
  }
}

export interface DemoUser {
  readonly userName: string;
  readonly pin: string;
  readonly secret: string;
}

/** A user with one-time passwords, new each time. */
export function makeDemoUser(): DemoUser {
  return {
    userName: 'demo',
    pin: String(randomInt(10_000)).padStart(4, '0'),
    secret: generateMotpSecret((length) => randomBytes(length)),
  };
}
